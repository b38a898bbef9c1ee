/// Random numbers that depend on a key alone: the same key gives the same sequence in every process and thread, and at
/// every start, so that nothing about randomness has to be saved with a run.
///
/// The sequence is SplitMix64 from a state hashed out of the key. What is drawn from it is defined here and not left to
/// the standard library, whose algorithms may change between versions.
package struct KeyedRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// The generator of a key: for example seed, step, item.
    package init(_ key: [UInt64]) {
        state = 0x243F_6A88_85A3_08D3
        for part in key {
            state ^= part
            state = next()
        }
    }

    /// The generator of a key of numbers that are not negative.
    package init(_ key: Int...) { self.init(key.map { UInt64(bitPattern: Int64($0)) }) }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Uniform in 0 ..< 1, with 53 bits.
    package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Uniform between two bounds; the lower one where they are equal.
    package mutating func uniform(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
    }

    /// Normal with mean 0 and deviation 1 (Box and Muller).
    package mutating func normal() -> Double {
        // In 0 <..<= 1: a logarithm of 0 would be infinite.
        let radius = (-2 * logarithm(1 - uniform())).squareRoot()
        return radius * cosine(2 * .pi * uniform())
    }

    /// Uniform among 0 ..< `count`.
    package mutating func below(_ count: Int) -> Int {
        precondition(count > 0)
        return Int(next().multipliedFullWidth(by: UInt64(count)).high)
    }

    /// A random order of 0 ..< `count`.
    package mutating func permutation(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        for last in stride(from: count - 1, to: 0, by: -1) { order.swapAt(last, below(last + 1)) }
        return order
    }
}
