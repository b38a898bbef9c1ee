import Torch

/// Distances of samples. Signals are [batch, 1, samples]; results have no dimension.
package enum WaveformLosses {
    /// Mean absolute difference.
    package static func absolute(_ estimate: Tensor, _ reference: Tensor) throws(TorchError) -> Tensor {
        try (estimate - reference).abs().mean()
    }

    /// log10 of the energy of the error over that of the reference, each as a mean square with `floor` added, averaged
    /// over items: -0.1 times a bounded signal-to-noise ratio in dB. The floor bounds it on both sides.
    package static func energyRatio(
        _ estimate: Tensor, _ reference: Tensor, floor: Double = 1e-7
    ) throws(TorchError) -> Tensor {
        let error = try (estimate - reference).square().mean([1, 2]) + floor
        let energy = try reference.square().mean([1, 2]) + floor
        return try (error.log10() - energy.log10()).mean()
    }
}
