import Torch
import VRVQNetwork

/// How far projected residuals and codebook entries lie apart, per item, stage and frame: [batch, stages, time], mean
/// over the stage's dimensions. Losses are these under a mask (paper, section 3; weights by configuration).
public struct StageErrors {
    /// Pulls the encoder towards the entries: |e - sg(q)|².
    public let commitment: Tensor
    /// Pulls the entries towards the encoder: |sg(e) - q|².
    public let codebook: Tensor

    /// The errors of the stages that `quantize` gave.
    public init(
        _ stages: [QuantizedStage<TorchBackend>], of quantizer: ResidualQuantizer, on backend: TorchBackend
    ) throws(TorchError) {
        var commitment: [Tensor] = []
        var codebook: [Tensor] = []
        for (stage, result) in zip(quantizer.stages, stages) {
            let entries = try backend.storedEntries(result.codes, stage.codebook)
            commitment.append(try (result.projected - entries.detach()).square().mean([1]))
            codebook.append(try (result.projected.detach() - entries).square().mean([1]))
        }
        self.commitment = try Tensor.stack(commitment, 1)
        self.codebook = try Tensor.stack(codebook, 1)
    }

    /// Mean over items and frames of the errors of the stages in use, summed over stages.
    /// - Parameter mask: 1 where a stage is in use, [batch, stages, time].
    public static func loss(_ errors: Tensor, mask: Tensor) throws(TorchError) -> Tensor {
        try (errors * mask.detach().to(errors.dtype)).sum([1]).mean()
    }
}

extension Array where Element == QuantizedStage<TorchBackend> {
    /// The sum of the stages' contributions under a mask [batch, stages, time], through which gradients flow.
    public func latent(mask: Tensor) throws(TorchError) -> Tensor {
        var total: Tensor?
        for (index, stage) in enumerated() {
            let share = try stage.contribution * mask.narrow(1, index, 1).to(stage.contribution.dtype)
            total = try total.map { (total) throws(TorchError) in try total + share } ?? share
        }
        guard let total else { throw TorchError("a quantizer without stages") }
        return total
    }

    /// All codes, int64 [batch, stages, time].
    public func codes() throws(TorchError) -> Tensor { try Tensor.stack(map(\.codes), 1) }
}
