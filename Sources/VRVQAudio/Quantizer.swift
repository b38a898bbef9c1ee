/// Float samples to integers of a number of bits, held in the upper bits of `Int32`: nearest, ties to even, no dither.
///
/// Full scale is 2^(bits - 1), so that integers read by `AudioReader` are written back unchanged. What does not fit is
/// saturated, never wrapped. A value beyond +-1, or not a number (stored as 0), counts as clipped; exactly +1 is stored
/// as the largest integer and does not count.
struct IntegerQuantizer {
    private(set) var clipped = 0
    private let scale: Double
    private let range: ClosedRange<Double>
    private let shift: Int32

    init(bits: Int) {
        scale = Double(1 << (bits - 1))
        range = -scale...(scale - 1)
        shift = Int32(32 - bits)
    }

    @inline(__always)
    mutating func callAsFunction(_ sample: Float) -> Int32 {
        if !(abs(sample) <= 1) {
            clipped += 1
            if sample.isNaN { return 0 }
        }
        let value = (Double(sample) * scale).rounded(.toNearestOrEven)
        return Int32(min(max(value, range.lowerBound), range.upperBound)) << shift
    }
}
