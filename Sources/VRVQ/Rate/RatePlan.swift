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
    /// A stretch is some whole frames, as many as lie in `seconds` (at least one). Of a chunk's bytes the framing belongs to
    /// its frames evenly, the rest in proportion to their depths and codes in plain bits. Header, tags and trailer are not
    /// counted.
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
    /// One per coded channel.
    public let analyses: [Analysis]
    /// Where the stereo mode changes; otherwise none.
    private let segments: [SegmentStart]
    fileprivate let codec: Codec
    fileprivate let entropy: EntropyCoding
    private let allocator: any DepthAllocator

    /// A plan over analyses of equal length, one per channel.
    /// - Parameter sampleCount: samples per channel of the source at its own rate.
    public init(
        _ codec: Codec, _ analyses: [Analysis], sourceRate: Int? = nil, sampleCount: Int,
        entropy: EntropyCoding = .best, allocator: any DepthAllocator = ImportanceAllocator()
    ) throws(VRVQError) {
        try self.init(
            codec, analyses, format: try codec.format(sourceRate: sourceRate, channels: analyses.count), segments: [],
            sampleCount: sampleCount, entropy: entropy, allocator: allocator)
    }

    init(
        _ codec: Codec, _ analyses: [Analysis], format: StreamFormat, segments: [SegmentStart], sampleCount: Int,
        entropy: EntropyCoding, allocator: any DepthAllocator
    ) throws(VRVQError) {
        try format.validate()
        // What segments have twice is checked when they are written.
        let frames =
            segments.isEmpty ? format.frameCount(sourceSamples: sampleCount) : analyses.first?.frames ?? 0
        guard analyses.allSatisfy({ $0.stages == format.stages && $0.frames == frames }) else {
            throw VRVQError(.badSetting, "\(sampleCount) samples are \(frames) frames of every channel")
        }
        guard !allocator.needsErrors || analyses.allSatisfy({ $0.errors.count == frames * (format.stages + 1) }) else {
            throw VRVQError(.badSetting, "depths by distortion need a search that measures errors")
        }
        self.codec = codec
        self.analyses = analyses
        self.format = format
        self.segments = segments
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
        try target.check()
        try cap?.check()
        if case .rate(let rate) = target {
            try codec.check(rate)
            if case .codebooks(let count) = rate { return try constant(count, cap) }
        }
        let problem = try problem()
        let search = RateSearch(problem, cap: cap, reserved: reserved)
        return allocation(try search.choice(target, seconds: seconds), target, cap)
    }

    /// kbit/s of so many bytes.
    public func kbps(bytes: Int) -> Double { seconds > 0 ? Double(bytes) * 8 / 1000 / seconds : 0 }

    private func problem() throws(VRVQError) -> RateProblem {
        var writer = try StreamWriter(format, entropy: .packed)
        var chunks: [Range<Int>] = []
        var others = [writer.header().count + entropy.sectionBytes]
        for part in segments.parts(of: analyses[0].frames) {
            if let segment = part.segment {
                others[chunks.count] += Section.byteCount(payload: segment.payload(format).count)
            }
            let new = format.chunks(of: part.frames)
            chunks += new
            others += Array(repeating: 0, count: new.count)
        }
        return RateProblem(
            format: format, analyses: analyses, entropy: entropy, models: try ChunkModels(format, entropy),
            allocator: allocator, chunks: chunks,
            layout: StreamLayout(others: others, hasIndex: segments.count < 2, sampleCount: sampleCount),
            threads: codec.threads)
    }

    fileprivate func stream(_ format: StreamFormat, _ depths: [[Int]]) -> VRVQStream {
        let samples = format.modelSampleCount(sourceSamples: sampleCount)
        let grids = zip(analyses, depths).map { analysis, depths in
            var grid = analysis.grid(depths, entries: format.entries, hop: format.hop)
            grid.sampleCount = samples
            return grid
        }
        var stream = VRVQStream(format: format, grids: grids, sampleCount: sampleCount)
        stream.segments = segments
        return stream
    }

    private func allocation(_ choice: DepthChoice, _ target: Target, _ cap: Cap?) -> Allocation {
        var format = format
        if case .rate(.scale(let scale)) = target, cap == nil, allocator.takesScale { format.scale = scale }
        return Allocation(self, format: format, choice)
    }

    private func constant(_ count: Int, _ cap: Cap?) throws(VRVQError) -> Allocation {
        guard cap == nil else {
            throw VRVQError(.badSetting, "a constant number of codebooks has no greatest rate besides its own")
        }
        var format = format
        format.constantDepth = count
        var depths: [[Int]] = []
        for analysis in analyses { depths.append(try codec.depths(analysis, rate: .codebooks(count))) }
        return Allocation(self, format: format, DepthChoice(depths: depths, outcome: .met))
    }
}

extension RatePlan.Target {
    func check() throws(VRVQError) {
        guard case .bitrate(let kbps) = self, !(kbps > 0 && kbps.isFinite) else { return }
        throw VRVQError(.badSetting, "the rate has to be a positive number of kbit/s, not \(kbps)")
    }
}

extension RatePlan.Cap {
    func check() throws(VRVQError) {
        guard kbps > 0, kbps.isFinite, seconds > 0, seconds.isFinite else {
            throw VRVQError(.badSetting, "a greatest rate and its window have to be positive")
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
    private let entropy: EntropyCoding
    private let threads: Int

    fileprivate init(_ plan: RatePlan, format: StreamFormat, _ choice: DepthChoice) {
        stream = plan.stream(format, choice.depths)
        outcome = choice.outcome
        entropy = plan.entropy
        threads = plan.codec.threads
    }

    /// The whole stream.
    public func bytes(tags: [Tag] = []) throws(VRVQError) -> [UInt8] { try written(tags: tags).bytes }

    /// The same, and where the bytes went.
    package func written(tags: [Tag] = []) throws(VRVQError) -> (bytes: [UInt8], statistics: StreamStatistics) {
        var stream = stream
        stream.tags = tags
        return try stream.written(entropy: entropy, threads: threads)
    }
}
