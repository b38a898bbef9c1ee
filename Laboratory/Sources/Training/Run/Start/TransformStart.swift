import Torch
import VRVQNetwork

/// Makes an untrained frame-rate network a transform codec: a lapped transform whose bins are levelled, rotated to
/// their principal directions and quantised by k-means stages, with residual units that do nothing yet.
struct TransformStart {
    let network: Network
    let store: ParameterStore
    let settings: LappedTransformSettings
    let kmeans: KMeansSettings
    let seed: UInt64
    /// Told what was done, a line at a time.
    let report: (String) -> Void

    private static let seedKey: UInt64 = 0x6C61_7070

    /// - Parameter audio: excerpts [n, 1, samples].
    /// - Returns: the clusters of each stage.
    func apply(_ audio: Tensor) throws -> [KMeans.Clusters] {
        guard let ends = LappedTransform.ends(of: network) else {
            throw RunError(.usage, "start.origin lapped-transform needs a frame-rate network")
        }
        return try Torch.noGrad {
            try quietUnits()
            try quietImportance()
            let bins = try levelledBins(audio, ends)
            let rotated = try rotate(bins, ends)
            return try stages(of: rotated)
        }
    }

    /// Every residual unit starts as the identity.
    private func quietUnits() throws {
        for case .residualUnit(let unit) in network.featureLayers + network.decoderLayers {
            let kernel = try store.array("\(unit.dilated.name).weight")
            let inputs = kernel.size(1) * kernel.size(2)
            let name = "\(unit.dilated.name).weight"
            try kernel.copy_(
                ParameterStore.normal(name, kernel.shape, deviation: 1 / Double(inputs).squareRoot(), seed: seed))
            for name in ["\(unit.dilated.name).bias", "\(unit.pointwise.name).weight", "\(unit.pointwise.name).bias"] {
                try store.array(name).zero_()
            }
        }
    }

    /// The same importance everywhere.
    private func quietImportance() throws {
        guard case .convolution(let last)? = network.importanceLayers?.last else { return }
        try store.array("\(last.name).weight").zero_()
        try store.array("\(last.name).bias").fill_(settings.importanceBias)
    }

    /// Weighted bins of all frames, [frames, bins]; the weights go into the store.
    private func levelledBins(_ audio: Tensor, _ ends: (first: String, last: String)) throws -> Tensor {
        let basis = try store.array("\(ends.first).basis")
        let stride = basis.size(0)
        let spectrum = try audio.conv1d(basis, nil, stride: stride, padding: stride / 2)
        let level = try smoothed(spectrum.square().mean([0, 2]).sqrt())
        var weight = try (level + settings.floor).pow(-settings.exponent)
        weight = try weight * settings.level / (level * weight).square().mean().sqrt()
        for name in [ends.first, ends.last] { try store.array("\(name).bins").copy_(weight) }
        let weighted = try spectrum * weight.reshape([1, stride, 1])
        return try weighted.transpose(1, 2).flatten(0, 1)
    }

    private func smoothed(_ level: Tensor) throws -> Tensor {
        let side = (settings.smoothing - 1) / 2
        let row = try level.reshape([1, 1, level.count])
        return try row.pad([side, side], .replicate).avgPool1d(kernel: 2 * side + 1, stride: 1).flatten(0, -1)
    }

    /// Rotates bins to principal directions, and gives latents [frames, latent].
    private func rotate(_ bins: Tensor, _ ends: (first: String, last: String)) throws -> Tensor {
        let forward = try store.array("\(ends.first).rotation"), back = try store.array("\(ends.last).rotation")
        let kept = min(forward.size(0), back.size(1), bins.size(1))
        let directions = try Self.principal(bins, kept)
        try forward.zero_().narrow(0, 0, kept).copy_(directions.transpose(0, 1))
        try back.zero_().narrow(1, 0, kept).copy_(directions)
        guard case .convolution(let toLatent)? = network.latentLayers.last,
            case .convolution(let fromLatent)? = network.decoderLayers.first
        else { throw RunError(.usage, "start.origin lapped-transform needs a frame-rate network") }
        for name in [toLatent.name, fromLatent.name] { try makeIdentity(name) }
        try store.array("\(ends.first).bias").zero_()
        try store.array("\(ends.last).bias").zero_()
        let rotated = try bins.matmul(directions)
        let latent = network.architecture.latent
        return kept >= latent ? try rotated.narrow(1, 0, latent) : try rotated.pad([0, latent - kept])
    }

    /// A pointwise convolution that hands channels on.
    private func makeIdentity(_ layer: String) throws {
        let kernel = try store.array("\(layer).weight")
        let (outputs, inputs) = (kernel.size(0), kernel.size(1))
        var values = [Float](repeating: 0, count: outputs * inputs)
        for index in 0..<min(outputs, inputs) { values[index * inputs + index] = 1 }
        try kernel.copy_(Tensor(values, [outputs, inputs, 1]))
        try store.array("\(layer).bias").zero_()
    }

    /// Stages in turn: the principal directions of what is left, and k-means along them.
    private func stages(of latents: Tensor) throws -> [KMeans.Clusters] {
        var random = KeyedRandom([Self.seedKey, seed])
        let order = random.permutation(latents.size(0)).prefix(kmeans.frames)
        var rest = try latents.indexSelect(0, Tensor(Array(order)).to(latents.device))
        let whole = try rest.square().sum().item()
        var clusters: [KMeans.Clusters] = []
        for (index, stage) in network.quantizer.stages.enumerated() {
            let directions = try Self.principal(rest, stage.codebook.dimensions)
            let points = try rest.matmul(directions)
            let found = try KMeans.clusters(of: points, stage.codebook.entries, rounds: kmeans.rounds) {
                random.below($0)
            }
            try store.array("\(stage.project.name).weight").copy_(directions.transpose(0, 1).unsqueeze(2))
            try store.array("\(stage.expand.name).weight").copy_(directions.unsqueeze(2))
            for layer in [stage.project.name, stage.expand.name] { try store.array("\(layer).bias").zero_() }
            try store.array("\(stage.codebook.name).weight").copy_(found.centres)
            let chosen = try KMeans.nearest(points, found.centres)
            rest = try rest - found.centres.indexSelect(0, chosen).matmul(directions.transpose(0, 1))
            let left = try rest.square().sum().item() / whole
            report("stage \(index): \(decimal(100 * left, 1)) % of the latents' energy is left")
            clusters.append(found)
        }
        return clusters
    }

    /// The directions of greatest energy of points [n, dimensions], as columns [dimensions, count].
    static func principal(_ points: Tensor, _ count: Int) throws -> Tensor {
        let points64 = try points.to(.float64)
        let energy = try points64.transpose(0, 1).matmul(points64) / Double(points.size(0))
        let vectors = try StartOperators.eigh.tensors(energy, "L")[1]
        return try vectors.narrow(1, vectors.size(1) - count, count).flip([1]).to(points.dtype)
    }
}

private enum StartOperators {
    static let eigh = Operator("aten::linalg_eigh")
}
