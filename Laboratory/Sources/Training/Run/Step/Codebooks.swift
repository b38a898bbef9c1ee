import Torch
import VRVQNetwork

/// What happens to codebooks beside the gradient: moving averages, restarts, and how much their entries are used.
package final class Codebooks {
    private let settings: QuantizerSettings
    private let seed: UInt64
    /// One for each stage; none where codebooks follow the gradient.
    private let averages: [AveragedCodebook]
    /// Moving average of the hits of each entry, [stages, entries].
    private let use: Tensor
    private let names: [String]

    private static let useDecay = 0.99
    private static let restartKey: UInt64 = 0x7265_7374

    package init(_ network: Network, _ store: ParameterStore, _ configuration: TrainingConfiguration) throws {
        let settings = configuration.quantizer
        let names = network.quantizer.stages.map(\.codebook.name)
        let tables = try names.map { try store.array("\($0).weight") }
        averages =
            settings.learning == .average
            ? try zip(names, tables).map { try AveragedCodebook($0, entries: $1, decay: settings.decay) } : []
        (self.settings, self.names, seed) = (settings, names, UInt64(configuration.seed))
        use = try Tensor.zeros([names.count, network.architecture.quantizer.entries], on: tables[0].device)
    }

    /// Starts the averages from clusters, one for each stage.
    package func start(from clusters: [KMeans.Clusters]) throws(TorchError) {
        for (average, clusters) in zip(averages, clusters) { try average.start(from: clusters) }
    }

    /// Takes the hits of a step's pass.
    /// - Parameter step: from 0.
    package func update(_ stages: [QuantizedStage<TorchBackend>], step: Int, team: ProcessTeam) throws {
        try Torch.noGrad {
            try countUse(stages, team)
            guard !averages.isEmpty else { return }
            let isRestart = isRestart(after: step + 1)
            for (index, (average, stage)) in zip(averages, stages).enumerated() {
                let latents = try stage.projected.detach().transpose(1, 2).flatten(0, 1)
                try average.update(latents, stage.codes.flatten(0, 1)) { try team.sum($0) }
                if isRestart { try restart(average, latents, step: step, stage: index, team) }
            }
        }
    }

    private func isRestart(after steps: Int) -> Bool {
        let restart = settings.restart
        return restart.below > 0 && steps % restart.every == 0 && steps <= restart.until ?? .max
    }

    /// Dead entries start again from latents of the whole batch, the same ones however many processes share it.
    private func restart(
        _ average: AveragedCodebook, _ latents: Tensor, step: Int, stage: Int, _ team: ProcessTeam
    ) throws {
        var random = KeyedRandom([Self.restartKey, seed, UInt64(step), UInt64(stage)])
        let rows = latents.size(0)
        let all = try latents.to(.float32).pad([0, 0, team.rank * rows, (team.size - 1 - team.rank) * rows])
        try team.sum([all])
        try average.restart(below: settings.restart.below, from: all) { random.below($0) }
    }

    private func countUse(_ stages: [QuantizedStage<TorchBackend>], _ team: ProcessTeam) throws {
        let entries = use.size(1)
        let offsets =
            try Tensor.arange(0, Double(names.count), on: use.device).reshape([names.count, 1]) * Double(entries)
        let codes = try Tensor.stack(stages.map { try $0.codes.flatten(0, 1) })
        let flat = try (codes + offsets.to(.int64)).flatten(0, 1)
        let hits = try Tensor.zeros([use.count], on: use.device).scatterAdd(
            0, flat, Tensor.ones([flat.count], on: use.device))
        try team.sum([hits])
        try use.lerp_(hits.reshape(use.shape), 1 - Self.useDecay)
    }

    /// Perplexity of every stage's entries over the last hundred steps or so: as many entries, used equally, would be as
    /// hard to guess. Waits for the device.
    package func perplexities() throws -> [Double] {
        let share = try use / use.sum([1], keepDims: true).clamp(min: 1e-30)
        return try (share * share.clamp(min: 1e-30).log()).sum([1]).neg().exp().doubles()
    }

    /// Share of the entries of every stage that were hit over the last thousand steps or so. Waits for the device.
    package func usedShares() throws -> [Double] {
        try use.greater(than: Double(1e-5)).to(.float32).mean([1]).doubles()
    }
}

// Checkpoints.
extension Codebooks {
    /// Averages and use; they share memory with this object.
    package var state: [(name: String, tensor: Tensor)] { averages.flatMap(\.state) + [("use", use)] }

    /// Takes over the averages of another run's stages, as far as it had them.
    func adopt(_ state: [String: Tensor]) throws(TorchError) {
        for average in averages where average.state.allSatisfy({ state[$0.name]?.shape == $0.tensor.shape }) {
            try average.restore(state)
        }
    }

    /// Takes a state back.
    package func restore(_ state: [String: Tensor]) throws {
        for average in averages { try average.restore(state) }
        guard let stored = state["use"], stored.shape == use.shape else {
            throw RunError(.damaged, "the checkpoint's codebooks have another size; it is of another configuration")
        }
        _ = try Torch.noGrad { try use.copy_(stored) }
    }
}

private enum CodebookOperators {
    static let scatterAdd = Operator("aten::scatter_add")
}

extension Tensor {
    /// This tensor with the elements of `source` added at `index` along a dimension.
    func scatterAdd(_ dim: Int, _ index: Tensor, _ source: Tensor) throws(TorchError) -> Tensor {
        try CodebookOperators.scatterAdd(self, dim, index, source)
    }
}
