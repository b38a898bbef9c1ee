import Torch

/// Least-squares adversarial terms and feature matching. A discriminator's maps are given as one list for each member,
/// the last of a list being the member's decision. All are plain sums over members and maps of means over elements.
package enum AdversarialLosses {
    /// What the discriminators minimise: decisions of 0 on estimates (detached by the caller) and 1 on references.
    package static func discriminator(estimate: [[Tensor]], reference: [[Tensor]]) throws -> Tensor {
        try Tensor.total(
            zip(estimate, reference).map { fake, real in
                try fake[fake.count - 1].square().mean() + (1 - real[real.count - 1]).square().mean()
            })
    }

    /// What the generator minimises: decisions of 1 on estimates.
    package static func adversarial(estimate: [[Tensor]]) throws -> Tensor {
        try Tensor.total(estimate.map { try (1 - $0[$0.count - 1]).square().mean() })
    }

    /// Mean absolute differences of all maps but the decisions; the gradient reaches the estimate's maps alone.
    package static func featureMatching(estimate: [[Tensor]], reference: [[Tensor]]) throws -> Tensor {
        let terms = try zip(estimate, reference).flatMap { fake, real in
            try zip(fake.dropLast(), real.dropLast()).map { try ($0 - $1.detach()).abs().mean() }
        }
        return try Tensor.total(terms)
    }
}
