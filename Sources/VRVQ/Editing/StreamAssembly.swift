import VRVQNetwork

/// Puts a stream together from pieces of others, whose chunks are copied as they are where they fit.
struct StreamAssembly {
    private(set) var bytes: [UInt8]
    private var writer: StreamWriter
    /// Nil once they are written.
    private var tags: [Tag]?
    /// Samples of the segments that are complete.
    private var samplesBefore = 0
    /// Samples of the segment at hand, once there is one.
    private var samples: Int?

    init(_ format: StreamFormat, tags: [Tag]) throws(VRVQError) {
        writer = try StreamWriter(format)
        bytes = writer.header()
        self.tags = tags
    }

    /// What comes before the first piece: its context model where an encoder would name it, and the tags.
    private mutating func begin(_ outline: StreamOutline, _ learned: StreamOutline.Chunk?) throws(VRVQError) {
        if let learned, let named = learned.entropyModel { try name(named, outline.context(learned)) }
        try writeTags()
    }

    private mutating func writeTags() throws(VRVQError) {
        if let tags, !tags.isEmpty { bytes += try writer.tags(tags) }
        tags = nil
    }

    /// Names the context model of the chunks from here on, and codes with it where it is at hand.
    private mutating func name(_ named: EntropyModelSection, _ context: ContextModel?) throws(VRVQError) {
        bytes +=
            try context.map { (context) throws(VRVQError) in try writer.use(context, named) }
            ?? writer.entropyModel(named)
    }

    /// A piece as a segment of its own: the frames of a part that the given samples need, and as many before and
    /// behind them as the context says, where the part has them.
    /// - Parameter samples: source samples, counted from the part's first one.
    mutating func append(
        _ part: StreamOutline.Part, of outline: StreamOutline, samples wanted: Range<Int>, context: FrameContext
    ) throws(VRVQError) {
        let format = outline.format
        let segment = part.segment
        let start = segment.firstSample + wanted.lowerBound
        let needed = format.frameCount(sourceSamples: segment.firstSample + wanted.upperBound)
        let frames = part.frames(for: wanted, context: context, format)
        let next = Segment(
            previousSampleCount: samples ?? 0, firstFrame: frames.lowerBound, firstSample: start,
            lookAhead: frames.upperBound - needed, stereoMode: stereoMode(of: part, format))
        let range = frames.lowerBound - segment.firstFrame..<frames.upperBound - segment.firstFrame
        if tags != nil { try begin(outline, try learned(part, outline, range)) }
        // A stream without segment sections is a whole recording.
        if samples != nil || next != Segment() { bytes += try writer.segment(next) }
        samplesBefore += samples ?? 0
        samples = wanted.count
        try copy(part, outline, range)
    }

    /// The first chunk of some frames that needs a context model.
    private func learned(
        _ part: StreamOutline.Part, _ outline: StreamOutline, _ frames: Range<Int>
    ) throws(VRVQError) -> StreamOutline.Chunk? {
        var start = part.skippedFrames
        for chunk in part.chunks {
            let wanted = frames.clamped(to: start..<start + chunk.frames)
            let own = wanted.lowerBound - start..<wanted.upperBound - start
            start += chunk.frames
            guard !wanted.isEmpty, chunk.entropyModel != nil, !chunk.isSilence else { continue }
            if wanted.count == chunk.frames { return chunk }
            if try outline.grids(chunk)?.areSilent(own) == false { return chunk }
        }
        return nil
    }

    /// Some frames, counted from the part's first one.
    private mutating func copy(
        _ part: StreamOutline.Part, _ outline: StreamOutline, _ frames: Range<Int>
    ) throws(VRVQError) {
        var start = part.skippedFrames
        for chunk in part.chunks {
            let wanted = frames.clamped(to: start..<start + chunk.frames)
            if !wanted.isEmpty {
                try copy(chunk, outline, wanted.lowerBound - start..<wanted.upperBound - start)
            }
            start += chunk.frames
        }
    }

    /// Some frames of a chunk, counted from its first one.
    private mutating func copy(
        _ chunk: StreamOutline.Chunk, _ outline: StreamOutline, _ frames: Range<Int>
    ) throws(VRVQError) {
        if !chunk.isSilence && frames.count == chunk.frames && fits(outline.format) {
            let section = try outline.section(chunk.place)
            if let named = chunk.entropyModel { try name(named, outline.context(chunk)) }
            bytes += writer.copy(chunk: section, frames: frames.count)
        } else if let grids = try outline.grids(chunk)?.coded(as: writer.format) {
            if !grids.areSilent(frames), let named = chunk.entropyModel { try name(named, outline.context(chunk)) }
            bytes += writer.chunk(grids, frames: frames)
        } else {
            try writer.silence(frames: frames.count)
        }
    }

    /// Whether chunks mean the same in both streams.
    private func fits(_ format: StreamFormat) -> Bool {
        format.framesPerChunk == writer.format.framesPerChunk && format.constantDepth == writer.format.constantDepth
            && format.codedChannels == writer.format.codedChannels
    }

    /// The mode of a part's segment here; nil where it is that of the header. Equal channels that were coded once are a
    /// mid without a side among two channels that are both coded; of more channels every one is coded the same.
    private func stereoMode(of part: StreamOutline.Part, _ format: StreamFormat) -> StereoMode? {
        var mode = format.stereoMode(of: part.segment)
        if format.codedChannels != writer.format.codedChannels {
            mode = format.channels == 2 ? .midSide : .independent
        }
        return mode == writer.format.stereoMode ? nil : mode
    }

    /// The whole stream.
    mutating func finish() throws(VRVQError) -> [UInt8] {
        try writeTags()
        bytes += try writer.trailer(sampleCount: samplesBefore + (samples ?? 0))
        return bytes
    }
}

extension [CodeGrid] {
    /// The codes of equal channels for a stream in which as many channels are coded as there are: a mid and a silent
    /// side, or the same codes for each. Other codes stay as they are.
    fileprivate func coded(as format: StreamFormat) -> [CodeGrid] {
        guard count != format.codedChannels else { return self }
        guard format.channels == 2 else { return Array(repeating: self[0], count: format.channels) }
        var side = CodeGrid(stages: format.stages, entries: format.entries)
        side.appendSilence(frames: self[0].frames)
        return [self[0], side]
    }
}

/// Frames that decoding needs besides those that are wanted.
public struct FrameContext: Equatable, Sendable {
    /// Frames before the first one.
    public var back: Int
    /// Frames behind the last one.
    public var ahead: Int

    /// So many frames.
    public init(back: Int, ahead: Int) {
        precondition(back >= 0 && ahead >= 0)
        (self.back, self.ahead) = (back, ahead)
    }

    /// What a model needs for the same samples, bit for bit, as in the middle of the whole; with another rate of the
    /// output also what its conversion needs.
    public init(_ model: Model, outputRate: Int? = nil) {
        let reach = model.network.report().decoderReach
        let architecture = model.architecture
        var margin = 0
        if let outputRate, outputRate != architecture.sampleRate {
            // Twelve times the reach of a filter with 178 taps at the lower of both rates, as 28 bit need.
            let samples = 1024 * max(1, (architecture.sampleRate + outputRate - 1) / outputRate)
            margin = (samples + architecture.hop - 1) / architecture.hop
        }
        self.init(back: reach.back + margin, ahead: reach.ahead + margin)
    }
}
