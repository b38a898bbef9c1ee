import Torch

/// The complex spectrogram cut into bands, a stack of convolutions for each, and one decision over all: real and
/// imaginary part are channels, time and frequency the two dimensions.
struct BandDiscriminator: DiscriminatorMember {
    private static let depth = 5

    private let spectrogram: Spectrogram
    private let bands: [Range<Int>]
    private let layers: [NormalisedConvolution]

    static func layers(
        _ name: String, _ window: Int, _ architecture: DiscriminatorArchitecture
    ) -> [NormalisedConvolution.Shape] {
        let width = architecture.bandWidth
        var layers: [NormalisedConvolution.Shape] = []
        for band in 0..<architecture.edges.count - 1 {
            for index in 0..<depth {
                layers.append(layer("\(name).band_convs.\(band).\(index).0", index, width))
            }
        }
        layers.append(
            .init(name: "\(name).conv_post", inputs: width, outputs: 1, kernel: [3, 3], padding: [1, 1]))
        return layers
    }

    /// Layer `index` of a stack: the middle ones halve the frequencies, the last is narrow.
    private static func layer(_ name: String, _ index: Int, _ width: Int) -> NormalisedConvolution.Shape {
        let isLast = index == depth - 1
        return .init(
            name: name, inputs: index == 0 ? 2 : width, outputs: width, kernel: [3, isLast ? 3 : 9],
            stride: [1, index == 0 || isLast ? 1 : 2], padding: [1, isLast ? 1 : 4])
    }

    init(
        _ window: Int, _ architecture: DiscriminatorArchitecture, layers: [NormalisedConvolution], like sample: Tensor
    ) throws {
        let spectrogram = try Spectrogram(size: window, sample.dtype, on: sample.device)
        let edges = architecture.edges.map { Int($0 * Double(spectrogram.bins)) }
        self.spectrogram = spectrogram
        bands = zip(edges, edges.dropFirst()).map { $0..<$1 }
        self.layers = layers
    }

    func maps(_ audio: Tensor) throws -> [Tensor] {
        // [batch, frames, bins] complex to [batch, 2, frames, bins].
        let spectrum = try spectrogram.matched(audio.squeeze(1)).viewAsReal().permute([0, 3, 1, 2])
        var maps: [Tensor] = []
        var ends: [Tensor] = []
        for (index, band) in bands.enumerated() {
            let stack = layers[index * Self.depth..<(index + 1) * Self.depth]
            maps += try Self.chain(stack, spectrum.narrow(3, band.lowerBound, band.count))
            ends.append(maps[maps.count - 1])
        }
        return try maps + [layers[layers.count - 1](Tensor.cat(ends, 3))]
    }
}
