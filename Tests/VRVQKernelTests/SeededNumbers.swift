#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// SplitMix64: a repeatable source of random numbers.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    /// The seed of this run: `VRVQ_SEED` when set, otherwise the given one.
    static func seed(_ standard: UInt64) -> UInt64 {
        guard let text = getenv("VRVQ_SEED") else { return standard }
        return UInt64(String(cString: text)) ?? standard
    }

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    mutating func float(_ range: ClosedRange<Float>) -> Float { .random(in: range, using: &self) }
    mutating func int(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &self) }

    /// Small integers: sums of their products are exact in float32.
    mutating func integers(_ count: Int) -> [Float] { (0..<count).map { _ in Float(int(-8...8)) } }
    mutating func floats(_ count: Int, _ range: ClosedRange<Float> = -1...1) -> [Float] {
        (0..<count).map { _ in float(range) }
    }
    /// Any bit pattern: all magnitudes, infinities and NaN among them.
    mutating func patterns(_ count: Int) -> [Float] {
        (0..<count).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: next())) }
    }
}
