import Torch
import VRVQNetwork

/// Codebooks from k-means over what an untrained network gives them.
struct ClusterStart {
    let network: Network
    let store: ParameterStore
    let kmeans: KMeansSettings
    let seed: UInt64

    private static let seedKey: UInt64 = 0x6B6D_6561

    /// - Parameters:
    ///   - audio: excerpts [n, 1, samples].
    ///   - first: the stages before this one keep their codebooks.
    /// - Returns: the clusters of each stage from `first` on.
    func apply(_ audio: [Tensor], from first: Int = 0) throws -> [KMeans.Clusters] {
        try Torch.noGrad {
            let backend = TorchBackend(store)
            var rest = try latents(audio)
            var random = KeyedRandom([Self.seedKey, seed])
            return try network.quantizer.stages.enumerated().compactMap { index, stage in
                let projected = try backend.convolution(rest, stage.project)
                var found: KMeans.Clusters?
                if index >= first {
                    let points = try projected.squeeze(0).transpose(0, 1).contiguous()
                    found = try KMeans.clusters(of: points, stage.codebook.entries, rounds: kmeans.rounds) {
                        random.below($0)
                    }
                    try store.array("\(stage.codebook.name).weight").copy_(found!.centres)
                }
                let codes = try backend.nearest(projected, stage.codebook)
                let entries = try backend.entries(codes, stage.codebook, projected: nil)
                rest = try rest - backend.convolution(entries, stage.expand)
                return found
            }
        }
    }

    /// Frames of all excerpts behind each other, [1, latent, frames].
    private func latents(_ audio: [Tensor]) throws -> Tensor {
        var backend = TorchBackend(store)
        var parts: [Tensor] = []
        var frames = 0
        let hop = network.architecture.hop
        for excerpt in audio where frames < kmeans.frames {
            let fill = (hop - excerpt.size(2) % hop) % hop
            let latent = try network.encode(excerpt.pad([0, fill]), on: &backend).latent
            parts += try latent.unbind(0)
            frames += latent.size(0) * latent.size(2)
        }
        let all = try Tensor.cat(parts, 1).unsqueeze(0)
        return try all.narrow(2, 0, min(kmeans.frames, all.size(2)))
    }
}
