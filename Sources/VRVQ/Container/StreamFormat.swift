import VRVQNetwork

/// What a stream says about itself before its first frame: all that is needed to read its codes and to find the model
/// that turns them into sound. Written as the header section (FORMAT.md, section 5).
public struct StreamFormat: Equatable, Sendable {
    /// Samples per second of the source, which a decoded file has again.
    public var sourceRate: Int
    /// Channels of the source.
    public var channels: Int
    /// How the coded channels relate to the source's, where a segment does not say otherwise.
    public var stereoMode: StereoMode
    /// Samples per second at which the model works.
    public var modelRate: Int
    /// Model samples per frame.
    public var hop: Int
    /// Stages of the model's quantizer, the paper's N: the largest depth.
    public var stages: Int
    /// Entries per codebook.
    public var entries: Int
    /// Frames of a full chunk; only the last chunk before a silence, a flush or the end has fewer.
    public var framesPerChunk: Int
    /// The model that made the codes.
    public var networkFingerprint: Fingerprint
    /// That model's name, for people; at most 32 bytes of UTF-8 without control characters.
    public var modelName: String
    /// The depth of every frame that is not silent in a constant-rate stream, which then spends no bits on depths; nil
    /// for a variable-rate stream.
    public var constantDepth: Int?
    /// The scale that the encoder used (the paper's l), for people: reading never needs it.
    public var scale: Float?

    /// A format; `framesPerChunk` is about one second unless given. Nothing is checked before `validate`.
    public init(
        sourceRate: Int, channels: Int, stereoMode: StereoMode = .independent, modelRate: Int, hop: Int, stages: Int,
        entries: Int, framesPerChunk: Int? = nil, networkFingerprint: Fingerprint, modelName: String,
        constantDepth: Int? = nil, scale: Float? = nil
    ) {
        self.sourceRate = sourceRate
        self.channels = channels
        self.stereoMode = stereoMode
        self.modelRate = modelRate
        self.hop = hop
        self.stages = stages
        self.entries = entries
        self.framesPerChunk = framesPerChunk ?? Self.framesPerSecond(modelRate: modelRate, hop: hop)
        self.networkFingerprint = networkFingerprint
        self.modelName = modelName
        self.constantDepth = constantDepth
        self.scale = scale
    }

    /// Frames in a second, rounded half up, at least 1: the usual chunk. 86 at 44.1 kHz and a hop of 512.
    public static func framesPerSecond(modelRate: Int, hop: Int) -> Int {
        max(1, (modelRate + hop / 2) / max(1, hop))
    }

    /// Plain bits of one code.
    package var bitsPerCode: Int { bitWidth(ofValues: entries) }

    /// Channels that are coded, each as a `CodeGrid`.
    public var codedChannels: Int { stereoMode.codedChannels(of: channels) }

    /// Model samples per channel that `count` source samples become: ceil(count * modelRate / sourceRate). A resampler
    /// in front of the encoder has to give exactly so many (FORMAT.md, section 8).
    public func modelSampleCount(sourceSamples count: Int) -> Int {
        (count * modelRate + sourceRate - 1) / sourceRate
    }

    /// Frames that cover `count` source samples: ceil(modelSampleCount / hop).
    public func frameCount(sourceSamples count: Int) -> Int {
        (modelSampleCount(sourceSamples: count) + hop - 1) / hop
    }

    /// Throws unless every field lies within `Limits` and the fields agree with each other.
    public func validate() throws(VRVQError) {
        try validate(offset: nil)
    }

    func validate(offset: Int?) throws(VRVQError) {
        for (name, value, range) in boundedFields {
            try range.check(value, "\(name) of the stream", offset: offset)
        }
        guard channels >= stereoMode.leastChannels else {
            throw VRVQError(
                .malformed,
                "stereo mode \(stereoMode.rawValue) (\(stereoMode)) of the stream needs two channels or more",
                offset: offset)
        }
        if let constantDepth { try (1...stages).check(constantDepth, "constant depth of the stream", offset: offset) }
        if let scale, !(scale > 0 && scale.isFinite) {
            throw VRVQError(.malformed, "scale of the stream is not a positive number", offset: offset)
        }
        guard modelName.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw VRVQError(.malformed, "model name of the stream has control characters", offset: offset)
        }
        try range(upTo: Limits.maximumSectionBytes).check(
            largestChunkBytes, "largest size in bytes of a chunk of \(framesPerChunk) frames", offset: offset)
    }

    private var boundedFields: [(String, Int, ClosedRange<Int>)] {
        [
            ("source rate", sourceRate, range(upTo: Limits.maximumSampleRate)),
            ("channel count", channels, range(upTo: Limits.maximumChannels)),
            ("model rate", modelRate, range(upTo: Limits.maximumSampleRate)),
            ("hop", hop, range(upTo: Limits.maximumHop)),
            ("stage count", stages, range(upTo: Limits.maximumStages)),
            ("codebook size", entries, 2...Limits.maximumEntries),
            ("frames per chunk", framesPerChunk, range(upTo: Limits.maximumFramesPerChunk)),
            ("length in bytes of the model name", modelName.utf8.count, 0...Limits.maximumModelNameBytes),
        ]
    }

    private func range(upTo limit: Int) -> ClosedRange<Int> { 1...limit }

    /// Payload bytes of a chunk of `framesPerChunk` frames that use every stage. Bounding it bounds the memory that a
    /// reader needs for one chunk, in its packed form and as grids. At most 2^6 * 2^16 * (7 + 2^6 * 16) bits: no
    /// overflow once the fields are in range.
    private var largestChunkBytes: Int {
        let frameBits = bitWidth(ofValues: stages + 1) + stages * bitsPerCode
        return (codedChannels * framesPerChunk * frameBits + 7) / 8 + 1 + Varint.maximumBytes
    }

    /// Time at which a frame starts, in seconds with milliseconds, rounded down.
    func time(ofFrame frame: Int) -> String {
        let milliseconds = frame.multipliedFullWidth(by: hop * 1000)
        let total = modelRate.dividingFullWidth(milliseconds).quotient
        let fraction = String(total % 1000)
        return "\(total / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction + " s"
    }
}
