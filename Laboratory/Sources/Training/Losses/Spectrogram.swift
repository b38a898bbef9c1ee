import Torch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Short-time Fourier transform with a periodic Hann window as long as the transform and a hop of a quarter of it.
///
/// Frame t is centred on sample t * hop of the signal, which is mirrored at both ends: 1 + samples / hop frames. A signal
/// must be longer than half a window.
package struct Spectrogram: Sendable {
    /// Samples of window and transform.
    package let size: Int
    /// Samples from frame to frame.
    package var hop: Int { size / 4 }
    /// Bins, size / 2 + 1.
    package var bins: Int { size / 2 + 1 }

    private let window: Tensor
    // Windowed cosines and sines [size, 2 bins], pairs of real and imaginary part: up to this size one product is
    // quicker than a Fourier transform of each frame.
    private let basis: Tensor?
    private static let largestProduct = 128

    /// - Parameter dtype: float32 or float64; that of the signals to come.
    package init(size: Int, _ dtype: DType = .float32, on device: Device = .cpu) throws(TorchError) {
        precondition(size >= 4 && size % 2 == 0, "a window of \(size) samples")
        self.size = size
        let hann = (0..<size).map { 0.5 - 0.5 * cos(2 * .pi * Double($0) / Double(size)) }
        window = try Tensor(hann).to(dtype).to(device)
        basis = size <= Self.largestProduct ? try Self.basis(hann).to(dtype).to(device) : nil
    }

    private static func basis(_ window: [Double]) throws(TorchError) -> Tensor {
        let size = window.count, bins = size / 2 + 1
        var values: [Double] = []
        values.reserveCapacity(2 * size * bins)
        for (n, weight) in window.enumerated() {
            for k in 0..<bins {
                // The angle modulo a whole turn keeps every digit.
                let angle = -2 * .pi * Double(n * k % size) / Double(size)
                values += [weight * cos(angle), weight * sin(angle)]
            }
        }
        return try Tensor(values, [size, 2 * bins])
    }

    /// Complex spectrum of [batch, samples]: [batch, frames, bins].
    package func complex(_ signal: Tensor) throws -> Tensor {
        guard let basis else { return try signal.stft(size, hop: hop, window: window).transpose(1, 2) }
        let padded = try signal.unsqueeze(1).pad([size / 2, size / 2], .reflect).squeeze(1)
        let pairs = try padded.unfold(1, size, hop).matmul(basis)
        return try pairs.reshape([pairs.size(0), pairs.size(1), bins, 2]).viewAsComplex()
    }

    /// Magnitudes of [batch, samples]: [batch, frames, bins]. The gradient at 0 is 0.
    package func magnitude(_ signal: Tensor) throws -> Tensor { try complex(signal).abs() }

    /// The form that the multi-band discriminator sees: the signal is mirrored once more so that ceil(samples / hop)
    /// frames tile it, the two frames at each end that see only mirror images being dropped.
    package func matched(_ signal: Tensor) throws -> Tensor {
        let samples = signal.size(-1), side = (size - hop) / 2
        let fill = (samples + hop - 1) / hop * hop - samples
        let padded = try signal.unsqueeze(1).pad([side, side + fill], .reflect).squeeze(1)
        return try complex(padded).slice(1, from: 2, to: -2)
    }
}
