#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Triangular mel filters, computed in double precision: Slaney's scale, every triangle of unit area over frequency in
/// hertz, from 0 Hz to half the sample rate.
package struct MelFilters: Equatable, Sendable {
    /// Filters.
    package let bands: Int
    /// Bins of the spectrum, size / 2 + 1.
    package let bins: Int
    /// Values [bands, bins], row-major.
    package let values: [Double]

    /// The filters of a transform of `size` samples.
    package init(sampleRate: Int, size: Int, bands: Int) {
        precondition(sampleRate > 0 && size > 1 && bands > 0)
        self.bands = bands
        bins = size / 2 + 1
        let top = Self.mel(Double(sampleRate) / 2)
        let edges = (0...bands + 1).map { Self.hertz(top * Double($0) / Double(bands + 1)) }
        let frequencies = (0..<bins).map { Double($0) * Double(sampleRate) / Double(size) }
        values = (0..<bands).flatMap { band in
            Self.triangle(edges[band], edges[band + 1], edges[band + 2], at: frequencies)
        }
    }

    /// A triangle over [low, high] with its top at `centre` and area 1.
    private static func triangle(_ low: Double, _ centre: Double, _ high: Double, at frequencies: [Double]) -> [Double] {
        frequencies.map { frequency in
            let rising = (frequency - low) / (centre - low), falling = (high - frequency) / (high - centre)
            return max(0, min(rising, falling)) * 2 / (high - low)
        }
    }

    // Slaney's scale: linear below 1 kHz (15 mel), then 27 mel for every factor of 6.4.
    private static let linear = 200.0 / 3, knee = 1000.0, kneeMel = 15.0, step = log(6.4) / 27

    static func mel(_ hertz: Double) -> Double {
        hertz < knee ? hertz / linear : kneeMel + log(hertz / knee) / step
    }

    static func hertz(_ mel: Double) -> Double {
        mel < kneeMel ? mel * linear : knee * exp((mel - kneeMel) * step)
    }
}
