import Torch

/// A codebook whose entries are moving averages of the latents that fall on them, instead of following a gradient.
///
/// The sums of a step run over all processes, so that all keep the same entries.
package struct AveragedCodebook {
    /// Adds tensors up over all processes, in place; nothing to do in one process.
    package typealias SumOverProcesses = ([Tensor]) throws -> Void

    /// Name of the codebook, for the state.
    package let name: String
    /// The entries [entries, dimensions], which the network reads; changed in place.
    package let entries: Tensor
    /// Moving averages of the latents on each entry, [entries], and of their sums, [entries, dimensions].
    private let counts: Tensor
    private let totals: Tensor
    private let decay: Double

    /// Entries that have seen less than this stay where they are.
    private static let least = 1e-3

    /// - Parameters:
    ///   - entries: [entries, dimensions], not requiring gradients.
    ///   - decay: share of the averages that a step keeps.
    package init(_ name: String, entries: Tensor, decay: Double) throws(TorchError) {
        precondition(entries.dims == 2 && (0..<1).contains(decay))
        self.name = name
        self.entries = entries
        self.decay = decay
        counts = try Tensor.ones([entries.size(0)], entries.dtype, on: entries.device)
        totals = try entries.detach().clone()
    }

    /// One step.
    /// - Parameters:
    ///   - latents: [n, dimensions].
    ///   - codes: the entry that each fell on, int64 [n].
    package func update(_ latents: Tensor, _ codes: Tensor, sum: SumOverProcesses = { _ in }) throws {
        try Torch.noGrad {
            let latents = try latents.detach().to(entries.dtype)
            let hits = try counts.zerosLike().indexAdd(0, codes, Tensor.ones([codes.count], counts.dtype, on: counts.device))
            let sums = try totals.zerosLike().indexAdd(0, codes, latents)
            try sum([hits, sums])
            try counts.mul_(decay).add_(hits, times: 1 - decay)
            try totals.mul_(decay).add_(sums, times: 1 - decay)
            let means = try totals / counts.clamp(min: Self.least).unsqueeze(1)
            try entries.copy_(counts.greater(than: Self.least).unsqueeze(1).select(means, entries))
        }
    }

    /// Puts entries that are used less than a share of the mean on random latents, with the mean's weight.
    /// - Parameters:
    ///   - below: share of the mean use.
    ///   - latents: [n, dimensions] to draw from, equal in all processes.
    ///   - pick: draws an index below its argument, equal in all processes.
    /// - Returns: how many entries were moved; waits for the device.
    @discardableResult
    package func restart(below: Double, from latents: Tensor, pick: (Int) -> Int) throws -> Int {
        try Torch.noGrad {
            let mean = try counts.mean()
            let dead = try counts.less(than: mean * below)
            let rows = (0..<counts.count).map { _ in pick(latents.size(0)) }
            let fresh = try latents.detach().to(entries.dtype).indexSelect(0, Tensor(rows).to(latents.device))
            let column = try dead.unsqueeze(1)
            try entries.copy_(column.select(fresh, entries))
            try totals.copy_(column.select(fresh * mean, totals))
            try counts.copy_(dead.select(mean, counts))
            return Int(try dead.sum().item())
        }
    }

    /// Starts again from entries that k-means found, each with the weight of one latent a step.
    package func start(from clusters: KMeans.Clusters) throws(TorchError) {
        try Torch.noGrad { () throws(TorchError) in
            try entries.copy_(clusters.centres)
            try counts.fill_(1)
            try totals.copy_(entries)
        }
    }

    /// Averages for checkpoints; they share memory with this value. The entries are the network's.
    package var state: [(name: String, tensor: Tensor)] { [("\(name).counts", counts), ("\(name).totals", totals)] }

    /// Takes averages back.
    package func restore(_ state: [String: Tensor]) throws(TorchError) {
        try Torch.noGrad { () throws(TorchError) in
            for (key, tensor) in self.state {
                guard let stored = state[key], stored.shape == tensor.shape else {
                    throw TorchError("the codebooks' state has no fitting \(key); it is of another configuration")
                }
                try tensor.copy_(stored)
            }
        }
    }
}
