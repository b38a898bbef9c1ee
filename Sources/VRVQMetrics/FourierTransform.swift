#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Discrete Fourier transforms of a power of two of complex samples, in place, in Double.
///
/// The order of operations is fixed, so results are the same bits wherever sine, cosine and rounding are.
public struct FourierTransform: Sendable {
    /// Samples per transform.
    public let size: Int
    private let cosines: [Double]
    private let sines: [Double]
    private let swaps: [(Int32, Int32)]

    /// A transform of `size` samples, a power of two.
    public init(size: Int) {
        precondition(size > 0 && size & (size - 1) == 0, "\(size) is not a power of two")
        self.size = size
        let step = 2 * Double.pi / Double(size)
        cosines = (0..<size / 2).map { cos(step * Double($0)) }
        sines = (0..<size / 2).map { sin(step * Double($0)) }
        swaps = Self.bitReversal(size)
    }

    /// X[k] = sum over n of x[n] exp(-2 pi i k n / size). Both arrays have `size` elements.
    public func forward(_ real: inout [Double], _ imaginary: inout [Double]) {
        precondition(real.count == size && imaginary.count == size)
        real.withUnsafeMutableBufferPointer { real in
            imaginary.withUnsafeMutableBufferPointer { transform($0, real: real) }
        }
    }

    /// x[n] = sum over k of X[k] exp(+2 pi i k n / size) / size: undoes ``forward(_:_:)``.
    public func inverse(_ real: inout [Double], _ imaginary: inout [Double]) {
        // With real and imaginary parts exchanged on both sides the forward sum is the inverse one.
        forward(&imaginary, &real)
        let scale = 1 / Double(size)
        for index in 0..<size {
            real[index] *= scale
            imaginary[index] *= scale
        }
    }

    private func transform(_ imaginary: UnsafeMutableBufferPointer<Double>, real: UnsafeMutableBufferPointer<Double>) {
        for (a, b) in swaps {
            real.swapAt(Int(a), Int(b))
            imaginary.swapAt(Int(a), Int(b))
        }
        var half = 1
        while half < size {
            butterflies(real, imaginary, half: half)
            half *= 2
        }
    }

    /// Joins transforms of `half` samples to those of twice as many.
    private func butterflies(
        _ real: UnsafeMutableBufferPointer<Double>, _ imaginary: UnsafeMutableBufferPointer<Double>, half: Int
    ) {
        let stride = size / (2 * half)
        cosines.withUnsafeBufferPointer { cosines in
            sines.withUnsafeBufferPointer { sines in
                var start = 0
                while start < size {
                    for k in 0..<half {
                        let (low, high) = (start &+ k, start &+ k &+ half)
                        let (c, s) = (cosines[k &* stride], sines[k &* stride])
                        let re = real[high] * c + imaginary[high] * s
                        let im = imaginary[high] * c - real[high] * s
                        real[high] = real[low] - re
                        imaginary[high] = imaginary[low] - im
                        real[low] += re
                        imaginary[low] += im
                    }
                    start += 2 * half
                }
            }
        }
    }

    private static func bitReversal(_ size: Int) -> [(Int32, Int32)] {
        var (pairs, reversed): ([(Int32, Int32)], Int) = ([], 0)
        for index in 0..<size {
            if index < reversed { pairs.append((Int32(index), Int32(reversed))) }
            var bit = size >> 1
            while bit > 0 && reversed & bit != 0 {
                reversed ^= bit
                bit >>= 1
            }
            reversed |= bit
        }
        return pairs
    }
}
