/// Finds the level of an allocator at which the stream has a wanted size, and between two neighbouring levels the
/// frames that take the one or the other.
struct RateSearch {
    private let plan: RatePlan
    private let limit: WindowLimit?
    private var cost: StreamCost
    /// A search ends at this share of the wanted size, or a byte.
    private static let tolerance = 0.0005

    /// Depths and what the stream with them takes.
    private struct Point {
        let depths: [[Int]]
        let bytes: Int
    }

    init(_ plan: RatePlan, limit: WindowLimit?, reserved: Int) throws(VRVQError) {
        self.plan = plan
        self.limit = limit
        cost = try StreamCost(plan, reserved: reserved)
    }

    /// The depths of a scale.
    func allocation(scale: Float) -> Allocation {
        var format = plan.format
        if limit == nil { format.scale = scale }
        return Allocation(
            plan, format: format, depths: depths(level: scale), outcome: limit?.isMet == false ? .overCap : .met)
    }

    /// The depths with the size that is nearest to a wanted one.
    mutating func nearest(bytes: Double) -> Allocation {
        let (low, high) = (least(), most())
        if bytes <= Double(low.bytes) { return allocation(low, bytes < Double(low.bytes) ? .leastPossible : .met) }
        if bytes >= Double(high.bytes) { return allocation(high, bytes > Double(high.bytes) ? .mostPossible : .met) }
        let (below, above) = bracket(bytes, low, high)
        return allocation(bytes - Double(below.bytes) <= Double(above.bytes) - bytes ? below : above, .met)
    }

    /// The depths with the greatest size up to a wanted one.
    mutating func largest(bytes: Int) throws(VRVQError) -> Allocation {
        let (low, high) = (least(), most())
        guard bytes >= low.bytes else {
            throw VRVQError(
                .badSetting, "\(bytes) bytes are too few: with the fewest codebooks this stream takes \(low.bytes)")
        }
        if bytes >= high.bytes { return allocation(high, bytes > high.bytes ? .mostPossible : .met) }
        return allocation(bracket(Double(bytes), low, high).below, .met)
    }

    private mutating func least() -> Point { point(depths(level: plan.allocator.leastLevel)) }
    private mutating func most() -> Point { point(depths(level: plan.allocator.greatestLevel)) }

    private func allocation(_ point: Point, _ outcome: Allocation.Outcome) -> Allocation {
        Allocation(
            plan, format: plan.format, depths: point.depths,
            outcome: limit?.isMet == false ? .overCap : outcome)
    }

    private func depths(level: Float) -> [[Int]] {
        plan.analyses.indices.map { channel in
            let analysis = plan.analyses[channel]
            let depths = plan.allocator.depths(analysis, level: level)
            return analysis.silenced(limit.map { zip(depths, $0.depths[channel]).map { min($0, $1) } } ?? depths)
        }
    }

    private mutating func point(_ depths: [[Int]]) -> Point { Point(depths: depths, bytes: cost.bytes(depths)) }

    /// Two allocations, one at most and one more than so many bytes, next to each other or near enough.
    private mutating func bracket(_ bytes: Double, _ low: Point, _ high: Point) -> (below: Point, above: Point) {
        var (below, above) = (low, high)
        // Positive floats are in the order of their bit patterns.
        var (least, most) = (plan.allocator.leastLevel.bitPattern, plan.allocator.greatestLevel.bitPattern)
        while most - least > 1 && below.depths != above.depths && !isNear(bytes, below) {
            let middle = least + (most - least) / 2
            let found = point(depths(level: Float(bitPattern: middle)))
            if Double(found.bytes) <= bytes {
                (below, least) = (found, middle)
            } else {
                (above, most) = (found, middle)
            }
        }
        return blend(bytes, below, above)
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
        while many - few > 1 && !isNear(bytes, below) {
            let middle = (few + many) / 2
            var depths = low.depths
            for place in order[..<middle].map({ places[$0] }) {
                depths[place.channel][place.frame] = high.depths[place.channel][place.frame]
            }
            let found = point(depths)
            if Double(found.bytes) <= bytes { (below, few) = (found, middle) } else { (above, many) = (found, middle) }
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
