#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Magnitudes of short-time Fourier transforms: Hann windows of a power of two, a hop of a quarter, frames centred on the
/// hops with the signal reflected at its ends, no scaling. These are the settings of the published losses.
public struct Spectrogram: Sendable {
    /// Samples per window.
    public let window: Int
    /// Samples between frames.
    public var hop: Int { window / 4 }
    /// Frequencies per frame.
    public var bins: Int { window / 2 + 1 }

    private let shape: [Double]
    private let transform: FourierTransform

    /// With windows of `window` samples, a power of two from 4 on.
    public init(window: Int) {
        precondition(window >= 4)
        self.window = window
        transform = FourierTransform(size: window)
        shape = (0..<window).map { 0.5 - 0.5 * cos(2 * Double.pi * Double($0) / Double(window)) }
    }

    /// Frames of a signal of `count` samples.
    public func frames(_ count: Int) -> Int { count / hop + 1 }

    /// Magnitudes, `[frames][bins]`, row-major. The signal has more than `window / 2` samples, so that it can be
    /// reflected.
    public func magnitudes(of samples: [Double]) -> [Double] {
        precondition(samples.count > window / 2, "\(samples.count) samples are too few for windows of \(window)")
        let frames = frames(samples.count)
        var result = [Double](repeating: 0, count: frames * bins)
        // Two frames ride in one transform, as its real and imaginary parts.
        for first in stride(from: 0, to: frames, by: 2) {
            var (real, imaginary) = (frame(samples, first), frame(samples, first + 1))
            transform.forward(&real, &imaginary)
            for k in 0..<bins {
                let mirror = (window - k) & (window - 1)
                let (a, b) = (real[k] + real[mirror], imaginary[k] - imaginary[mirror])
                let (c, d) = (imaginary[k] + imaginary[mirror], real[mirror] - real[k])
                result[first * bins + k] = (a * a + b * b).squareRoot() / 2
                if first + 1 < frames { result[(first + 1) * bins + k] = (c * c + d * d).squareRoot() / 2 }
            }
        }
        return result
    }

    /// The windowed frame, with the signal reflected at its ends. Past the last frame, anything will do.
    private func frame(_ samples: [Double], _ index: Int) -> [Double] {
        let (start, last) = (index * hop - window / 2, samples.count - 1)
        return samples.withUnsafeBufferPointer { samples in
            (0..<window).map { offset in
                var at = abs(start + offset)
                if at > last { at = max(0, 2 * last - at) }
                return shape[offset] * samples[at]
            }
        }
    }
}

/// Triangular filters on Slaney's mel scale, each of unit area, from 0 Hz to half the sample rate.
public struct MelFilters: Sendable {
    /// Number of filters.
    public let bands: Int
    /// Bins of a window's spectrum.
    public let bins: Int
    /// Where each filter begins among the bins, and its weights from there on.
    private let filters: [(first: Int, weights: [Double])]

    /// Filters over the bins of windows of `window` samples.
    public init(bands: Int, window: Int, sampleRate: Int) {
        precondition(bands > 0 && window > 0)
        self.bands = bands
        bins = window / 2 + 1
        let top = Self.mel(Double(sampleRate) / 2)
        let edges = (0...bands + 1).map { Self.hertz(top * Double($0) / Double(bands + 1)) }
        let frequencies = (0..<bins).map { Double(sampleRate) * Double($0) / Double(window) }
        filters = (0..<bands).map { band in
            let (low, centre, high) = (edges[band], edges[band + 1], edges[band + 2])
            let weights = frequencies.map { at in
                max(0, min((at - low) / (centre - low), (high - at) / (high - centre))) * 2 / (high - low)
            }
            let first = weights.firstIndex { $0 > 0 } ?? 0
            let last = weights.lastIndex { $0 > 0 } ?? -1
            return (first, Array(weights[first..<max(first, last + 1)]))
        }
    }

    /// All weights `[bands, bins]`, row-major.
    public var table: [Double] {
        filters.flatMap { filter in
            let rest = bins - filter.first - filter.weights.count
            return Array(repeating: 0, count: filter.first) + filter.weights + Array(repeating: 0, count: rest)
        }
    }

    /// Bands of one frame's `window / 2 + 1` magnitudes.
    public func apply(_ bins: ArraySlice<Double>) -> [Double] {
        filters.map { filter in
            var sum = 0.0
            for (offset, weight) in filter.weights.enumerated() {
                sum += weight * bins[bins.startIndex + filter.first + offset]
            }
            return sum
        }
    }

    /// Linear up to 1000 Hz (15 mel), logarithmic above.
    private static func mel(_ hertz: Double) -> Double {
        hertz < 1000 ? hertz * 3 / 200 : 15 + 27 * log(hertz / 1000) / log(6.4)
    }

    private static func hertz(_ mel: Double) -> Double {
        mel < 15 ? mel * 200 / 3 : 1000 * exp((mel - 15) * log(6.4) / 27)
    }
}
