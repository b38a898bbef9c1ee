/// Makes a damaged stream a valid one that keeps its time line: what is whole stays, what is lost is concealed
/// (see `Concealment`). Frames of a part that was cut off are not made up.
extension StreamInspection {
    /// The repaired stream.
    /// - Throws: `unsupported` for a stream with segments of which not all are known; `limitExceeded` where the trailer
    ///   claims more lost frames than silence may stand for, or where what is left stands for more frames than a stream
    ///   may have.
    public func repaired() throws(VRVQError) -> [UInt8] {
        guard !faults.isEmpty else { return bytes }
        guard !hasSegments || !runs.contains(where: { $0.mayHideSegment }) else {
            throw VRVQError(
                .unsupported, "a stream that was cut or joined cannot be repaired where a segment section may be lost")
        }
        // Unlike the strict reader the inspection goes on whatever frames add up to; within this no product overflows.
        let most = format.frameCount(sourceSamples: Limits.maximumSampleCount)
        try (0...most).check(frames, "number of frames in the stream")
        var mending = Mending(writer: try StreamWriter(format, entropy: coding))
        mending.bytes = mending.writer.header()
        if !tags.isEmpty { mending.bytes += try mending.writer.tags(tags) }
        let opener = ChunkOpener(format, contextModels)
        var segments = segments[...]
        for (place, run) in runs.enumerated() {
            while let next = segments.first, next.run == place { try mending.start(segments.removeFirst().segment) }
            if run.kind == .lost {
                mending.gap += run.frames
            } else {
                try mending.append(try grids(of: run, opener), frames: run.frames)
            }
        }
        for next in segments { try mending.start(next.segment) }
        try mending.closeGap(before: [])
        return mending.bytes + (try end(&mending.writer))
    }

    /// The codes of a whole chunk; nil for silence.
    private func grids(of run: Run, _ opener: ChunkOpener) throws(VRVQError) -> [CodeGrid]? {
        let payload = bytes[run.payload]
        guard
            case .grids(let grids, _) = try opener.content(
                of: payload, offset: run.payload.lowerBound, run.entropyModel)
        else { return nil }
        return grids
    }

    /// The trailer, with the samples that it told of, or those of the frames that are there.
    private func end(_ writer: inout StreamWriter) throws(VRVQError) -> [UInt8] {
        let segment = segments.last?.segment ?? Segment()
        let before = segments.reduce(0) { $0 + $1.segment.previousSampleCount }
        let start = segments.last.map { runs[..<$0.run].reduce(0) { $0 + $1.frames } } ?? 0
        let own = frames - start
        let (product, isTooLong) = ((segment.firstFrame + own - segment.lookAhead) * format.hop)
            .multipliedReportingOverflow(by: format.sourceRate)
        var count = isTooLong ? Limits.maximumSampleCount : max(0, product / format.modelRate - segment.firstSample)
        if let totals, totals.sampleCount >= before,
            let needed = segment.frameCount(of: totals.sampleCount - before, format), needed >= own
        {
            count = totals.sampleCount - before
            try writer.silence(frames: needed - own)
        }
        return try writer.trailer(sampleCount: before + count)
    }
}

/// A stream that is being put together from what is whole.
private struct Mending {
    var writer: StreamWriter
    var bytes: [UInt8] = []
    /// Lost frames since the last chunk.
    var gap = 0
    /// The last chunk of this segment; empty where it was silent.
    private var last: [CodeGrid] = []

    init(writer: StreamWriter) { self.writer = writer }

    /// A whole chunk; nil for silence.
    mutating func append(_ grids: [CodeGrid]?, frames: Int) throws(VRVQError) {
        try closeGap(before: grids ?? [])
        if let grids { bytes += writer.chunk(grids) } else { try writer.silence(frames: frames) }
        last = grids ?? []
    }

    mutating func start(_ segment: Segment) throws(VRVQError) {
        try closeGap(before: [])
        bytes += try writer.segment(segment)
        last = []
    }

    /// Conceals what is lost.
    mutating func closeGap(before next: [CodeGrid]) throws(VRVQError) {
        guard gap > 0 else { return }
        let concealment = Concealment(frames: gap, after: last, before: next)
        bytes += writer.pieces(concealment.front)
        try writer.silence(frames: concealment.silentFrames)
        bytes += writer.pieces(concealment.back)
        gap = 0
    }
}
