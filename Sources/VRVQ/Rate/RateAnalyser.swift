import VRVQNetwork

/// Runs the network once over a signal that comes in pieces, and keeps what every rate can be made from: 2 bytes a
/// code and 5 a frame, about 6 MB an hour and channel at 8 stages and 86 frames a second; of 8 stages, 72 bytes more a
/// frame with a search and 36 more with errors.
///
///     var analyser = try RateAnalyser(codec, channels: 2)
///     while let block = try source.next() { try analyser.push(block) }
///     let plan = try analyser.finish()
///     let bytes = try plan.allocation(.bitrate(2.5)).bytes()
public struct RateAnalyser {
    /// What the streams say about themselves, before a rate is chosen.
    public let format: StreamFormat
    private let codec: Codec
    private var analysis: SegmentedAnalysis
    private var analyses: [Analysis]
    private var segments: [SegmentStart] = []
    private var position = 0

    /// A signal at its start; the parameters are those of `StreamEncoder`. Allocators that go by distortion need a search
    /// that measures errors.
    public init(
        _ codec: Codec, sourceRate: Int? = nil, channels: Int, stereoMode: StereoMode = .independent,
        silence: Silence = .digital, framesPerChunk: Int? = nil, search: QuantizerSearch = .greedy
    ) throws(VRVQError) {
        try self.init(
            codec, sourceRate: sourceRate, channels: channels, stereo: StereoPlan(stereoMode), silence: silence,
            framesPerChunk: framesPerChunk, search: search)
    }

    /// The same with a stereo mode that may change on the way.
    public init(
        _ codec: Codec, sourceRate: Int? = nil, channels: Int, stereo: StereoPlan,
        silence: Silence = .digital, framesPerChunk: Int? = nil, search: QuantizerSearch = .greedy
    ) throws(VRVQError) {
        self.codec = codec
        format = try codec.format(
            sourceRate: sourceRate, channels: channels, stereoMode: stereo.spans[0].mode,
            framesPerChunk: framesPerChunk)
        try format.validate()
        analyses = Array(repeating: Analysis(stages: format.stages), count: format.codedChannels)
        analysis = try SegmentedAnalysis(codec, stereo, format, silence: silence, search: search)
    }

    /// Takes samples, one array per channel of equal length at the model's rate.
    public mutating func push(_ samples: [[Float]]) throws(VRVQError) {
        try format.check(samples, position: position)
        try advance(samples, isLast: false)
    }

    /// Ends the signal.
    /// - Parameters:
    ///   - sampleCount: samples per channel of the source at its own rate; may be left out where that is the model's.
    ///   - entropy: how chunks will be made small.
    ///   - allocator: which frames get how many codebooks.
    public mutating func finish(
        sampleCount: Int? = nil, entropy: EntropyCoding = .best,
        allocator: any DepthAllocator = ImportanceAllocator()
    ) throws(VRVQError) -> RatePlan {
        let count = try format.sourceCount(sampleCount, position: position)
        try analysis.check(sampleCount: count)
        try advance(Array(repeating: [], count: format.channels), isLast: true)
        return try RatePlan(
            codec, analyses, format: format, segments: segments, sampleCount: count, entropy: entropy,
            allocator: allocator)
    }

    private mutating func advance(_ samples: [[Float]], isLast: Bool) throws(VRVQError) {
        let pieces = try analysis.push(samples, isLast: isLast)
        position += samples[0].count
        for piece in pieces {
            if let segment = piece.segment {
                segments.append(SegmentStart(frame: analyses[0].frames, segment: segment))
            }
            for (channel, analysis) in piece.channels.enumerated() {
                analyses[channel].append(analysis, frames: 0..<analysis.frames)
            }
        }
    }
}

extension StreamFormat {
    /// Throws unless these are samples of all channels that can be coded.
    func check(_ samples: [[Float]], position: Int) throws(VRVQError) {
        guard samples.count == channels, samples.allSatisfy({ $0.count == samples[0].count }) else {
            throw VRVQError(.badAudio, "\(channels) channels of equal length are needed")
        }
        for (channel, values) in samples.enumerated() {
            try checkFinite(values, channel: channel, position: position)
        }
    }

    /// The source's sample count, which has to agree with the samples that came at the model's rate.
    func sourceCount(_ sampleCount: Int?, position: Int) throws(VRVQError) -> Int {
        guard let count = sampleCount ?? (sourceRate == modelRate ? position : nil) else {
            preconditionFailure("a source of another rate needs its own sample count")
        }
        guard modelSampleCount(sourceSamples: count) == position else {
            throw VRVQError(
                .badSetting,
                "\(count) source samples become \(modelSampleCount(sourceSamples: count)) at the model's rate, "
                    + "but \(position) came")
        }
        return count
    }
}
