import Testing
import Torch

@testable import Training

@Suite(.needsTorch) struct DiscriminatorTests {
    private static var narrow: DiscriminatorArchitecture {
        var architecture = DiscriminatorArchitecture()
        architecture.periods = [2, 3]
        architecture.periodWidths = [2, 2, 2, 2, 2]
        architecture.windows = [128]
        architecture.bandWidth = 2
        return architecture
    }

    /// The published count, and the published names' order of members.
    @Test func publishedSize() throws {
        let weights = try Discriminators.initialWeights(DiscriminatorArchitecture())
        #expect(weights.values.reduce(0) { $0 + $1.count } == 42_519_760)
        let members = try Discriminators(DiscriminatorArchitecture(), weights: weights)
        #expect(members.parameters.count == weights.count)
        #expect(members.parameters[0].name == "discriminators.0.convs.0.0.bias")
    }

    @Test func untrainedMagnitudesAreTheDirectionsLengths() throws {
        let weights = try Discriminators.initialWeights(Self.narrow, seed: 7, .float64)
        let direction = try #require(weights["discriminators.2.band_convs.1.2.0.weight_v"])
        let magnitude = try #require(weights["discriminators.2.band_convs.1.2.0.weight_g"])
        #expect(try (direction.rowNorms() - magnitude).abs().amax().item() == 0)
        #expect(try direction.abs().amax().item() <= 1 / Double(2 * 3 * 9).squareRoot())
    }

    @Test func pairsGiveTheMapsOfEach() throws {
        let members = try Discriminators(
            Self.narrow, weights: Discriminators.initialWeights(Self.narrow, seed: 7, .float64))
        let a = try Tensor.randn([2, 1, 900], .float64), b = try Tensor.randn([2, 1, 900], .float64)
        let pair = try members(a, b), single = try (members(a), members(b))
        for (x, y) in zip(pair.0 + pair.1, single.0 + single.1) {
            for (x, y) in zip(x, y) { #expect(try (x - y).abs().amax().item() < 1e-12) }
        }
    }

    @Test func levelDoesNotMatterAndSilenceIsFinite() throws {
        let members = try Discriminators(
            Self.narrow, weights: Discriminators.initialWeights(Self.narrow, seed: 7, .float64))
        let audio = try Tensor.randn([1, 1, 900], .float64)
        for (x, y) in zip(try members(audio).flatMap { $0 }, try members(audio * 0.01 + 3).flatMap { $0 }) {
            #expect(try (x - y).abs().amax().item() < 1e-5)
        }
        let silent = try Tensor.zeros([1, 1, 900], .float64).requiringGrad()
        try AdversarialLosses.adversarial(estimate: members(silent)).backward()
        #expect(try #require(try silent.grad()).isfinite().all().item() == 1)
    }

    @Test func otherWeightsAreRefused() throws {
        var weights = try Discriminators.initialWeights(Self.narrow)
        weights["discriminators.1.conv_post.bias"] = try Tensor.zeros([2])
        #expect(throws: TorchError.self) { try Discriminators(Self.narrow, weights: weights) }
        weights["discriminators.1.conv_post.bias"] = nil
        #expect(throws: TorchError.self) { try Discriminators(Self.narrow, weights: weights) }
    }
}
