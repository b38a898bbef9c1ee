import Torch
import VRVQNetwork

/// One pass of a batch through the codec in training: all stages quantize, a mask says which of them count.
package struct CodecPass {
    /// Decoded audio [batch, 1, samples], as long as the input.
    package let estimate: Tensor
    /// p [batch, 1, frames]; nil in a constant-rate model.
    package let importance: Tensor?
    /// [batch, stages, frames], 0 or 1, with the surrogate's gradient.
    package let mask: Tensor
    /// What every stage was given and made of it.
    package let stages: [QuantizedStage<TorchBackend>]
    /// Distances between projected residuals and entries.
    package let errors: StageErrors

    /// Runs a batch.
    /// - Parameters:
    ///   - audio: [batch, 1, samples].
    ///   - items: what decides each item's depth; only constant depths in a constant-rate model.
    ///   - detachesFeature: the importance subnet passes no gradient into the encoder.
    package init(
        _ audio: Tensor, items: [ItemDepth], mask rule: TrainingMask, detachesFeature: Bool = false,
        network: Network, on backend: TorchBackend
    ) throws {
        var backend = backend
        let samples = audio.size(2), frames = network.architecture.frames(ofSamples: samples)
        let padded = try audio.pad([0, frames * network.architecture.hop - samples])
        let (feature, latent) = try network.encode(padded, on: &backend)
        stages = try network.quantizer.quantize(latent, on: &backend)
        importance = try network.importance(detachesFeature ? feature.detach() : feature, on: &backend)
        if let importance {
            mask = try rule(importance, items: items)
        } else {
            precondition(!items.contains(where: \.isByImportance), "a constant-rate model has no importance")
            mask = try rule.constant(items, frames: frames, like: latent)
        }
        errors = try StageErrors(stages, of: network.quantizer, on: backend)
        estimate = try Self.fitted(network.decode(stages.latent(mask: mask), on: &backend), to: samples)
    }

    /// Odd strides decode to a few samples less than whole frames.
    private static func fitted(_ decoded: Tensor, to samples: Int) throws(TorchError) -> Tensor {
        let length = decoded.size(2)
        return length < samples ? try decoded.pad([0, samples - length]) : try decoded.narrow(2, 0, samples)
    }

    /// Mean stages in use over items and frames, of no dimension.
    package func meanDepth() throws(TorchError) -> Tensor { try mask.detach().sum([1]).mean() }
}
