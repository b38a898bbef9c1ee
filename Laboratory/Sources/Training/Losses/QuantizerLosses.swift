import Torch

/// Distances between latents and codebook entries, counted where the depth uses the stage.
package struct QuantizerLosses: Sendable {
    /// Squared distance that moves the latents, mean over dimensions, for each frame and stage: [batch, stages, frames].
    package let commitment: Tensor
    /// The same distance, moving the entries.
    package let codebook: Tensor

    /// - Parameters:
    ///   - projected: of each stage, the projected residual [batch, dimensions, frames].
    ///   - entries: of each stage, the chosen entries in the same shape, as looked up: with a gradient into the codebook
    ///     and none into the latents.
    package init(projected: [Tensor], entries: [Tensor]) throws {
        commitment = try Self.distances(projected, entries.map { try $0.detach() })
        codebook = try Self.distances(entries, projected.map { try $0.detach() })
    }

    private static func distances(_ moved: [Tensor], _ fixed: [Tensor]) throws -> Tensor {
        try Tensor.stack(zip(moved, fixed).map { try ($0 - $1).square().mean([1]) }, 1)
    }

    /// A distance under a mask [batch, stages, frames]: summed over stages, mean over items and frames. The mask passes
    /// no gradient.
    package static func masked(_ distances: Tensor, _ mask: Tensor) throws(TorchError) -> Tensor {
        try (distances * mask.detach()).sum([1]).mean()
    }
}

/// The rate term (paper, equation 10).
package enum RateLoss {
    /// Mean importance over those items of [batch, 1, frames] whose depth the importance decides; whatever the scale.
    /// Nil where there are none.
    package static func mean(_ importance: Tensor, items: [ItemDepth]) throws(TorchError) -> Tensor? {
        let chosen = items.indices.filter { items[$0].isByImportance }
        if chosen.isEmpty { return nil }
        if chosen.count == items.count { return try importance.mean() }
        let first = chosen[0], isRun = chosen[chosen.count - 1] - first + 1 == chosen.count
        if isRun { return try importance.narrow(0, first, chosen.count).mean() }
        return try importance.indexSelect(0, Tensor(chosen).to(importance.device)).mean()
    }
}
