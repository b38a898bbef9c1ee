import Testing
import Torch

@testable import Training

@Suite(.needsTorch) struct WaveformLossTests {
    @Test func energyRatioIsBoundedAndPerItem() throws {
        let reference = try Tensor([1, -1, 0, 0] as [Double], [2, 1, 2])
        // The first item's error has a hundredth of its energy, the second is exact and silent.
        let estimate = try Tensor([1.1, -0.9, 0, 0], [2, 1, 2]).requiringGrad()
        let ratio = try WaveformLosses.energyRatio(estimate, reference, floor: 1e-7)
        #expect(abs(try ratio.item() - -1) < 1e-5)
        try ratio.backward()
        #expect(try #require(try estimate.grad()).isfinite().all().item() == 1)
    }

    @Test func silentSpectraHaveFiniteGradients() throws {
        let estimate = try Tensor.zeros([1, 1, 3000]).requiringGrad()
        let reference = try Tensor.randn([1, 1, 3000])
        let loss = try MelLoss(sampleRate: 44100)(estimate, reference) + STFTLoss()(estimate, reference)
        try loss.backward()
        #expect(try #require(try estimate.grad()).isfinite().all().item() == 1)
    }
}
