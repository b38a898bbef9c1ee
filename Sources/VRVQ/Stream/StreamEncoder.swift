import VRVQNetwork

/// Samples in, bytes of a `.vrvq` stream out, as they come: for files, pipes and live sources alike. The bytes do
/// not depend on how the samples were cut.
///
/// Samples are at the model's rate; where the source has another, its rate is named for the decoder and the caller
/// converts. One value serves one stream and one task at a time.
public struct StreamEncoder {
    /// What the stream says about itself.
    public let format: StreamFormat
    /// Where the bytes given so far went.
    public var statistics: StreamStatistics { writer.statistics }
    /// Stages in use over all frames and channels given so far.
    public private(set) var usedCodes = 0

    private let codec: Codec
    private let rate: Codec.Rate
    private var writer: StreamWriter
    private var analysis: SegmentedAnalysis
    private var pending: [CodeGrid]
    private var position = 0
    private var isStarted = false
    private var isEnded = false

    /// A stream at its start.
    /// - Parameters:
    ///   - sourceRate: samples per second of the source; the model's when nil.
    ///   - channels: channels of the source.
    ///   - stereoMode: how they are coded; `StereoStatistics` tells which is cheapest. Silence and rate are those of the
    ///     channels that are coded.
    ///   - rate: how many codebooks a frame may spend.
    ///   - silence: which frames are left out; none waits for it but quiet ones.
    ///   - framesPerChunk: frames of a chunk; about a second when nil. Longer chunks are smaller, shorter ones are found
    ///     faster in a seek and lose less when they are damaged.
    ///   - positionInterval: frames after which a position section comes before the next chunk; nil for none.
    ///   - entropy: how chunks are made small; decoding gives the same whichever it is.
    ///   - search: how codes are chosen.
    public init(
        _ codec: Codec, sourceRate: Int? = nil, channels: Int, stereoMode: StereoMode = .independent,
        rate: Codec.Rate = .scale(Codec.defaultScale), entropy: EntropyCoding = .best, silence: Silence = .digital,
        framesPerChunk: Int? = nil, positionInterval: Int? = nil,
        search: QuantizerSearch = .greedy
    ) throws(VRVQError) {
        try self.init(
            codec, sourceRate: sourceRate, channels: channels, stereo: StereoPlan(stereoMode), rate: rate,
            entropy: entropy, silence: silence, framesPerChunk: framesPerChunk, positionInterval: positionInterval,
            search: search)
    }

    /// The same with a stereo mode that may change on the way; `StereoStatistics` of the whole sound has a plan.
    public init(
        _ codec: Codec, sourceRate: Int? = nil, channels: Int, stereo: StereoPlan,
        rate: Codec.Rate = .scale(Codec.defaultScale), entropy: EntropyCoding = .best, silence: Silence = .digital,
        framesPerChunk: Int? = nil, positionInterval: Int? = nil,
        search: QuantizerSearch = .greedy
    ) throws(VRVQError) {
        try codec.check(rate)
        self.codec = codec
        self.rate = rate
        var format = try codec.format(
            sourceRate: sourceRate, channels: channels, stereoMode: stereo.spans[0].mode,
            framesPerChunk: framesPerChunk)
        switch rate {
        case .scale(let scale): format.scale = scale
        case .codebooks(let count): format.constantDepth = count
        }
        self.format = format
        writer = try StreamWriter(format, entropy: entropy.settled(for: codec.model), threads: codec.threads)
        writer.positionInterval = positionInterval
        let empty = CodeGrid(stages: format.stages, entries: format.entries)
        pending = Array(repeating: empty, count: format.codedChannels)
        analysis = try SegmentedAnalysis(codec, stereo, format, silence: silence, search: search)
    }

    /// Bytes of samples, rows and codes that it holds between pushes.
    package var heldBytes: Int {
        analysis.heldBytes + pending.reduce(0) { $0 + 2 * $1.codes.capacity }
    }

    /// Takes samples, one array per channel of equal length at the model's rate, and returns the bytes that are
    /// ready; they may be none.
    public mutating func push(_ samples: [[Float]]) throws(VRVQError) -> [UInt8] {
        precondition(!isEnded, "the stream has ended")
        try format.check(samples, position: position)
        return try advance(samples, isLast: false)
    }

    /// Frames that wait for their chunk to become full.
    public var pendingFrames: Int { pending.map(\.frames).min() ?? 0 }

    /// Writes the frames that wait as a shorter chunk, for a live source from which no more comes for the moment.
    public mutating func flush() -> [UInt8] {
        precondition(!isEnded, "the stream has ended")
        guard isStarted else { return [] }
        var bytes: [UInt8] = []
        drain(all: true, into: &bytes)
        return bytes + writer.flush()
    }

    /// Ends the stream and returns its last bytes.
    /// - Parameter sampleCount: samples per channel of the source at its own rate; may be left out where that is the
    ///   model's rate.
    /// - Throws: `badAudio` where they are not those that a stereo mode that changes was planned for.
    public mutating func finish(sampleCount: Int? = nil) throws(VRVQError) -> [UInt8] {
        precondition(!isEnded, "the stream has ended")
        let count = try format.sourceCount(sampleCount, position: position)
        try analysis.check(sampleCount: count)
        var bytes = try advance(Array(repeating: [], count: format.channels), isLast: true)
        isEnded = true
        bytes += try writer.trailer(sampleCount: count)
        return bytes
    }

    private mutating func advance(_ samples: [[Float]], isLast: Bool) throws(VRVQError) -> [UInt8] {
        let pieces = try analysis.push(samples, isLast: isLast)
        position += samples[0].count
        var bytes: [UInt8] = []
        if !isStarted {
            bytes = writer.header()
            isStarted = true
        }
        for piece in pieces {
            if let segment = piece.segment {
                drain(all: true, into: &bytes)
                bytes += try writer.segment(segment)
            }
            for (channel, analysis) in piece.channels.enumerated() {
                let grid = try codec.grid(analysis, rate: rate)
                usedCodes += grid.usedCodes
                pending[channel].append(grid)
            }
        }
        drain(all: isLast, into: &bytes)
        return bytes
    }

    private mutating func drain(all: Bool, into bytes: inout [UInt8]) {
        let ready = pendingFrames
        let end = all ? ready : ready - ready % format.framesPerChunk
        bytes += writer.chunks(pending, format.chunks(of: 0..<end))
        for channel in pending.indices { pending[channel].removeFirst(end) }
    }
}
