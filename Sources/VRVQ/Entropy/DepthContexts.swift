/// How one channel's depths went so far in a chunk.
struct DepthHistory: Equatable, Sendable {
    /// The last depth that was not silence; nil before the first.
    var depth: Int?
    /// Frames since it changed.
    var run = 0
    /// Which way it went: 0 never, 1 down, 2 up.
    var direction = 0

    mutating func note(_ new: Int) {
        if let depth, new != depth {
            direction = new > depth ? 2 : 1
            run = 0
        } else if depth != nil {
            run += 1
        }
        depth = new
    }
}

/// What is learned in a chunk about how depths follow each other (FORMAT.md, section 6.4.3). The first values are part
/// of the format: a second of frames is too short to learn them from.
struct DepthContexts: Sendable {
    /// By place (0: depth 1, 1: between, 2: depth N), length in bits of the run (at most 5), channel before.
    private var changed: [Likelihood]
    /// By direction, whether the run is positive, channel before.
    private var rises: [Likelihood]
    /// By down or up, steps so far (at most 3), channel before.
    private var goesOn: [Likelihood]

    private static let changes = [
        56, 34, 29, 21, 16, 9,
        141, 103, 75, 55, 31, 12,
        70, 45, 41, 24, 16, 8,
    ]
    private static let risings = [120, 108, 122, 120, 110, 66]
    private static let steps = [66, 106, 123, 84, 151, 187]
    /// With a channel before, whose depth is the same as this one's was, above it, or below it.
    private static let besides = (changed: [12, 150, 150], rises: [128, 248, 8], goesOn: [40, 230])

    init() {
        changed = Self.changes.flatMap { value in
            [Likelihood(value, worth: 12)] + Self.besides.changed.map { Likelihood($0, worth: 3) }
        }
        rises = Self.risings.flatMap { value in
            [Likelihood(value, worth: 12)] + Self.besides.rises.map { Likelihood($0, worth: 3) }
        }
        goesOn = Self.steps.flatMap { value in
            [Likelihood(value, worth: 12)] + Self.besides.goesOn.map { Likelihood($0, worth: 3) }
        }
    }

    /// One depth, 1 to `stages`.
    /// - Parameters:
    ///   - beside: depth of the channel before in the same frame; nil for the first channel and where that is silent.
    mutating func depth<Coder: SymbolCoder>(
        _ value: Int, stages: Int, after history: DepthHistory, beside: Int?, _ coder: inout Coder
    ) -> Int {
        guard stages > 1 else { return 1 }
        guard let last = history.depth ?? beside else { return coder.number(value - 1, below: stages) + 1 }
        let neighbour = beside.map { $0 == last ? 1 : $0 > last ? 2 : 3 } ?? 0
        let place = last == 1 ? 0 : last == stages ? 2 : 1
        let run = min(Int.bitWidth - history.run.leadingZeroBitCount, 5)
        guard coder.flag(value != last, &changed[(place * 6 + run) * 4 + neighbour]) else { return last }
        let isUp =
            place == 1
            ? coder.flag(value > last, &rises[(history.direction * 2 + (history.run > 0 ? 1 : 0)) * 4 + neighbour])
            : place == 0
        return step(value, from: last, up: isUp, stages: stages, beside: beside, &coder)
    }

    private mutating func step<Coder: SymbolCoder>(
        _ value: Int, from last: Int, up isUp: Bool, stages: Int, beside: Int?, _ coder: inout Coder
    ) -> Int {
        var depth = isUp ? last + 1 : last - 1
        var steps = 1
        while depth > 1 && depth < stages {
            let neighbour = beside.map { (isUp ? $0 > depth : $0 < depth) ? 2 : 1 } ?? 0
            let context = ((isUp ? 3 : 0) + min(steps, 3) - 1) * 3 + neighbour
            guard coder.flag(isUp ? value > depth : value < depth, &goesOn[context]) else { break }
            depth += isUp ? 1 : -1
            steps += 1
        }
        return depth
    }
}
