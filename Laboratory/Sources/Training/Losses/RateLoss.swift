import Torch

/// The rate term (paper, equation 10).
package enum RateLoss {
    /// Mean importance over those items of [batch, 1, frames] whose depth the importance decides; whatever the scale.
    /// Nil where there are none.
    package static func mean(_ importance: Tensor, items: [ItemDepth]) throws(TorchError) -> Tensor? {
        let chosen = items.indices.filter { items[$0].isByImportance }
        guard let first = chosen.first else { return nil }
        let isRun = chosen[chosen.count - 1] - first + 1 == chosen.count
        if isRun { return try importance.narrow(0, first, chosen.count).mean() }
        return try importance.indexSelect(0, Tensor(chosen).to(importance.device)).mean()
    }
}
