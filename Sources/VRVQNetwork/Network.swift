/// The whole codec network, laid out from its architecture: the one place where layers are put in order.
public struct Network: Sendable {
    /// What it was laid out from.
    public let architecture: Architecture
    /// Samples to features: the importance subnet reads what comes out of these.
    public let featureLayers: [Layer]
    /// Features to latents (the paper's E2).
    public let latentLayers: [Layer]
    /// Features to the importance's logits, or nil in a constant-rate model.
    public let importanceLayers: [Layer]?
    /// Latents to samples.
    public let decoderLayers: [Layer]
    /// The residual quantizer.
    public let quantizer: ResidualQuantizer
    /// Slots in use: one more than the greatest `slot` of any layer.
    public let slots: Int

    /// Lays out a network. The architecture must have no `defect`.
    public init(_ architecture: Architecture) {
        precondition(architecture.defect == nil, architecture.defect ?? "")
        var builder = LayerBuilder()
        self.architecture = architecture
        let encoder = builder.encoder(architecture)
        featureLayers = encoder.feature
        latentLayers = encoder.latent
        quantizer = builder.quantizer(architecture.quantizer, latent: architecture.latent)
        importanceLayers = architecture.importance.map {
            builder.importance($0, features: encoder.channels, prefix: "quantizer.imp_subnet")
        }
        decoderLayers = builder.decoder(architecture)
        slots = builder.count
    }

    /// Samples [rows, 1] to features and latents, at frame rate.
    public func encode<B: Backend>(_ samples: B.Tensor, on backend: inout B) throws(B.Failure)
        -> (feature: B.Tensor, latent: B.Tensor)
    {
        let feature = try backend.run(featureLayers, samples)
        return (feature, try backend.run(latentLayers, feature))
    }

    /// Features to importance p in (0, 1), [rows, 1]; nil in a constant-rate model.
    public func importance<B: Backend>(_ feature: B.Tensor, on backend: inout B) throws(B.Failure) -> B.Tensor? {
        guard let importanceLayers else { return nil }
        return try backend.sigmoid(try backend.run(importanceLayers, feature))
    }

    /// Latents to samples [rows, 1].
    public func decode<B: Backend>(_ latent: B.Tensor, on backend: inout B) throws(B.Failure) -> B.Tensor {
        try backend.run(decoderLayers, latent)
    }
}

extension LayerBuilder {
    mutating func encoder(_ architecture: Architecture) -> (feature: [Layer], latent: [Layer], channels: Int) {
        let name = "encoder.block"
        var feature: [Layer] = []
        switch architecture.encoder {
        case .pyramid(let width, let strides):
            feature.append(.convolution(convolution("\(name).0", 1, width, kernel: 7)))
            var channels = width
            for (index, stride) in strides.enumerated() {
                feature += encoderBlock("\(name).\(index + 1)", channels: channels, stride: stride)
                channels *= 2
            }
            let latent: [Layer] = [
                .snake(snake("\(name).\(strides.count + 1)", channels)),
                .convolution(convolution("\(name).\(strides.count + 2)", channels, architecture.latent, kernel: 3)),
            ]
            return (feature, latent, channels)
        case .frameRate(let stride, let channels, let hidden, let dilations, let ahead):
            feature.append(
                .convolution(
                    convolution("\(name).0", 1, channels, kernel: 2 * stride, stride: stride, padding: stride / 2)))
            feature += residualUnits(name, channels, hidden, dilations, ahead)
            let last = convolution("\(name).\(dilations.count + 1)", channels, architecture.latent, kernel: 1)
            return (feature, [.convolution(last)], channels)
        }
    }

    mutating func decoder(_ architecture: Architecture) -> [Layer] {
        let name = "decoder.model"
        switch architecture.decoder {
        case .pyramid(let width, let strides):
            var layers: [Layer] = [.convolution(convolution("\(name).0", architecture.latent, width, kernel: 7))]
            var channels = width
            for (index, stride) in strides.enumerated() {
                layers += decoderBlock("\(name).\(index + 1)", channels: channels, stride: stride)
                channels /= 2
            }
            layers.append(.snake(snake("\(name).\(strides.count + 1)", channels)))
            layers.append(.convolution(convolution("\(name).\(strides.count + 2)", channels, 1, kernel: 7)))
            return layers + [.tanh]
        case .frameRate(let stride, let channels, let hidden, let dilations, let ahead):
            var layers: [Layer] = [
                .convolution(convolution("\(name).0", architecture.latent, channels, kernel: 1))
            ]
            layers += residualUnits(name, channels, hidden, dilations, ahead)
            let last = transposedConvolution(
                "\(name).\(dilations.count + 1)", channels, 1, kernel: 2 * stride, stride: stride, padding: stride / 2)
            return layers + [.transposedConvolution(last)]
        }
    }

    private mutating func residualUnits(
        _ name: String, _ channels: Int, _ hidden: Int, _ dilations: [Int], _ ahead: Int
    ) -> [Layer] {
        var layers: [Layer] = []
        for (index, dilation) in dilations.enumerated() {
            layers.append(
                .residualUnit(
                    residualUnit(
                        "\(name).\(index + 1)", channels: channels, hidden: hidden, dilation: dilation, ahead: ahead)))
        }
        return layers
    }

    /// The importance subnet without its sigmoid.
    public mutating func importance(_ shape: Architecture.Importance, features: Int, prefix: String) -> [Layer] {
        let widths = (shape.inputBlock ? [features] : []) + shape.channels + [1]
        var layers: [Layer] = []
        var inputs = features
        for (index, (outputs, kernel)) in zip(widths, shape.kernels).enumerated() {
            let block = shape.inputBlock ? (index == 0 ? "in_block" : "blocks.\(index - 1)") : "blocks.\(index)"
            layers.append(.snake(snake("\(prefix).\(block).0", inputs)))
            layers.append(.convolution(convolution("\(prefix).\(block).1", inputs, outputs, kernel: kernel)))
            inputs = outputs
        }
        return layers
    }
}
