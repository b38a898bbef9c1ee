import Testing
import VRVQ
import VRVQNetwork

/// Sizes and costs of the published models, as counted in the published code.
@Suite struct ModelSummaryTests {
    struct Published: Sendable, CustomTestStringConvertible {
        let name: String
        /// Encoder, decoder, quantizer, importance.
        let parameters: [Int?]
        let stored: Int
        let folded: Int
        /// Encoder, decoder, projections and search together, importance; 10^9 a second.
        let gmac: [Double?]
        let rate: Double
        var testDescription: String { name }
    }

    static let published: [Published] = [
        .init(
            name: "dac-44k", parameters: [22_299_200, 54_091_105, 230_472, nil], stored: 76_651_890,
            folded: 76_620_777, gmac: [30.637, 69.258, 0.0191, nil], rate: 7.75),
        .init(
            name: "dac-44k-16kbps", parameters: [19_545_792, 44_457_313, 186_768, nil], stored: 64_213_250,
            folded: 64_189_873, gmac: [30.400, 68.428, 0.0159, nil], rate: 15.50),
        .init(
            name: "dac-24k", parameters: [21_512_768, 52_321_633, 819_456, nil], stored: 74_708_706,
            folded: 74_653_857, gmac: [18.413, 41.709, 0.0590, nil], rate: 24),
        .init(
            name: "dac-16k", parameters: [21_512_768, 52_321_633, 307_296, nil], stored: 74_175_906,
            folded: 74_141_697, gmac: [12.276, 27.806, 0.0147, nil], rate: 6),
        .init(
            name: "vrvq-44k", parameters: [22_299_200, 54_091_105, 204_864, 4_932_713], stored: 81_559_668,
            folded: 81_527_882, gmac: [30.637, 69.258, 0.0169, 0.4245], rate: 6.89),
    ]

    private func architecture(_ name: String) throws -> Architecture {
        if name == "dac-44k-16kbps" {
            var architecture = Architecture.published(stages: 18, importance: nil)
            architecture.latent = 128
            return architecture
        }
        return try #require(Architecture.preset(name))
    }

    /// The summary's numbers without its fingerprint, which would make 80 million weights.
    @Test(arguments: published) func countsWhatThePublishedCodeHolds(model: Published) throws {
        let network = Network(try architecture(model.name))
        let parts = ModelSummary.parts(of: network)
        let order: [Parameter.Part] = [.encoder, .decoder, .quantizer, .importance]
        for (index, part) in order.enumerated() {
            let found = parts.first { $0.part == part }
            #expect(found?.parameters == model.parameters[index])
            guard let expected = model.gmac[index], let cost = found?.gigaMultiplyAccumulates else { continue }
            // Half a unit of the table's last place; odd strides lose a few samples at the ends.
            #expect(abs(cost - expected) <= 0.0005 + expected * 5e-4, "\(part): \(cost)")
        }
        #expect(parts.reduce(0) { $0 + $1.parameters } == model.folded)
        #expect(network.parameters.reduce(0) { $0 + $1.storedCount } == model.stored)
    }

    @Test func saysEverythingOfAModel() throws {
        let model = try Model.untrained(.micro, name: "micro")
        let summary = model.summary()
        #expect(summary.name == "micro" && summary.fingerprint == model.fingerprint)
        #expect(summary.encoderLookAhead == 6804 && summary.codeLookAhead == 4244)
        #expect(abs(summary.lookAheadMilliseconds - 154.286) < 0.001)
        #expect(summary.weightBytes == 4 * summary.parameters)
        #expect(summary.parts.map(\.part) == [.encoder, .quantizer, .importance, .decoder])
        let json = try JSON(parsing: summary.json.text)
        #expect(json["fingerprint"]?.stringValue == model.fingerprint.description)
        #expect(json["architecture"] == Architecture.micro.json)
        #expect(json["parts"]?.arrayValue?.count == 4)
        #expect(summary.configuration.contains { $0.label == "sample rate" && $0.value == "44100 Hz" })
    }

    @Test func fullRates() throws {
        for model in Self.published {
            let architecture = try architecture(model.name)
            #expect(abs(ModelSummary.fullRate(of: architecture) - model.rate) < 0.005, "\(model.name)")
        }
    }
}
