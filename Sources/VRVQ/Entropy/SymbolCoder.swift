/// The two directions of the adaptive model, so that it is written once: an encoder writes the values that it is
/// given and returns them, a decoder ignores them and returns what it reads. A decoder that has met a fault goes on
/// with values that are in range and mean nothing.
package protocol SymbolCoder {
    /// A yes or no, from which the likelihood learns.
    mutating func flag(_ value: Bool, _ likelihood: inout Likelihood) -> Bool
    /// A number of which all below `count` (at most 2^16) are equally likely.
    mutating func number(_ value: Int, below count: Int) -> Int
    /// An index into weights, in proportion to them; those of `without` (in ascending order) cannot occur.
    mutating func index(_ value: Int, of weights: CumulativeWeights, without: Exclusions) -> Int
    /// An index into frequencies of this total, at most `RangeEncoder.maximumTotal`.
    mutating func symbol(_ value: Int, of frequencies: [UInt32], total: Int) -> Int
    /// To be true of every value that a model has read; a decoder takes it for a fault where it is not.
    mutating func expect(_ isValid: Bool)
    /// Bits spent so far, in 256ths.
    var position: Int { get }
}

/// Up to two different indices, in ascending order.
package struct Exclusions {
    package init() {}

    private(set) var low: Int?
    private(set) var high: Int?

    package var count: Int { (low == nil ? 0 : 1) + (high == nil ? 0 : 1) }

    package mutating func insert(_ index: Int) {
        guard let first = low else { return low = index }
        guard first != index else { return }
        (low, high) = (min(first, index), max(first, index))
    }

    /// Weight of the excluded ones below an index.
    func weight(in weights: CumulativeWeights, below index: Int = .max) -> Int {
        var sum = 0
        if let low, low < index { sum += weights[low] }
        if let high, high < index { sum += weights[high] }
        return sum
    }
}

extension RangeEncoder: SymbolCoder {
    package mutating func flag(_ value: Bool, _ likelihood: inout Likelihood) -> Bool {
        let share = likelihood.share
        encode(start: value ? 0 : share, frequency: value ? share : Likelihood.one - share, total: Likelihood.one)
        likelihood.learn(value)
        return value
    }

    package mutating func number(_ value: Int, below count: Int) -> Int {
        encode(start: value, frequency: 1, total: count)
        return value
    }

    package mutating func index(_ value: Int, of weights: CumulativeWeights, without: Exclusions) -> Int {
        encode(
            start: weights.sum(below: value) - without.weight(in: weights, below: value), frequency: weights[value],
            total: weights.total - without.weight(in: weights))
        return value
    }

    package mutating func symbol(_ value: Int, of frequencies: [UInt32], total: Int) -> Int {
        let start = frequencies.withUnsafeBufferPointer { $0[..<value].reduce(0, &+) }
        encode(start: Int(start), frequency: Int(frequencies[value]), total: total)
        return value
    }

    package func expect(_ isValid: Bool) { precondition(isValid) }
}

extension RangeDecoder: SymbolCoder {
    package mutating func flag(_ value: Bool, _ likelihood: inout Likelihood) -> Bool {
        let share = likelihood.share
        let isYes = target(total: Likelihood.one) < share
        take(start: isYes ? 0 : share, frequency: isYes ? share : Likelihood.one - share)
        likelihood.learn(isYes)
        return isYes
    }

    package mutating func number(_ value: Int, below count: Int) -> Int {
        let number = target(total: count)
        take(start: number, frequency: 1)
        return number
    }

    package mutating func index(
        _ value: Int, of weights: CumulativeWeights, without: Exclusions
    ) -> Int {
        var target = target(total: weights.total - without.weight(in: weights))
        for excluded in [without.low, without.high] {
            if let excluded, target >= weights.sum(below: excluded) { target += weights[excluded] }
        }
        let index = weights.index(holding: target)
        take(
            start: weights.sum(below: index) - without.weight(in: weights, below: index), frequency: weights[index])
        return index
    }

    package mutating func symbol(_ value: Int, of frequencies: [UInt32], total: Int) -> Int {
        let target = UInt32(target(total: total))
        let (index, start) = frequencies.withUnsafeBufferPointer { frequencies in
            var (index, start) = (0, UInt32(0))
            while start &+ frequencies[index] <= target {
                start &+= frequencies[index]
                index += 1
            }
            return (index, start)
        }
        take(start: Int(start), frequency: Int(frequencies[index]))
        return index
    }

    package mutating func expect(_ isValid: Bool) {
        if !isValid { fail(.value) }
    }
}
