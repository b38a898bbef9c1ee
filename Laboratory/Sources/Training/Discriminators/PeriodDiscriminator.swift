import Torch

/// The waveform folded into rows of `period` samples, and convolutions along the columns: each sees every period-th
/// sample.
struct PeriodDiscriminator: DiscriminatorMember {
    private let period: Int
    private let layers: [NormalisedConvolution]

    static func layers(
        _ name: String, _ period: Int, _ architecture: DiscriminatorArchitecture
    ) -> [NormalisedConvolution.Shape] {
        let widths = architecture.periodWidths
        var layers: [NormalisedConvolution.Shape] = []
        for (index, width) in widths.enumerated() {
            layers.append(
                .init(
                    name: "\(name).convs.\(index).0", inputs: index == 0 ? 1 : widths[index - 1], outputs: width,
                    kernel: [5, 1], stride: [index == widths.count - 1 ? 1 : 3, 1], padding: [2, 0]))
        }
        layers.append(
            .init(
                name: "\(name).conv_post", inputs: widths[widths.count - 1], outputs: 1, kernel: [3, 1],
                padding: [1, 0]))
        return layers
    }

    init(_ period: Int, _: DiscriminatorArchitecture, layers: [NormalisedConvolution], like _: Tensor) {
        self.period = period
        self.layers = layers
    }

    func maps(_ audio: Tensor) throws -> [Tensor] {
        let maps = try Self.chain(layers.dropLast(), folded(audio))
        return try maps + [layers[layers.count - 1](maps[maps.count - 1])]
    }

    /// [batch, 1, samples] to [batch, 1, rows, period]. A whole period is appended where the length divides.
    private func folded(_ audio: Tensor) throws(TorchError) -> Tensor {
        let samples = audio.size(2), fill = period - samples % period
        return try audio.pad([0, fill], .reflect).reshape([audio.size(0), 1, (samples + fill) / period, period])
    }
}
