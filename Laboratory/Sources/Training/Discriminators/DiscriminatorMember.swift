import Torch

/// One adversary: levelled audio to feature maps, the last map being its decision.
protocol DiscriminatorMember: Sendable {
    /// All convolutions, in the order of their feature maps.
    static func layers(_ name: String, _ size: Int, _ architecture: DiscriminatorArchitecture)
        -> [NormalisedConvolution.Shape]

    /// - Parameters:
    ///   - size: its period, divisor or window.
    ///   - layers: with weights, in the order of `layers`.
    init(_ size: Int, _ architecture: DiscriminatorArchitecture, layers: [NormalisedConvolution], like sample: Tensor)
        throws

    /// Maps of [batch, 1, samples].
    func maps(_ audio: Tensor) throws -> [Tensor]
}

extension DiscriminatorMember {
    /// A chain of convolutions, each but the last followed by the rectifier; every result is a map.
    static func chain(_ layers: some Collection<NormalisedConvolution>, _ x: Tensor) throws(TorchError) -> [Tensor] {
        var maps: [Tensor] = []
        var x = x
        for layer in layers {
            x = try rectified(layer(x))
            maps.append(x)
        }
        return maps
    }

    static func rectified(_ x: Tensor) throws(TorchError) -> Tensor { try x.leakyReLU(0.1) }
}
