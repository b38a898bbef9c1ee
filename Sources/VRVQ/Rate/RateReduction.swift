/// Lowers the rate of a whole stream to a target, without the network.
///
/// A stream does not hold the importance p of its frames, but depths that bound it: the paper's map gives depth d where
/// d - 1 <= l p < d. So every frame is taken to lie in the middle, l p = d - 1/2, and gets the depth that a smaller
/// scale gives it, floor(r (d - 1/2)) + 1, with one ratio r up to 1 for the whole stream (under a cap, a smaller one
/// where that asks for it). So the shape of the depths stays, no frame gets deeper, and silence stays silence.
public struct RateReduction: Sendable {
    /// What the stream says about itself.
    public let format: StreamFormat
    /// Its totals.
    public let totals: StreamTotals
    /// Where its bytes went.
    public let statistics: StreamStatistics
    private let events: [StreamReader.Event]
    private let problem: RateProblem

    /// A stream of a lower rate.
    public struct Result: Sendable {
        /// The whole stream.
        public let bytes: [UInt8]
        /// What it says about itself; without a scale, unless nothing had to change.
        public let format: StreamFormat
        /// Where the bytes went.
        public let statistics: StreamStatistics
        /// Whether the target was within reach; the most possible are the depths that the stream had.
        public let outcome: Allocation.Outcome
    }

    /// Reads a whole stream.
    /// - Parameters:
    ///   - entropy: how the chunks of the new one are made small; the best is with the context model of this one, where
    ///     it has one.
    ///   - threads: threads that read and write chunks; what they give does not depend on it.
    ///   - contextModels: needed for streams with chunks in coding 4.
    /// - Throws: what `StreamReader` throws, and `limitExceeded` for more than `Limits.maximumCodesInMemory` codes.
    public init(
        _ bytes: [UInt8], entropy: EntropyCoding = .best, threads: Int = 1, contextModels: ContextModels = .none
    ) throws(VRVQError) {
        precondition(threads > 0)
        var reader = StreamReader(contextModels: contextModels)
        reader.setThreads(threads)
        reader.push(bytes)
        guard case .format(let format)? = try reader.next() else { throw reader.truncation }
        var collection = try StoredFrames(format)
        while let event = try reader.next() { try collection.take(event) }
        try reader.finish()
        self.format = format
        totals = collection.totals!
        statistics = reader.statistics
        events = collection.events
        problem = try collection.problem(entropy.settled(for: reader.contextModel), threads: threads)
    }

    /// Seconds of the source.
    public var seconds: Double { Double(totals.sampleCount) / Double(format.sourceRate) }

    /// Chooses the depths and writes the stream.
    /// - Parameters:
    ///   - target: an average rate or a size. A stream has neither a scale nor a rate that is constant besides its own
    ///     (`StreamTranscoder` drops codebooks).
    ///   - cap: a bound on every stretch.
    /// - Throws: `badSetting` where the target makes no sense, and for a size below the least possible, which it names.
    public func reduced(_ target: RatePlan.Target, cap: RatePlan.Cap? = nil) throws(VRVQError) -> Result {
        try target.check()
        try cap?.check()
        if case .rate = target { throw VRVQError(.badSetting, "a stream is lowered to a bitrate or a size") }
        let stored = try written(nil, .mostPossible)
        if cap == nil, let most = target.bytes(seconds: seconds), Double(stored.bytes.count) <= most {
            return Double(stored.bytes.count) < most ? stored : try written(nil, .met)
        }
        let search = RateSearch(problem, cap: cap, reserved: 0)
        let choice = try search.choice(target, seconds: seconds)
        let result = try written(choice.depths, choice.outcome)
        // Of a constant rate whose codes are smaller than the field for a depth.
        return result.bytes.count < stored.bytes.count || cap != nil ? result : try written(nil, choice.outcome)
    }

    /// - Parameter depths: those of the stream where nil.
    private func written(_ depths: [[Int]]?, _ outcome: Allocation.Outcome) throws(VRVQError) -> Result {
        let depths = depths == problem.storedDepths ? nil : depths
        let format = depths == nil ? format : problem.format
        var writer = try StreamWriter(format, entropy: problem.entropy)
        var bytes = writer.header()
        var start = 0
        for event in events {
            if case .chunk(let grids, _) = event, let depths {
                let frames = start..<start + grids[0].frames
                bytes += writer.pieces(zip(grids, depths).map { $0.limited(to: $1[frames]) })
                start = frames.upperBound
            } else {
                bytes += try writer.write(event)
            }
        }
        return Result(bytes: bytes, format: format, statistics: writer.statistics, outcome: outcome)
    }
}

extension RatePlan.Target {
    /// Bytes that it stands for.
    fileprivate func bytes(seconds: Double) -> Double? {
        switch self {
        case .rate: nil
        case .bitrate(let kbps): kbps * 1000 / 8 * seconds
        case .size(let bytes): Double(bytes)
        }
    }
}

/// The frames of a stream, as a rate is chosen for them.
private struct StoredFrames {
    /// All but the format.
    private(set) var events: [StreamReader.Event] = []
    private(set) var totals: StreamTotals?
    private let format: StreamFormat
    private var analyses: [Analysis]
    private var chunks: [Range<Int>] = []
    private var layout: StreamLayout
    /// Writes what is not chunks, to see how large it is.
    private var writer: StreamWriter

    init(_ format: StreamFormat) throws(VRVQError) {
        var variable = format
        (variable.constantDepth, variable.scale) = (nil, nil)
        self.format = variable
        writer = try StreamWriter(variable, entropy: .packed)
        layout = StreamLayout(others: [writer.header().count], sampleCount: 0)
        analyses = Array(repeating: Analysis(stages: format.stages), count: format.codedChannels)
    }

    mutating func take(_ event: StreamReader.Event) throws(VRVQError) {
        events.append(event)
        switch event {
        case .chunk(let grids, let firstFrame):
            let frames = firstFrame..<firstFrame + grids[0].frames
            try (0...Limits.maximumCodesInMemory).check(
                frames.upperBound * format.stages * format.codedChannels, "number of codes of a stream read at once")
            let new = format.chunks(of: frames)
            chunks += new
            layout.others += Array(repeating: 0, count: new.count)
            for channel in grids.indices { analyses[channel].append(grids[channel]) }
            _ = writer.pieces(grids.map { $0.limited(to: 1) })
        case .end(let totals):
            self.totals = totals
            layout.sampleCount = totals.sampleCount
            _ = try writer.write(event)
        default:
            if case .segment = event, !chunks.isEmpty { layout.hasIndex = false }
            let before = writer.statistics
            _ = try writer.write(event)
            let after = writer.statistics
            layout.others[chunks.count] += after.tagBytes - before.tagBytes + after.otherBytes - before.otherBytes
        }
    }

    func problem(_ entropy: EntropyCoding, threads: Int) throws(VRVQError) -> RateProblem {
        var layout = layout
        layout.others[0] += entropy.sectionBytes
        return RateProblem(
            format: format, analyses: analyses, entropy: entropy, models: try ChunkModels(format, entropy),
            allocator: StoredDepthAllocator(), chunks: chunks, layout: layout, threads: threads)
    }
}

/// The depths of a smaller scale, given those of an unknown one; the level is the ratio of the two. `Analysis` has
/// d - 1/2 in the place of importance.
private struct StoredDepthAllocator: DepthAllocator {
    var greatestLevel: Float { 1 }

    func depths(_ analysis: Analysis, level: Float) -> [Int] {
        ImportanceAllocator().depths(analysis, level: min(1, level))
    }
}

extension RateProblem {
    /// Of stored frames, the depths that they have.
    fileprivate var storedDepths: [[Int]] { analyses.map { $0.silenced(allocator.depths($0, level: 1)) } }
}

extension Analysis {
    /// Appends stored frames.
    fileprivate mutating func append(_ grid: CodeGrid) {
        codes += grid.codes
        importance += grid.depth.map { Float($0) - 0.5 }
        silence += grid.depth.map { $0 == 0 }
    }
}

extension CodeGrid {
    /// The grid with every frame cut to a depth of its own.
    fileprivate func limited(to depths: ArraySlice<Int>) -> CodeGrid {
        var result = CodeGrid(stages: stages, entries: entries)
        result.sampleCount = sampleCount
        for (frame, limit) in zip(0..<frames, depths) {
            result.append(depth: min(limit, Int(depth[frame])), codes: codes(ofFrame: frame))
        }
        return result
    }
}

extension StreamWriter {
    /// Anything but a header.
    fileprivate mutating func write(_ event: StreamReader.Event) throws(VRVQError) -> [UInt8] {
        switch event {
        case .format: preconditionFailure("a stream has one header")
        case .tags(let list): return try tags(list)
        case .segment(let next): return try segment(next)
        case .chunk(let grids, _): return pieces(grids)
        case .end(let totals): return try trailer(sampleCount: totals.sampleCount)
        }
    }
}
