import VRVQNetwork

/// What one run of the network says of a whole signal, from which streams of any rate are made without running it
/// again: every size below is that of the bytes on disk, container and all.
public struct RatePlan: Sendable {
    /// What is asked of a stream.
    public enum Target: Equatable, Sendable {
        /// The rate of `StreamEncoder`: a scale or a number of codebooks.
        case rate(Codec.Rate)
        /// So many kbit/s on average, all channels together.
        case bitrate(Double)
        /// At most so many bytes in all.
        case size(Int)
    }

    /// A bound on the rate of every stretch of so many seconds, all channels together.
    ///
    /// A stretch is some whole frames, as many as lie in `seconds` (at least one); the bytes of a chunk belong to its
    /// frames in proportion to their depths and codes in plain bits. Header, tags and trailer are not counted.
    public struct Cap: Equatable, Sendable {
        /// Most kbit/s of any stretch.
        public var kbps: Double
        /// Length of the stretch.
        public var seconds: Double

        /// A bound over any `seconds`.
        public init(kbps: Double, seconds: Double = 1) {
            self.kbps = kbps
            self.seconds = seconds
        }
    }

    /// The format of its streams, before a rate is chosen.
    public let format: StreamFormat
    /// Source samples per channel.
    public let sampleCount: Int
    /// One per channel.
    public let analyses: [Analysis]
    let codec: Codec
    let entropy: EntropyCoding
    let allocator: any DepthAllocator

    /// A plan over analyses of equal length, one per channel.
    /// - Parameter sampleCount: samples per channel of the source at its own rate.
    public init(
        _ codec: Codec, _ analyses: [Analysis], sourceRate: Int? = nil, sampleCount: Int,
        entropy: EntropyCoding = .best, allocator: any DepthAllocator = ImportanceAllocator()
    ) throws(VRVQError) {
        try self.init(
            codec, analyses, format: codec.format(sourceRate: sourceRate, channels: analyses.count),
            sampleCount: sampleCount, entropy: entropy, allocator: allocator)
    }

    init(
        _ codec: Codec, _ analyses: [Analysis], format: StreamFormat, sampleCount: Int, entropy: EntropyCoding,
        allocator: any DepthAllocator
    ) throws(VRVQError) {
        try format.validate()
        let frames = format.frameCount(sourceSamples: sampleCount)
        guard analyses.allSatisfy({ $0.stages == format.stages && $0.frames == frames }) else {
            throw VRVQError(.badSetting, "\(sampleCount) samples are \(frames) frames of every channel")
        }
        self.codec = codec
        self.analyses = analyses
        self.format = format
        self.sampleCount = sampleCount
        self.entropy = try entropy.settled(for: codec.model)
        self.allocator = allocator
    }

    /// Seconds of the source.
    public var seconds: Double { Double(sampleCount) / Double(format.sourceRate) }

    /// Chooses the depths.
    /// - Parameters:
    ///   - cap: a bound on every stretch; not with a number of codebooks, whose rate is constant.
    ///   - reserved: bytes that the stream will have besides, such as tags.
    /// - Throws: `badSetting` where the target makes no sense, and for a size below the least possible, which it names.
    public func allocation(
        _ target: Target, cap: Cap? = nil, reserving reserved: Int = 0
    ) throws(VRVQError) -> Allocation {
        try check(target, cap)
        if case .rate(.codebooks(let count)) = target { return try constant(count) }
        var search = try RateSearch(self, limit: cap.map { WindowLimit($0, plan: self) }, reserved: reserved)
        switch target {
        case .rate(.scale(let scale)): return search.allocation(scale: scale)
        case .rate(.codebooks(let count)): return try constant(count)
        case .bitrate(let kbps): return search.nearest(bytes: kbps * 1000 / 8 * seconds)
        case .size(let bytes): return try search.largest(bytes: bytes)
        }
    }

    /// kbit/s of so many bytes.
    public func kbps(bytes: Int) -> Double { seconds > 0 ? Double(bytes) * 8 / 1000 / seconds : 0 }

    private func constant(_ count: Int) throws(VRVQError) -> Allocation {
        var format = format
        format.constantDepth = count
        var depths: [[Int]] = []
        for analysis in analyses { depths.append(try codec.depths(analysis, rate: .codebooks(count))) }
        return Allocation(self, format: format, depths: depths, outcome: .met)
    }

    private func check(_ target: Target, _ cap: Cap?) throws(VRVQError) {
        if let cap {
            guard cap.kbps > 0, cap.kbps.isFinite, cap.seconds > 0, cap.seconds.isFinite else {
                throw VRVQError(.badSetting, "a greatest rate and its window have to be positive")
            }
            if case .rate(.codebooks) = target {
                throw VRVQError(.badSetting, "a constant number of codebooks has no greatest rate besides its own")
            }
        }
        switch target {
        case .rate(let rate): try codec.check(rate)
        case .bitrate(let kbps) where !(kbps > 0 && kbps.isFinite):
            throw VRVQError(.badSetting, "the rate has to be a positive number of kbit/s, not \(kbps)")
        case .bitrate, .size: break
        }
    }
}

/// Depths that were chosen for a whole signal.
public struct Allocation: Sendable {
    /// How it stands to what was asked for.
    public enum Outcome: Equatable, Sendable {
        /// As asked.
        case met
        /// Even the least that the model can spend is more: it is this.
        case leastPossible
        /// Even the most that the model can spend (under the cap, where there is one) is less: it is this.
        case mostPossible
        /// Some stretch is over the cap with the least that the model can spend.
        case overCap
    }

    /// The stream, without tags.
    public let stream: VRVQStream
    /// Whether the target was within reach.
    public let outcome: Outcome
    let entropy: EntropyCoding

    init(_ plan: RatePlan, format: StreamFormat, depths: [[Int]], outcome: Outcome) {
        let samples = format.modelSampleCount(sourceSamples: plan.sampleCount)
        let grids = zip(plan.analyses, depths).map { analysis, depths in
            var grid = analysis.grid(depths, entries: format.entries, hop: format.hop)
            grid.sampleCount = samples
            return grid
        }
        stream = VRVQStream(format: format, grids: grids, sampleCount: plan.sampleCount)
        self.outcome = outcome
        entropy = plan.entropy
    }

    /// The whole stream.
    public func bytes(tags: [Tag] = []) throws(VRVQError) -> [UInt8] {
        var stream = stream
        stream.tags = tags
        return try stream.encoded(entropy: entropy)
    }
}
