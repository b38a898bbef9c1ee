import Foundation
import Testing
import VRVQNetwork

/// Counts and lengths of a network at full size against the published ones.
struct GoldenGeometry {
    let network: Network
    let values: Configuration
    let name: String

    static func architecture(_ configuration: Configuration) throws -> Architecture {
        let channels = try #require(configuration.ints("importance_channels"))
        let importance: Architecture.Importance? =
            switch configuration.text("importance") {
            case "paper": .paper(channels: channels)
            case "released": .released(channels: channels)
            default: nil
            }
        let (encoder, decoder) = (configuration.ints("encoder_rates"), configuration.ints("decoder_rates"))
        return Architecture(
            sampleRate: try #require(configuration.int("sample_rate")),
            encoder: .pyramid(width: try #require(configuration.int("encoder_dim")), strides: try #require(encoder)),
            decoder: .pyramid(width: try #require(configuration.int("decoder_dim")), strides: try #require(decoder)),
            latent: try #require(configuration.int("latent_dim")),
            quantizer: .init(
                dimensions: Array(
                    repeating: try #require(configuration.int("codebook_dim")),
                    count: try #require(configuration.int("n_codebooks"))),
                entries: try #require(configuration.int("codebook_size")), lookup: .cosine),
            importance: importance)
    }

    func check() {
        #expect(network.architecture.hop == values.int("hop"), "\(name)")
        checkParameters()
        checkCosts()
        #expect(network.publishedDelay == values.int("delay"), "\(name): delay")
        let (samples, frames) = (values.ints("samples") ?? [], values.ints("frames") ?? [])
        for (index, count) in samples.enumerated() {
            #expect(network.architecture.frames(ofSamples: count) == frames[index], "\(name): \(count) samples")
            var geometry = Geometry()
            let latent = geometry.source(rows: frames[index], channels: network.architecture.latent)
            let decoded = network.decode(latent, on: &geometry).rows
            #expect(decoded == values.ints("decoded_samples")?[index], "\(name): \(count) samples decoded")
        }
    }

    private func checkParameters() {
        let expected = values.object["parameters"] as? [String: Int] ?? [:]
        let parts: [(Parameter.Part, String)] = [
            (.encoder, "encoder"), (.quantizer, "quantizer.quantizers"), (.importance, "quantizer.imp_subnet"),
            (.decoder, "decoder"),
        ]
        for (part, key) in parts {
            let stored = network.parameters.filter { $0.part == part }.reduce(0) { $0 + $1.storedCount }
            #expect(stored == expected[key], "\(name): parameters of \(key)")
        }
        let total = network.parameters.reduce(0) { $0 + $1.storedCount }
        #expect(total == values.int("parameters_total"), "\(name): parameters")
        // A weight-normalised kernel is two arrays of a checkpoint.
        let arrays = network.parameters.reduce(0) { $0 + ($1.kind == .kernel ? 2 : 1) }
        #expect(arrays == values.int("state_tensors"), "\(name): arrays")
    }

    private func checkCosts() {
        let expected = values.object["macs_64_frames"] as? [String: Int] ?? [:]
        let costs = network.multiplyAccumulates(frames: 64)
        for part in [Parameter.Part.encoder, .decoder, .importance] {
            #expect((costs[part] ?? 0) == expected[part.rawValue], "\(name): products of the \(part.rawValue)")
        }
    }
}
