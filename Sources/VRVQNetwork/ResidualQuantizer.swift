/// One codebook. Weight [entries, dimensions].
public struct Codebook: Equatable, Sendable {
    /// Number among the layers of the network.
    public var slot: Int
    /// Name in the checkpoint, for example `quantizer.quantizers.0.codebook`.
    public var name: String
    /// Entries.
    public var entries: Int
    /// Values of an entry.
    public var dimensions: Int
    /// How the nearest entry is found.
    public var lookup: Architecture.Lookup
}

/// One factorised stage: project down, find the nearest entry, project its entry back up.
public struct QuantizerStage: Equatable, Sendable {
    /// Latent to codebook dimensions.
    public var project: Convolution
    /// The codebook.
    public var codebook: Codebook
    /// Codebook dimensions to latent.
    public var expand: Convolution
}

/// What one stage made of its residual.
public struct QuantizedStage<B: Backend> {
    /// The residual projected down (z_e), before quantization.
    public let projected: B.Tensor
    /// The chosen entries.
    public let codes: B.Codes
    /// Their values.
    public let entries: B.Tensor
    /// The stage's share of the latent.
    public let contribution: B.Tensor
}

/// Residual vector quantizer: every stage quantizes what the stages before have left (paper, equation 1).
public struct ResidualQuantizer: Equatable, Sendable {
    /// The stages, in order.
    public var stages: [QuantizerStage]

    /// All stages of a latent. The residual always subtracts the full contribution, whatever depth is used later.
    public func quantize<B: Backend>(_ latent: B.Tensor, on backend: inout B) throws(B.Failure)
        -> [QuantizedStage<B>]
    {
        var residual = latent
        var results: [QuantizedStage<B>] = []
        for (index, stage) in stages.enumerated() {
            let projected = try backend.convolution(residual, stage.project)
            let codes = try backend.nearest(projected, stage.codebook)
            let entries = try backend.entries(codes, stage.codebook, projected: projected)
            let contribution = try backend.convolution(entries, stage.expand)
            if index + 1 < stages.count { residual = try backend.difference(residual, contribution) }
            results.append(
                QuantizedStage(projected: projected, codes: codes, entries: entries, contribution: contribution))
        }
        return results
    }

    /// Latent of codes, each row with the stages below its depth (paper, equation 5).
    /// - Parameter codes: per stage; at least one stage.
    public func reconstruct<B: Backend>(
        _ codes: [B.Codes], depth: B.Depth, on backend: inout B
    ) throws(B.Failure) -> B.Tensor? {
        var total: B.Tensor?
        for (index, (stage, codes)) in zip(stages, codes).enumerated() {
            let entries = try backend.entries(codes, stage.codebook, projected: nil)
            let contribution = try backend.convolution(entries, stage.expand)
            total = try backend.accumulate(total, contribution, stage: index, depth: depth)
        }
        return total
    }
}

extension LayerBuilder {
    /// A residual quantizer under the published names.
    public mutating func quantizer(
        _ shape: Architecture.Quantizer, latent: Int, prefix: String = "quantizer.quantizers"
    ) -> ResidualQuantizer {
        var stages: [QuantizerStage] = []
        for (index, dimensions) in shape.dimensions.enumerated() {
            let name = "\(prefix).\(index)"
            stages.append(
                QuantizerStage(
                    project: convolution("\(name).in_proj", latent, dimensions, kernel: 1),
                    codebook: Codebook(
                        slot: slot(), name: "\(name).codebook", entries: shape.entries, dimensions: dimensions,
                        lookup: shape.lookup),
                    expand: convolution("\(name).out_proj", dimensions, latent, kernel: 1)))
        }
        return ResidualQuantizer(stages: stages)
    }
}
