import Torch

/// Distance of magnitude spectra over several windows: the mean difference of the logarithms (base 10) of the squared
/// magnitudes, floored, and the mean difference of the magnitudes. Logged and validated by the published training.
package struct STFTLoss: Sendable {
    private let spectrograms: [Spectrogram]
    private let floor: Double

    /// - Parameters:
    ///   - floor: smaller magnitudes count as this in the logarithm.
    ///   - dtype: that of the signals to come.
    package init(
        windows: [Int] = [2048, 512], floor: Double = 1e-5, _ dtype: DType = .float32, on device: Device = .cpu
    ) throws {
        spectrograms = try windows.map { try Spectrogram(size: $0, dtype, on: device) }
        self.floor = floor
    }

    /// For each window the logarithmic and the linear distance of [batch, 1, samples]; the gradient reaches the estimate
    /// alone.
    package func terms(_ estimate: Tensor, _ reference: Tensor) throws -> [(logarithm: Tensor, magnitude: Tensor)] {
        let estimate = try estimate.flatten(0, 1), reference = try reference.flatten(0, 1)
        return try spectrograms.map { spectrogram in
            let x = try spectrogram.magnitude(estimate)
            let y = try Torch.noGrad { try spectrogram.magnitude(reference) }
            // log10 of the square is twice the logarithm, without squaring away small magnitudes.
            let logarithms = try (x.clamp(min: floor).log10() - y.clamp(min: floor).log10()).abs().mean() * 2
            return (logarithms, try (x - y).abs().mean())
        }
    }

    /// The sum of the terms, of no dimension.
    package func callAsFunction(_ estimate: Tensor, _ reference: Tensor) throws -> Tensor {
        try Tensor.total(terms(estimate, reference).flatMap { [$0.logarithm, $0.magnitude] })
    }
}
