import VRVQNetwork

/// All channels' samples to the frames of a stream whose stereo mode may change: each stretch of one mode is a segment of
/// its own (FORMAT.md, section 7.2), with frames before and behind it that decoding it needs. Its codes are those that it
/// would have if all of the sound were in its mode.
struct SegmentedAnalysis {
    /// Frames of one segment, one analysis per coded channel; they need not have the same length.
    struct Piece {
        /// The section that comes before them.
        let segment: Segment?
        let channels: [Analysis]
    }

    private let codec: Codec
    private let silence: Silence
    private let search: QuantizerSearch
    /// Source samples per channel that there have to be, where that is known.
    private let sampleCount: Int?
    /// Segments that have not begun, the first one last.
    private var waiting: [PlannedSegment]
    /// Segments that have, in order: two while one ends and the next begins.
    private var running: [RunningSegment] = []
    private var position = 0

    init(
        _ codec: Codec, _ plan: StereoPlan, _ format: StreamFormat, silence: Silence, search: QuantizerSearch
    ) throws(VRVQError) {
        try silence.check()
        try search.check()
        (self.codec, self.silence, self.search, sampleCount) = (codec, silence, search, plan.sampleCount)
        waiting = PlannedSegment.all(of: plan, codec, format).reversed()
        // At once, because what the model lacks has to be told before the first sample.
        try start()
    }

    /// Bytes that it holds between pushes.
    var heldBytes: Int { running.reduce(0) { $0 + $1.heldBytes } }

    /// Takes samples of all channels of the source, at the model's rate, and returns the frames that are complete.
    mutating func push(_ samples: [[Float]], isLast: Bool) throws(VRVQError) -> [Piece] {
        let end = position + samples[0].count
        while let next = waiting.last, next.samples.lowerBound < end { try start() }
        for index in running.indices {
            try running[index].push(samples, at: position, isLast: isLast)
        }
        position = end
        var pieces: [Piece] = []
        while !running.isEmpty {
            pieces.append(running[0].take())
            guard running[0].hasEnded else { break }
            running.removeFirst()
        }
        return pieces
    }

    /// Throws unless the sound has the length that it had when its segments were planned.
    func check(sampleCount count: Int) throws(VRVQError) {
        guard let sampleCount, sampleCount != count else { return }
        throw VRVQError(
            .badAudio, "the recording has \(count) samples now and had \(sampleCount) when it was first read")
    }

    private mutating func start() throws(VRVQError) {
        guard let planned = waiting.popLast() else { return }
        running.append(try RunningSegment(planned, codec, silence, search))
    }
}

/// A segment and what of the sound it is made of.
private struct PlannedSegment {
    /// Its section; nil where none is needed.
    let section: Segment?
    let mode: StereoMode
    /// Coded channels.
    let channels: Int
    /// At the model's rate: from a frame at which the encoder starts early enough, to where it has seen all.
    let samples: Range<Int>
    /// Frames before its first one.
    let skipped: Int
    let frames: Int

    /// Frames before a segment's first one at most: its beginning then differs from what it would be in the middle of the
    /// whole, but by less than coding itself changes it (BITSTREAM.md, Stereo).
    private static let preRoll = 8

    static func all(of plan: StereoPlan, _ codec: Codec, _ format: StreamFormat) -> [PlannedSegment] {
        guard let sampleCount = plan.sampleCount else {
            let mode = plan.spans[0].mode
            return [
                PlannedSegment(
                    section: nil, mode: mode, channels: format.codedChannels, samples: 0..<Int.max, skipped: 0,
                    frames: Int.max)
            ]
        }
        var context = FrameContext(codec.model, outputRate: format.sourceRate)
        context.back = min(context.back, Self.preRoll)
        let ends = plan.spans.dropFirst().map(\.firstSample) + [sampleCount]
        return plan.spans.indices.map { index in
            let previous = index == 0 ? 0 : plan.spans[index].firstSample - plan.spans[index - 1].firstSample
            return PlannedSegment(
                plan.spans[index], end: ends[index], previous: previous, of: sampleCount, context, codec, format)
        }
    }

    private init(
        section: Segment?, mode: StereoMode, channels: Int, samples: Range<Int>, skipped: Int, frames: Int
    ) {
        (self.section, self.mode, self.channels) = (section, mode, channels)
        (self.samples, self.skipped, self.frames) = (samples, skipped, frames)
    }

    private init(
        _ span: StereoPlan.Span, end: Int, previous: Int, of sampleCount: Int, _ context: FrameContext, _ codec: Codec,
        _ format: StreamFormat
    ) {
        let (hop, report) = (format.hop, codec.engine.report)
        let needed = format.frameCount(sourceSamples: end)
        let lookAhead = min(
            context.ahead, Limits.maximumLookAhead, format.frameCount(sourceSamples: sampleCount) - needed)
        var segment = Segment(
            previousSampleCount: previous, firstSample: span.firstSample, lookAhead: lookAhead,
            stereoMode: span.mode == format.stereoMode ? nil : span.mode)
        segment.firstFrame = max(0, segment.firstModelSample(format) / hop - context.back)
        // The encoder's own reach, and that of a silence.
        let warmUp = max(
            report.encoderReach.back, report.importanceReach?.back ?? 0, report.decoderReach.ahead)
        let rest = max(report.encoderLookAhead / hop + 1, report.decoderReach.back) + 1
        let first = max(0, segment.firstFrame - warmUp)
        let last = needed + lookAhead
        self.init(
            section: segment, mode: span.mode, channels: format.codedChannels,
            samples: first * hop..<(end == sampleCount ? Int.max : (last + rest) * hop),
            skipped: segment.firstFrame - first, frames: last - segment.firstFrame)
    }
}

/// A segment under way.
private struct RunningSegment {
    private let planned: PlannedSegment
    private var channels: [ChannelAnalysis] = []
    /// Complete frames that were not taken, one per coded channel; those before the first one too.
    private var held: [Analysis] = []
    /// Of each channel: frames before the first one that are still to come, and frames that were taken.
    private var skipped: [Int]
    private var taken: [Int]
    private var section: Segment?
    /// Whether all of its samples have come, so that `take` gives its last frames.
    private(set) var hasEnded = false

    init(
        _ planned: PlannedSegment, _ codec: Codec, _ silence: Silence, _ search: QuantizerSearch
    ) throws(VRVQError) {
        self.planned = planned
        section = planned.section
        skipped = Array(repeating: planned.skipped, count: planned.channels)
        taken = Array(repeating: 0, count: planned.channels)
        for _ in 0..<planned.channels {
            channels.append(try ChannelAnalysis(codec, silence: silence, search: search))
            held.append(Analysis(stages: codec.model.architecture.quantizer.stages))
        }
    }

    var heldBytes: Int { zip(channels, held).reduce(0) { $0 + $1.0.heldBytes + $1.1.heldBytes } }

    /// Takes what of these samples, the first of which is `position`, belongs to it.
    mutating func push(_ samples: [[Float]], at position: Int, isLast: Bool) throws(VRVQError) {
        guard !hasEnded else { return }
        let all = position..<position + samples[0].count
        let own = planned.samples.clamped(to: all)
        let isEnd = isLast || planned.samples.upperBound <= all.upperBound
        let part =
            own == all
            ? samples : samples.map { Array($0[own.lowerBound - position..<own.upperBound - position]) }
        let coded = try planned.mode.coded(part, position: own.lowerBound)
        for channel in channels.indices {
            let analysis = channels[channel].push(coded[channel], isLast: isEnd)
            held[channel].append(analysis, frames: 0..<analysis.frames)
        }
        hasEnded = isEnd
    }

    /// The frames that are complete.
    mutating func take() -> SegmentedAnalysis.Piece {
        let analyses = channels.indices.map { channel in
            let early = min(skipped[channel], held[channel].frames)
            _ = held[channel].removeFirst(early)
            skipped[channel] -= early
            let analysis = held[channel].removeFirst(min(held[channel].frames, planned.frames - taken[channel]))
            taken[channel] += analysis.frames
            return analysis
        }
        defer { section = nil }
        return SegmentedAnalysis.Piece(segment: section, channels: analyses)
    }
}
