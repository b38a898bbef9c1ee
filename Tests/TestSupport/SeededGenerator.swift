import Foundation

/// A small, fast, seeded generator (splitmix64) whose sequence is the same everywhere.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A generator that starts from `seed`.
    public init(seed: UInt64) { state = seed }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A float in -1 ..< 1.
    public mutating func sample() -> Float { Float.random(in: -1..<1, using: &self) }
}

/// Seeds for a property test: those of `VRVQ_SEED` alone when it is set, so that a printed failure can be repeated.
public func propertySeeds(_ count: Int) -> [UInt64] {
    if let text = ProcessInfo.processInfo.environment["VRVQ_SEED"], let seed = UInt64(text) { return [seed] }
    return (1...UInt64(count)).map { $0 }
}
