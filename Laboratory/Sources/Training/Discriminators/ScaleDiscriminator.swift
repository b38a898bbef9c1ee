import Torch

/// The waveform at a lower sample rate, and strided convolutions in groups.
struct ScaleDiscriminator: DiscriminatorMember {
    private let decimator: Decimator
    private let layers: [NormalisedConvolution]

    static func layers(
        _ name: String, _: Int, _ architecture: DiscriminatorArchitecture
    ) -> [NormalisedConvolution.Shape] {
        var layers: [NormalisedConvolution.Shape] = []
        var inputs = 1
        for (index, layer) in architecture.scaleLayers.enumerated() {
            layers.append(
                .init(
                    name: "\(name).convs.\(index).0", inputs: inputs, outputs: layer.outputs, kernel: [layer.kernel],
                    stride: [layer.stride], padding: [layer.kernel / 2], groups: layer.groups))
            inputs = layer.outputs
        }
        layers.append(.init(name: "\(name).conv_post", inputs: inputs, outputs: 1, kernel: [3], padding: [1]))
        return layers
    }

    init(
        _ divisor: Int, _ architecture: DiscriminatorArchitecture, layers: [NormalisedConvolution], like sample: Tensor
    ) throws {
        decimator = try Decimator(from: architecture.sampleRate, to: architecture.sampleRate / divisor, like: sample)
        self.layers = layers
    }

    func maps(_ audio: Tensor) throws -> [Tensor] {
        let maps = try Self.chain(layers.dropLast(), decimator(audio))
        return try maps + [layers[layers.count - 1](maps[maps.count - 1])]
    }
}
