/// Finds the level of an allocator at which the stream has a wanted size, and between two neighbouring levels the
/// frames that take the one or the other.
struct RateSearch {
    private let problem: RateProblem
    private var limit: WindowLimit?
    private var cost: StreamCost
    /// A search ends at this share of the wanted size, or a byte.
    private static let tolerance = 0.0005
    /// Times that a cap is lowered before it is kept in plain bits.
    private static let triesUnderCap = 3

    /// Depths and what the stream with them takes.
    private struct Point {
        let depths: [[Int]]
        let bytes: Int
        var codes: Int { depths.usedCodes }
    }

    /// - Parameters:
    ///   - cap: a bound on every stretch.
    ///   - reserved: bytes that the stream will have besides.
    init(_ problem: RateProblem, cap: RatePlan.Cap?, reserved: Int) {
        self.problem = problem
        cost = StreamCost(problem, reserved: reserved)
        limit = cap.map { WindowLimit($0, problem) }
        limit?.relax(&cost)
    }

    /// The depths for a target; not for a number of codebooks, which leaves no choice.
    ///
    /// Depths below the greatest that the cap allows make their chunk smaller, but not each frame's part of it: where a
    /// stretch gets over the cap by that, less is allowed.
    consuming func choice(_ target: RatePlan.Target, seconds: Double) throws(VRVQError) -> DepthChoice {
        var found = try chosen(target, seconds)
        var share = 1.0
        guard var limit, limit.isMet else { return found }
        for _ in 0..<Self.triesUnderCap {
            let excess = limit.excess(of: found.depths, &cost)
            if excess <= 1 { return found }
            share /= 1.001 * excess
            limit.relax(&cost, to: share)
            self.limit = limit
            found = try chosen(target, seconds)
        }
        if limit.excess(of: found.depths, &cost) <= 1 { return found }
        limit.restorePlain(&cost)
        self.limit = limit
        return try chosen(target, seconds)
    }

    private mutating func chosen(_ target: RatePlan.Target, _ seconds: Double) throws(VRVQError) -> DepthChoice {
        switch target {
        case .rate(.scale(let scale)): return choice(scale: scale)
        case .rate(.codebooks): preconditionFailure("a number of codebooks is no question")
        case .bitrate(let kbps): return nearest(bytes: min(1e18, kbps * 1000 / 8 * seconds))
        case .size(let bytes): return try largest(bytes: bytes)
        }
    }

    /// The depths of a scale, or the greatest with no more codes than the importance map would spend at it.
    private func choice(scale: Float) -> DepthChoice {
        let allocator = problem.allocator
        if allocator.takesScale { return choice(depths(level: scale), .met) }
        let wanted = allowed(problem.analyses.map { ImportanceAllocator().depths($0, level: scale) }).usedCodes
        let (least, most) = (allocator.leastLevel.bitPattern, allocator.greatestLevel.bitPattern)
        let level = level(ofCodes: wanted, least, most + 1)
        return choice(depths(level: Float(bitPattern: level)), .met)
    }

    /// The depths with the size that is nearest to a wanted one.
    private mutating func nearest(bytes: Double) -> DepthChoice {
        let low = least()
        if bytes <= Double(low.bytes) { return choice(low, bytes < Double(low.bytes) ? .leastPossible : .met) }
        let high = most()
        if bytes >= Double(high.bytes) { return choice(high, bytes > Double(high.bytes) ? .mostPossible : .met) }
        let (below, above) = bracket(bytes, low, high)
        return choice(bytes - Double(below.bytes) <= Double(above.bytes) - bytes ? below : above, .met)
    }

    /// The depths with the greatest size up to a wanted one.
    private mutating func largest(bytes: Int) throws(VRVQError) -> DepthChoice {
        let low = least()
        guard bytes >= low.bytes else {
            throw VRVQError(
                .badSetting, "\(bytes) bytes are too few: with the fewest codebooks this stream takes \(low.bytes)")
        }
        let high = most()
        if bytes >= high.bytes { return choice(high, bytes > high.bytes ? .mostPossible : .met) }
        return choice(bracket(Double(bytes), low, high).below, .met)
    }

    private mutating func least() -> Point { point(depths(level: problem.allocator.leastLevel)) }
    private mutating func most() -> Point { point(depths(level: problem.allocator.greatestLevel)) }

    private func choice(_ point: Point, _ outcome: Allocation.Outcome) -> DepthChoice { choice(point.depths, outcome) }

    private func choice(_ depths: [[Int]], _ outcome: Allocation.Outcome) -> DepthChoice {
        DepthChoice(depths: depths, outcome: limit?.isMet == false ? .overCap : outcome)
    }

    private func depths(level: Float) -> [[Int]] {
        allowed(problem.analyses.map { problem.allocator.depths($0, level: level) })
    }

    /// These depths under the cap, and none of silence.
    private func allowed(_ depths: [[Int]]) -> [[Int]] {
        depths.indices.map { channel in
            let most = limit?.depths[channel]
            return problem.analyses[channel].silenced(
                most.map { zip(depths[channel], $0).map { min($0, $1) } } ?? depths[channel])
        }
    }

    private mutating func point(_ depths: [[Int]]) -> Point { Point(depths: depths, bytes: cost.bytes(depths)) }

    /// Two allocations, one at most and one more than so many bytes, next to each other or near enough.
    private mutating func bracket(_ bytes: Double, _ low: Point, _ high: Point) -> (below: Point, above: Point) {
        var (below, above) = (low, high)
        // Positive floats are in the order of their bit patterns.
        var (least, most) = (problem.allocator.leastLevel.bitPattern, problem.allocator.greatestLevel.bitPattern)
        var round = 0
        while most - least > 1 && below.depths != above.depths && !isNear(bytes, below) {
            round += 1
            let level =
                round % 4 == 0
                ? least + (most - least) / 2 : self.level(ofCodes: codes(bytes, below, above), least, most)
            let found = point(depths(level: Float(bitPattern: level)))
            if Double(found.bytes) <= bytes { (below, least) = (found, level) } else { (above, most) = (found, level) }
        }
        return blend(bytes, below, above)
    }

    /// Codes that take so many bytes, or a little less, if every code between the two took the same: nearly true, so
    /// that few streams need to be coded to find out.
    private func codes(_ bytes: Double, _ below: Point, _ above: Point) -> Int {
        let share = Self.share(of: bytes, below, above)
        return below.codes + Int(share * Double(above.codes - below.codes))
    }

    private static func share(of bytes: Double, _ below: Point, _ above: Point) -> Double {
        let aim = bytes - max(0.5, tolerance / 2 * bytes)
        return min(1, max(0, (aim - Double(below.bytes)) / Double(above.bytes - below.bytes)))
    }

    /// The level between two others that gives about so many codes.
    private func level(ofCodes wanted: Int, _ least: UInt32, _ most: UInt32) -> UInt32 {
        var (low, high) = (least, most)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if depths(level: Float(bitPattern: middle)).usedCodes <= wanted { low = middle } else { high = middle }
        }
        return max(low, least + 1)
    }

    /// Narrows it to single frames: those that differ change over one by one, far from each other first.
    private mutating func blend(_ bytes: Double, _ low: Point, _ high: Point) -> (below: Point, above: Point) {
        var (below, above) = (low, high)
        let places = low.depths.indices.flatMap { channel in
            low.depths[channel].indices.filter { low.depths[channel][$0] != high.depths[channel][$0] }
                .map { (channel: channel, frame: $0) }
        }
        let order = places.indices.sorted { spread($0) < spread($1) }
        var (few, many) = (0, places.count)
        var round = 0
        while many - few > 1 && !isNear(bytes, below) {
            round += 1
            let share = round % 4 == 0 ? 0.5 : Self.share(of: bytes, below, above)
            let count = min(many - 1, max(few + 1, few + Int(share * Double(many - few))))
            var depths = low.depths
            for place in order[..<count].map({ places[$0] }) {
                depths[place.channel][place.frame] = high.depths[place.channel][place.frame]
            }
            let found = point(depths)
            if Double(found.bytes) <= bytes { (below, few) = (found, count) } else { (above, many) = (found, count) }
        }
        return (below, above)
    }

    private func isNear(_ bytes: Double, _ point: Point) -> Bool {
        bytes - Double(point.bytes) <= max(1, Self.tolerance * bytes)
    }

    /// Reverses the bits: any first ones of the numbers in this order lie evenly.
    private func spread(_ index: Int) -> UInt32 {
        var bits = UInt32(truncatingIfNeeded: index)
        var reversed: UInt32 = 0
        for _ in 0..<32 {
            reversed = reversed << 1 | bits & 1
            bits >>= 1
        }
        return reversed
    }
}

extension [[Int]] {
    /// Codes of all channels.
    fileprivate var usedCodes: Int { reduce(0) { $0 + $1.reduce(0, +) } }
}
