#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Rows evenly spaced on the mel scale from 0 Hz to half the rate; row 0 is the lowest.
struct MelAxis: Equatable, Sendable {
    let rows: Int
    /// Highest frequency in hertz.
    let top: Double

    /// mel(f) = 2595 log10(1 + f / 700). Source: O'Shaughnessy, "Speech Communication", as in HTK.
    static func mel(_ hertz: Double) -> Double { 2595 * log10(1 + hertz / 700) }

    static func hertz(_ mel: Double) -> Double { 700 * (pow(10, mel / 2595) - 1) }

    /// Position of a frequency from 0 (bottom) to 1 (top).
    func position(of hertz: Double) -> Double { Self.mel(hertz) / Self.mel(top) }

    /// The row in which a frequency lies.
    func row(of hertz: Double) -> Int { min(rows - 1, max(0, Int(position(of: hertz) * Double(rows)))) }

    /// Frequency at the lower edge of a row, which may lie between rows.
    func edge(_ row: Double) -> Double { Self.hertz(Self.mel(top) * row / Double(rows)) }
}
