import TestSupport
import Testing
import Torch

@testable import Training

/// Feature maps, adversarial losses and their gradients against the published code.
@Suite(.needsTorch) struct GoldenDiscriminatorTests {
    @Test func thereAreCases() {
        for kind in ["discriminator", "gan"] { #expect(!GoldenFolder.trainingCases(kind).isEmpty, "no \(kind)") }
    }

    @Test(arguments: GoldenFolder.trainingCases("discriminator"), GoldenFolder.precisions)
    func maps(_ golden: GoldenCase, _ dtype: DType) throws {
        let files = try GoldenFiles(golden)
        let weights = try files.parameters(dtype)
        let members = try Discriminators(DiscriminatorArchitecture(golden: golden.configuration.object), weights: weights)
        var computed: [String: Tensor] = [:]
        for (m, maps) in try members(files.tensor("audio", dtype)).enumerated() {
            for (l, map) in maps.enumerated() { computed["map.\(m).\(l)"] = map }
        }
        #expect(Set(computed.keys) == Set(golden.outputs.map(\.name)))
        #expect(Set(members.parameters.map(\.name)) == Set(weights.keys))
        try golden.check(computed, files, dtype)
    }

    @Test(arguments: GoldenFolder.trainingCases("gan"), GoldenFolder.precisions)
    func losses(_ golden: GoldenCase, _ dtype: DType) throws {
        let files = try GoldenFiles(golden)
        let weights = try files.parameters(dtype)
        let members = try Discriminators(DiscriminatorArchitecture(golden: golden.configuration.object), weights: weights)
        let fake = try files.tensor("fake", dtype).requiringGrad()
        let real = try files.tensor("real", dtype)

        let (fakeMaps, realMaps) = try members(fake, real)
        let adversarial = try AdversarialLosses.adversarial(estimate: fakeMaps)
        let feature = try AdversarialLosses.featureMatching(estimate: fakeMaps, reference: realMaps)
        let loss = try AdversarialLosses.discriminator(estimate: members(fake.detach()), reference: members(real))
        var computed = ["adversarial": adversarial, "feature": feature, "discriminator": loss]
        let toFake = try [adversarial, feature].map { try Torch.gradients(of: [$0], with: [fake], retainGraph: true)[0] }
        (computed["adversarial_gradient"], computed["feature_gradient"]) = (toFake[0], toFake[1])

        let gradients = try Torch.gradients(of: [loss], with: members.parameters.map(\.tensor)).map { try #require($0) }
        for (parameter, gradient) in zip(members.parameters, gradients) {
            computed["gradient.\(parameter.name)"] = gradient
        }
        computed["grad_norm"] = try Tensor.stack(Foreach.norms(gradients)).norm()
        try golden.check(computed, files, dtype)
    }
}

extension DiscriminatorArchitecture {
    /// What a golden case describes.
    init(golden: [String: Any]) throws {
        self.init()
        sampleRate = try #require(golden["sample_rate"] as? Int)
        periods = try #require(golden["periods"] as? [Int])
        periodWidths = try #require(golden["mpd_widths"] as? [Int])
        divisors = try #require(golden["rates"] as? [Int])
        scaleLayers = try #require(golden["msd_layers"] as? [[Int]]).map {
            ScaleLayer(outputs: $0[0], kernel: $0[1], stride: $0[2], groups: $0[3])
        }
        windows = try #require(golden["fft_sizes"] as? [Int])
        bandWidth = try #require(golden["mrd_width"] as? Int)
    }
}
