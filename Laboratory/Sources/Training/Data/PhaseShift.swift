import VRVQMetrics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Turns the phase of every frequency of a signal by one angle, as the published training data does: short-time Fourier
/// transform, all bins times exp(i angle), and back. A quarter turn makes sine into cosine, a half turn negates.
///
/// Windows have 2^ceil(log2(0.032 rate)) samples (2048 at 44.1 kHz), a hop of a quarter, Hann shape; frames are centred
/// on the hops, with the signal reflected at its ends. Near the ends the result is distorted by that reflection.
package struct PhaseShift: Sendable {
    /// Samples per window.
    package let window: Int
    private let shape: [Double]
    private let transform: FourierTransform

    /// For signals of `sampleRate` hertz.
    package init(sampleRate: Int) {
        var size = 16
        while Double(size) < 0.032 * Double(sampleRate) { size *= 2 }
        window = size
        transform = FourierTransform(size: size)
        shape = (0..<size).map { 0.5 - 0.5 * cos(2 * Double.pi * Double($0) / Double(size)) }
    }

    /// The signal with every phase moved on by `angle` radians; as many samples as were given.
    ///
    /// Analysis and synthesis alone give the signal back, so the turn is cos(angle) x - sin(angle) H x, where H turns
    /// every frequency back by a quarter. The bins at 0 and at half the rate keep their real part only: H clears them.
    package func shifted(_ samples: [Double], by angle: Double) -> [Double] {
        if samples.isEmpty { return [] }
        let turned = quarterTurned(samples)
        let (c, s) = (cos(angle), sin(angle))
        return samples.indices.map { c * samples[$0] - s * turned[$0] }
    }

    /// H x by overlapped windows. Two frames ride in one transform, as its real and imaginary parts.
    private func quarterTurned(_ samples: [Double]) -> [Double] {
        let (hop, frames) = (window / 4, samples.count / (window / 4) + 1)
        var sum = [Double](repeating: 0, count: samples.count)
        var weight = sum
        for first in stride(from: 0, to: frames, by: 2) {
            let starts = [first, first + 1].map { $0 * hop - window / 2 }
            var (a, b) = (frame(samples, at: starts[0]), frame(samples, at: starts[1]))
            turn(&a, &b)
            add(a, at: starts[0], to: &sum, &weight)
            if first + 1 < frames { add(b, at: starts[1], to: &sum, &weight) }
        }
        return zip(sum, weight).map { $1 > 1e-11 ? $0 / $1 : $0 }
    }

    /// Turns two real frames by a quarter: bins of positive frequency times -i, of negative frequency times i.
    private func turn(_ a: inout [Double], _ b: inout [Double]) {
        transform.forward(&a, &b)
        for k in 1..<window / 2 {
            (a[k], b[k]) = (b[k], -a[k])
            (a[window - k], b[window - k]) = (-b[window - k], a[window - k])
        }
        for k in [0, window / 2] { (a[k], b[k]) = (0, 0) }
        transform.inverse(&a, &b)
    }

    /// A windowed stretch of the signal, reflected beyond its ends.
    private func frame(_ samples: [Double], at start: Int) -> [Double] {
        samples.withUnsafeBufferPointer { samples in
            (0..<window).map { shape[$0] * samples[Self.reflected(start &+ $0, samples.count)] }
        }
    }

    /// The index that stands at `index` when a signal of `count` samples goes to and fro for ever.
    private static func reflected(_ index: Int, _ count: Int) -> Int {
        if index >= 0 && index < count { return index }
        if count == 1 { return 0 }
        let period = 2 * (count - 1)
        let inside = ((index % period) + period) % period
        return inside < count ? inside : period - inside
    }

    private func add(_ frame: [Double], at start: Int, to sum: inout [Double], _ weight: inout [Double]) {
        for index in max(0, -start)..<max(max(0, -start), min(window, sum.count - start)) {
            sum[start + index] += shape[index] * frame[index]
            weight[start + index] += shape[index] * shape[index]
        }
    }
}
