import VRVQ

/// What an encoder is told.
struct EncoderSettings: Sendable {
    /// What frames may spend where each decides for itself.
    var rate: Codec.Rate
    /// What the whole has to meet instead.
    var target: RateTarget?
    var silence = Silence.digital
    var entropy = EntropyCoding.best
    var framesPerChunk: Int?
    var stereo = StereoChoice.auto
    var search = QuantizerSearch.greedy
    /// Of a target.
    var allocation = AllocationChoice.importance
}

/// Samples to the bytes of a stream: as they come, or all at the end where a target needs the whole recording.
struct SoundEncoder {
    private let settings: EncoderSettings
    private var stream: StreamEncoder?
    private var analyser: RateAnalyser?
    /// Of a target, once it was tried.
    private(set) var outcome: Allocation.Outcome?
    private var chosen: (format: StreamFormat, statistics: StreamStatistics)?

    init(
        _ codec: Codec, sourceRate: Int, channels: Int, stereo: StereoPlan, _ settings: EncoderSettings
    ) throws(VRVQError) {
        self.settings = settings
        if settings.target != nil {
            analyser = try RateAnalyser(
                codec, sourceRate: sourceRate, channels: channels, stereo: stereo,
                silence: settings.silence, framesPerChunk: settings.framesPerChunk, search: settings.search)
        } else {
            stream = try StreamEncoder(
                codec, sourceRate: sourceRate, channels: channels, stereo: stereo, rate: settings.rate,
                entropy: settings.entropy, silence: settings.silence, framesPerChunk: settings.framesPerChunk,
                search: settings.search)
        }
    }

    /// What the stream says about itself; complete when it has ended.
    var format: StreamFormat { chosen?.format ?? stream?.format ?? analyser!.format }

    /// Where the bytes went; with a target only once the stream has ended.
    var statistics: StreamStatistics { chosen?.statistics ?? stream!.statistics }

    /// Takes samples at the model's rate and returns the bytes that are ready.
    mutating func push(_ samples: [[Float]]) throws(VRVQError) -> [UInt8] {
        if stream != nil { return try stream!.push(samples) }
        try analyser!.push(samples)
        return []
    }

    /// Ends the stream and returns its last bytes.
    /// - Parameter sampleCount: samples per channel of the source at its own rate.
    mutating func finish(sampleCount: Int) throws(VRVQError) -> [UInt8] {
        guard let target = settings.target else { return try stream!.finish(sampleCount: sampleCount) }
        let plan = try analyser!.finish(
            sampleCount: sampleCount, entropy: settings.entropy, allocator: settings.allocation.allocator)
        let allocation = try plan.allocation(target.target, cap: target.cap)
        let (bytes, statistics) = try allocation.written()
        outcome = allocation.outcome
        chosen = (allocation.stream.format, statistics)
        return bytes
    }
}
