import Torch

/// Clustering by Lloyd's rounds, for codebooks' first entries.
package enum KMeans {
    /// What was found.
    package struct Clusters: Sendable {
        /// [clusters, dimensions].
        package let centres: Tensor
        /// Points of each in the last round, [clusters].
        package let counts: Tensor
    }

    /// Points whose distances are held at a time.
    private static let slab = 8192

    /// Clusters of points [n, dimensions]. It starts at random points; a cluster that loses all its points goes on from a
    /// random one. Fewer points than clusters are used more than once.
    /// - Parameters:
    ///   - pick: draws an index below its argument.
    package static func clusters(
        of points: Tensor, _ count: Int, rounds: Int, pick: (Int) -> Int
    ) throws(TorchError) -> Clusters {
        precondition(points.dims == 2 && points.size(0) > 0 && count > 0)
        return try Torch.noGrad { () throws(TorchError) in
            var centres = try points.indexSelect(0, start(points.size(0), count, pick).to(points.device))
            var counts = try Tensor.zeros([count], points.dtype, on: points.device)
            let ones = try Tensor.ones([points.size(0)], points.dtype, on: points.device)
            for _ in 0..<rounds {
                let nearest = try nearest(points, centres)
                counts = try counts.zerosLike().indexAdd(0, nearest, ones)
                let means = try centres.zerosLike().indexAdd(0, nearest, points) / counts.clamp(min: 1).unsqueeze(1)
                let others = try Tensor((0..<count).map { _ in pick(points.size(0)) }).to(points.device)
                let fresh = try points.indexSelect(0, others)
                centres = try counts.greater(than: 0).unsqueeze(1).select(means, fresh)
            }
            return Clusters(centres: centres, counts: counts)
        }
    }

    /// Different points as far as there are enough: the head of a random order.
    private static func start(_ points: Int, _ count: Int, _ pick: (Int) -> Int) throws(TorchError) -> Tensor {
        var order = Array(0..<points)
        for index in 0..<min(count, points - 1) { order.swapAt(index, index + pick(points - index)) }
        return try Tensor((0..<count).map { order[$0 % points] })
    }

    /// The nearest centre of every point, int64 [n].
    package static func nearest(_ points: Tensor, _ centres: Tensor) throws(TorchError) -> Tensor {
        let table = try centres.transpose(0, 1)
        let halves = try centres.square().sum([1]) * 0.5
        var found: [Tensor] = []
        for part in try points.split(slab, 0) { found.append(try (part.matmul(table) - halves).argmax(1)) }
        return try Tensor.cat(found)
    }
}
