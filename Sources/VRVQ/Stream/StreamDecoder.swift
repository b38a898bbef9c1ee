import VRVQNetwork

/// Bytes of a `.vrvq` stream in, samples out, as they come. The samples do not depend on how the bytes were cut.
///
/// Samples are at the model's rate (`format.modelRate`); where the source had another (`format.sourceRate`), the
/// caller converts and cuts to `totals.sampleCount`. One value serves one stream and one task at a time.
public struct StreamDecoder {
    /// What the stream says about itself, once its header was read.
    public var format: StreamFormat? { reader.format }
    /// What the stream adds up to, once its end was read.
    public private(set) var totals: StreamTotals?
    /// All tags read so far.
    public private(set) var tags: [Tag] = []
    /// Where the bytes read so far went.
    public var statistics: StreamStatistics { reader.statistics }

    /// The segment to which the samples given last belong (FORMAT.md, section 7.2); one from 0 where the stream was
    /// never cut.
    public private(set) var segment = Segment()
    /// The number of that segment, from 0.
    public private(set) var segmentIndex = 0

    private let givesMargins: Bool
    private let contextModels: ContextModels
    private let codecFor: (StreamFormat) throws(VRVQError) -> Codec
    private var reader = StreamReader()
    private var channels: [SilencedSynthesis] = []
    /// Complete samples of the coded channels that may still lie beyond the end of the signal: at most the last frame's and
    /// the look-ahead's.
    private var held: [[Float]] = []
    /// Samples of the segment at hand that were given.
    private var given = 0
    /// Samples of each channel that come before the segment's first one and are still to be dropped.
    private var leading: [Int] = []
    /// Samples that the segment at hand gives in all, once it is over.
    private var length: Int?
    /// The segment that comes when all samples of the one at hand are given.
    private var nextSegment: Segment?
    private var framesInSegment = 0
    /// Source samples of the segments before the one at hand.
    package private(set) var samplesBefore = 0
    private var codec: Codec?
    /// The chunk that is being decoded, and its first frame that is not.
    private var chunk: [CodeGrid] = []
    private var chunkStart = 0
    private var failure: VRVQError?

    /// A stream before its first byte.
    /// - Parameters:
    ///   - contextModels: where the context model is found if the stream names another than the codec's model has.
    ///   - codecFor: called once with the stream's header, to find the model that it names.
    public init(
        contextModels: ContextModels = .none, codecFor: @escaping (StreamFormat) throws(VRVQError) -> Codec
    ) {
        self.init(givesMargins: false, contextModels: contextModels, codecFor: codecFor)
    }

    /// The same. With margins, all samples of every segment's frames are given, those before its first sample and
    /// of its look-ahead too: what a conversion of the rate needs. Those of a segment begin with the model sample
    /// `segment.firstFrame * hop` of its time line.
    package init(
        givesMargins: Bool, contextModels: ContextModels = .none,
        codecFor: @escaping (StreamFormat) throws(VRVQError) -> Codec
    ) {
        self.givesMargins = givesMargins
        self.contextModels = contextModels
        self.codecFor = codecFor
    }

    /// Bytes of samples, rows and codes that it holds between pushes.
    package var heldBytes: Int {
        channels.reduce(0) { $0 + $1.heldBytes } + held.reduce(0) { $0 + 4 * $1.capacity }
    }

    /// Takes bytes and returns all samples that are ready, one array per channel; none at all before the header.
    ///
    /// A few bytes can stand for hours of silence (`Limits.maximumSilenceRunFrames`). Where the stream is not
    /// trusted, or memory is short, `append` and `next` give the same samples in pieces.
    public mutating func push(_ bytes: [UInt8]) throws(VRVQError) -> [[Float]] {
        append(bytes)
        var samples: [[Float]] = []
        while let more = try next() { samples.append(channels: more) }
        return samples.isEmpty ? Array(repeating: [], count: format?.channels ?? 0) : samples
    }

    /// Takes bytes, whose samples `next` gives.
    public mutating func append(_ bytes: [UInt8]) { reader.push(bytes) }

    /// The next samples, one array per channel, at least one sample each, never of two segments; nil when more bytes
    /// are needed, or at the end. Pieces have some hundred thousand samples at most, times the threads of the codec. After an error the
    /// stream is lost: the same error is given again.
    public mutating func next() throws(VRVQError) -> [[Float]]? {
        if let failure { throw failure }
        do throws(VRVQError) {
            repeat {
                let samples = give()
                if samples.first?.isEmpty == false { return samples }
            } while try step()
            return nil
        } catch {
            failure = error
            throw error
        }
    }

    /// To be called after the last byte: the last samples.
    /// - Throws: `truncated` where the stream has not come to its end.
    public mutating func finish() throws(VRVQError) -> [[Float]] {
        let samples = try push([])
        try reader.finish()
        return samples
    }

    /// Decodes a stretch of the chunk at hand or reads on; false when more bytes are needed.
    private mutating func step() throws(VRVQError) -> Bool {
        if let frames = chunk.first?.frames, chunkStart < frames {
            try decode(chunkStart..<min(frames, chunkStart + stretch))
            return true
        }
        if let nextSegment {
            start(nextSegment)
            return true
        }
        guard let event = try reader.next() else { return false }
        try take(event)
        return true
    }

    /// Frames that are decoded at a time.
    private var stretch: Int { max(1, (1 << 18) / (format?.hop ?? 1)) }

    private mutating func decode(_ frames: Range<Int>) throws(VRVQError) {
        try prepare()
        for channel in channels.indices {
            hold(channels[channel].push(chunk[channel].part(frames), isLast: false), of: channel)
        }
        framesInSegment += frames.count
        chunkStart = frames.upperBound
    }

    /// Segments without frames need no network.
    private mutating func prepare() throws(VRVQError) {
        guard channels.isEmpty, let codec, let format else { return }
        for _ in 0..<format.codedChannels {
            channels.append(try SilencedSynthesis(codec.engine, threads: codec.threads))
        }
    }

    private mutating func hold(_ samples: [Float], of channel: Int) {
        let dropped = min(leading[channel], samples.count)
        leading[channel] -= dropped
        held[channel] += dropped == 0 ? samples[...] : samples[dropped...]
    }

    private mutating func take(_ event: StreamReader.Event) throws(VRVQError) {
        switch event {
        case .format(let format): try open(format)
        case .tags(let tags): self.tags = tags
        case .chunk(let grids, _): (chunk, chunkStart) = (grids, 0)
        case .segment(let segment):
            nextSegment = segment
            end(sampleCount: segment.previousSampleCount)
        case .end(let totals):
            self.totals = totals
            end(sampleCount: totals.sampleCount - samplesBefore)
        }
    }

    /// The segment at hand is over and gives so many source samples.
    private mutating func end(sampleCount: Int) {
        guard let format else { return }
        for channel in channels.indices { hold(channels[channel].finish(), of: channel) }
        let start = segment.firstFrame * format.hop
        length =
            !givesMargins
            ? format.modelSampleCount(sourceSamples: sampleCount)
            : framesInSegment == 0
                ? 0
                : segment.lookAhead > 0
                    ? framesInSegment * format.hop
                    : format.modelSampleCount(sourceSamples: segment.firstSample + sampleCount) - start
    }

    private mutating func start(_ segment: Segment) {
        guard let format else { return }
        // A segment before the first chunk only says where that one begins.
        if framesInSegment > 0 || segmentIndex > 0 { segmentIndex += 1 }
        samplesBefore += segment.previousSampleCount
        self.segment = segment
        (nextSegment, length, given, framesInSegment) = (nil, nil, 0, 0)
        channels = []
        // A segment that begins behind its first sample is refused at its end; until then nothing may go wrong.
        let first = givesMargins ? 0 : max(0, segment.firstModelSample(format) - segment.firstFrame * format.hop)
        leading = Array(repeating: first, count: format.codedChannels)
    }

    private mutating func open(_ format: StreamFormat) throws(VRVQError) {
        let codec = try codecFor(format)
        let architecture = codec.model.architecture
        guard codec.model.fingerprint == format.networkFingerprint else {
            throw VRVQError(
                .modelMismatch,
                "the stream was made with the model \(format.modelName) (\(format.networkFingerprint)), "
                    + "not with \(codec.model.name) (\(codec.model.fingerprint))")
        }
        guard architecture.quantizer.stages == format.stages, architecture.quantizer.entries == format.entries,
            architecture.hop == format.hop, architecture.sampleRate == format.modelRate
        else { throw VRVQError(.malformed, "the header does not describe the model that it names") }
        self.codec = codec
        reader.contextModels = ContextModels(codec.model).or(contextModels)
        reader.setThreads(codec.threads)
        held = Array(repeating: [], count: format.codedChannels)
        leading = Array(repeating: 0, count: format.codedChannels)
    }

    private mutating func give() -> [[Float]] {
        guard let format else { return [] }
        let ready: Int
        if let length {
            ready = length - given
            // Odd strides give a few samples less than whole frames.
            for channel in held.indices { held[channel].resize(to: ready) }
        } else {
            let behind = givesMargins ? 1 : 1 + segment.lookAhead
            ready = max(0, (held.map(\.count).min() ?? 0) - behind * format.hop)
        }
        var samples: [[Float]] = []
        for channel in held.indices {
            samples.append(Array(held[channel][..<ready]))
            held[channel].removeFirst(ready)
        }
        given += ready
        return format.stereoMode(of: segment).decoded(samples, channels: format.channels)
    }
}

extension CodeGrid {
    /// Some of the frames.
    fileprivate func part(_ range: Range<Int>) -> CodeGrid {
        if range == 0..<frames { return self }
        var part = CodeGrid(stages: stages, entries: entries)
        for frame in range { part.append(depth: Int(depth[frame]), codes: codes(ofFrame: frame)) }
        return part
    }
}

extension Array where Element == [Float] {
    /// Appends each channel's samples; an empty array takes the channels over.
    mutating func append(channels more: [[Float]]) {
        if isEmpty { return self = more }
        for channel in more.indices { self[channel] += more[channel] }
    }
}
