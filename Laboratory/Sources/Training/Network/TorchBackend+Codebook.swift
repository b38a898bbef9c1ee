import Torch
import VRVQNetwork

// The look-up in codebooks: in the parameters' own precision whatever autocast says, and outside of the graph.
extension TorchBackend {
    /// Squared distances to every entry, [batch, time, entries]; between directions where the look-up is by direction.
    public func distances(_ projected: Tensor, _ codebook: Codebook) throws(TorchError) -> Tensor {
        let table = try parameters.array("\(codebook.name).weight")
        return try Torch.noGrad { () throws(TorchError) in
            try Torch.fullPrecision(table.device) { () throws(TorchError) in
                let rows = try projected.to(table.dtype).transpose(1, 2)
                return codebook.lookup == .cosine
                    ? try Self.squaredDistances(try rows.directions(), try table.directions())
                    : try Self.squaredDistances(rows, table)
            }
        }
    }

    /// For every frame the nearest entry; the lowest index on equal distances.
    public func nearest(_ projected: Tensor, _ codebook: Codebook) throws(TorchError) -> Tensor {
        try distances(projected, codebook).argmin(-1)
    }

    /// The codebook's entries as stored, [batch, dimensions, time]. With `projected` inside of a graph the value is the
    /// same (but for rounding) and the gradient goes straight through to `projected`; the codebook then has none.
    public func entries(
        _ codes: Tensor, _ codebook: Codebook, projected: Tensor?
    ) throws(TorchError) -> Tensor {
        let entries = try storedEntries(codes, codebook)
        guard let projected, projected.requiresGrad else { return entries }
        return try projected + (entries - projected).detach()
    }

    /// The codebook's entries with the codebook's own gradient, [batch, dimensions, time].
    public func storedEntries(_ codes: Tensor, _ codebook: Codebook) throws(TorchError) -> Tensor {
        try parameters.array("\(codebook.name).weight").embedding(codes).transpose(1, 2)
    }

    /// |e|² - 2 e·c + |c|², as the published code computes it.
    private static func squaredDistances(_ rows: Tensor, _ table: Tensor) throws(TorchError) -> Tensor {
        let products = try rows.matmul(table.transpose(0, 1))
        return try rows.square().sum([-1], keepDims: true) - products * 2 + table.square().sum([-1])
    }
}

extension Tensor {
    /// Vectors along the last axis at length 1; those shorter than 1e-12 are divided by that.
    fileprivate func directions() throws(TorchError) -> Tensor {
        try self / norm(2, [-1], keepDims: true).clamp(min: 1e-12)
    }
}
