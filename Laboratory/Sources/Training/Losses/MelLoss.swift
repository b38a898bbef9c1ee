import Torch
import VRVQMetrics

/// Distance of log-mel spectra over several windows: the sum over windows of the mean of
/// |log10 max(mel x, floor) - log10 max(mel y, floor)|. Mel bands weigh magnitudes, not powers.
package struct MelLoss: Sendable {
    /// One resolution.
    private struct Scale {
        let spectrogram: Spectrogram
        /// [bins, bands].
        let filters: Tensor
    }

    /// What the published models use: windows, and the bands of each.
    package static let publishedWindows = [32, 64, 128, 256, 512, 1024, 2048]
    package static let publishedBands = [5, 10, 20, 40, 80, 160, 320]

    private let scales: [Scale]
    private let floor: Double

    /// - Parameters:
    ///   - dtype: that of the signals to come.
    ///   - floor: smaller mel magnitudes count as this.
    package init(
        sampleRate: Int, windows: [Int] = publishedWindows, bands: [Int] = publishedBands, floor: Double = 1e-5,
        _ dtype: DType = .float32, on device: Device = .cpu
    ) throws(TorchError) {
        precondition(windows.count == bands.count, "as many band counts as windows")
        self.floor = floor
        var scales: [Scale] = []
        for (size, count) in zip(windows, bands) {
            let filters = MelFilters(bands: count, window: size, sampleRate: sampleRate)
            let table = try Tensor(filters.table, [count, filters.bins]).transpose(0, 1).contiguous()
            let spectrogram = try Spectrogram(size: size, dtype, on: device)
            scales.append(Scale(spectrogram: spectrogram, filters: try table.to(dtype).to(device)))
        }
        self.scales = scales
    }

    /// Mel magnitudes of [batch, samples] at one resolution: [batch, frames, bands].
    package func mel(_ signal: Tensor, scale index: Int) throws -> Tensor {
        try scales[index].spectrogram.magnitude(signal).matmul(scales[index].filters)
    }

    /// One distance for each window, in their order.
    /// - Parameters: both [batch, 1, samples]; the gradient reaches the estimate alone.
    package func terms(_ estimate: Tensor, _ reference: Tensor) throws -> [Tensor] {
        let estimate = try estimate.flatten(0, 1), reference = try reference.flatten(0, 1)
        return try scales.indices.map { index in
            let target = try Torch.noGrad { try logarithm(reference, index) }
            return try (logarithm(estimate, index) - target).abs().mean()
        }
    }

    /// The sum of the terms, of no dimension.
    package func callAsFunction(_ estimate: Tensor, _ reference: Tensor) throws -> Tensor {
        try Tensor.total(terms(estimate, reference))
    }

    private func logarithm(_ signal: Tensor, _ index: Int) throws -> Tensor {
        try mel(signal, scale: index).clamp(min: floor).log10()
    }
}

extension Tensor {
    /// The sum of tensors of equal shape; there is at least one.
    static func total(_ terms: [Tensor]) throws(TorchError) -> Tensor {
        var sum = terms[0]
        for term in terms.dropFirst() { sum = try sum + term }
        return sum
    }
}
