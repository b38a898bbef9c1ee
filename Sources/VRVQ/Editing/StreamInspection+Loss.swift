/// How much is lost of a damaged stream, and when it would be heard.
extension StreamInspection {
    /// Frames of the places where something is missing, and the frames that each fault tells of.
    mutating func settleLostFrames() {
        guard !faults.isEmpty else { return }
        estimateLostFrames()
        settleMarks()
        if let totals {
            let start = marks.last ?? Mark(run: 0, frames: 0, place: 0..<0, tellsOfMissing: false)
            settle(start.run..<runs.count, frames: totals.frames - start.frames)
        }
        var first = 0
        for run in runs {
            if let fault = run.fault { faults[fault].frames = first..<first + run.frames }
            first += run.frames
        }
    }

    /// Every lost place for itself, by its bytes.
    private mutating func estimateLostFrames() {
        let chunkBytes = max(
            1, runs.reduce(0) { $0 + ($1.kind == .chunk ? $1.bytes.count : 0) } / max(1, intactChunks))
        for place in runs.indices where runs[place].kind == .lost {
            runs[place].frames *= max(1, (runs[place].bytes.count + chunkBytes / 2) / chunkBytes)
        }
    }

    /// Goes from mark to mark. A mark that tells of fewer frames than there are is not believed.
    private mutating func settleMarks() {
        var (kept, added): ([Mark], Int) = ([], 0)
        for var mark in marks {
            mark.run += added
            let (start, before) = kept.last.map { ($0.run, $0.frames) } ?? (0, 0)
            let missing = mark.frames - before - intactFrames(start..<mark.run)
            guard missing >= 0 else { continue }
            if missing > 0, mark.tellsOfMissing, !runs[start..<mark.run].contains(where: { $0.kind == .lost }) {
                insertMissing(at: mark)
                mark.run += 1
                added += 1
            }
            settle(start..<mark.run, frames: mark.frames - before)
            kept.append(mark)
        }
        marks = kept
    }

    /// A lost run without bytes: the chunks that a position section misses.
    private mutating func insertMissing(at mark: Mark) {
        let place = mark.place.lowerBound
        fault("chunks are missing before this position section", place..<place)
        runs.insert(Run(kind: .lost, bytes: place..<place, frames: 1, fault: faults.count - 1), at: mark.run)
        for segment in segments.indices where segments[segment].offset > place { segments[segment].run += 1 }
    }

    private func intactFrames(_ range: Range<Int>) -> Int {
        runs[range].reduce(0) { $0 + ($1.kind == .chunk ? $1.frames : 0) }
    }

    /// Spreads what is missing of so many frames over the lost places among some runs.
    private mutating func settle(_ range: Range<Int>, frames: Int) {
        var missing = max(0, frames - intactFrames(range))
        let places = range.filter { runs[$0].kind == .lost }
        let last = places.last { runs[$0].frames > 0 } ?? places.last
        for place in places {
            runs[place].frames = place == last ? missing : min(missing, runs[place].frames)
            missing -= runs[place].frames
        }
    }

    // MARK: - When

    /// The source samples that each fault's frames stand for.
    mutating func settleTimes() {
        guard faults.contains(where: { !$0.frames.isEmpty }) else { return }
        let lines = timeLines()
        for fault in faults.indices where !faults[fault].frames.isEmpty {
            let parts = lines.compactMap { $0.samples(of: faults[fault].frames, format) }.filter { !$0.isEmpty }
            if let first = parts.first, let last = parts.last {
                faults[fault].samples = first.lowerBound..<last.upperBound
            }
        }
    }

    /// The segments on the stream's own count of frames.
    private func timeLines() -> [TimeLine] {
        var starts = segments.map { (runs[..<$0.run].reduce(0) { $0 + $1.frames }, $0.segment) }
        if segments.first?.run != 0 { starts.insert((0, Segment()), at: 0) }
        var (lines, before): ([TimeLine], Int) = ([], 0)
        for (place, (frame, segment)) in starts.enumerated() {
            before += segment.previousSampleCount
            let next = place + 1 < starts.count ? starts[place + 1] : nil
            let total = totals.map { max(0, $0.sampleCount - before) }
            lines.append(
                TimeLine(
                    frames: frame..<max(frame, next?.0 ?? frames), segment: segment, samplesBefore: before,
                    sampleCount: next?.1.previousSampleCount ?? total ?? .max / 2))
        }
        return lines
    }
}

/// A segment on a stream's count of frames and of samples.
private struct TimeLine {
    let frames: Range<Int>
    let segment: Segment
    let samplesBefore: Int
    let sampleCount: Int

    /// The samples of the whole decoded audio that lie in some frames of the stream; nil where it has none of these.
    func samples(of range: Range<Int>, _ format: StreamFormat) -> Range<Int>? {
        let own = range.clamped(to: frames)
        guard !own.isEmpty else { return nil }
        let first = sample(at: own.lowerBound, format)
        return samplesBefore + first..<samplesBefore + max(first, sample(at: own.upperBound, format))
    }

    /// The first sample at or behind the start of a frame, counted from the segment's first one.
    private func sample(at frame: Int, _ format: StreamFormat) -> Int {
        let model = (segment.firstFrame + frame - frames.lowerBound) * format.hop
        let (product, isTooLate) = model.multipliedReportingOverflow(by: format.sourceRate)
        if isTooLate { return sampleCount }
        let source = product / format.modelRate + (product % format.modelRate > 0 ? 1 : 0)
        return min(max(0, source - segment.firstSample), sampleCount)
    }
}

extension Segment {
    /// Frames that it has when it gives so many samples; nil where it cannot.
    func frameCount(of sampleCount: Int, _ format: StreamFormat) -> Int? {
        let end = firstSample + sampleCount
        // Without samples it may have frames or none.
        guard sampleCount > 0, end <= Limits.maximumSampleCount else { return nil }
        let count = format.frameCount(sourceSamples: end) + lookAhead - firstFrame
        return count >= 0 ? count : nil
    }
}
