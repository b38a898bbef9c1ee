import Testing
import Torch

@testable import Training

@Suite(.needsTorch) struct BandSimilarityTests {
    private func loss(_ least: Double = 4.5e-4) throws -> BandSimilarity {
        var settings = SimilaritySettings()
        settings.least = least
        return try BandSimilarity(settings, sampleRate: 44100)
    }

    /// Noise whose level rises and falls several times a second.
    private func noise(_ seed: UInt64) throws -> Tensor {
        try Torch.seed(seed)
        let time = try Tensor.arange(0, 44100).to(.float32) * (1 / 44100)
        return try (Tensor.randn([1, 1, 44100]) * (time * 30).sin().exp()) * 0.05
    }

    @Test func aLevelOfItsOwnChangesNothing() throws {
        let signal = try noise(1)
        #expect(abs(try loss()(signal, signal).item()) < 1e-6)
        #expect(try loss()(signal * 0.5, signal).item() < 0.01)
    }

    @Test func otherMovementIsFarther() throws {
        let signal = try noise(1)
        let near = try loss()(signal + noise(2) * 0.05, signal).item()
        let far = try loss()(noise(3), signal).item()
        #expect(near < 0.1)
        #expect(far > 3 * near)
        #expect(far < 2)
    }

    @Test func silenceHasFiniteGradients() throws {
        for reference in [try Tensor.zeros([1, 1, 8192]), try Tensor.randn([1, 1, 8192])] {
            let estimate = try Tensor.zeros([1, 1, 8192]).requiringGrad()
            try loss(0.05)(estimate, reference).backward()
            #expect(try #require(try estimate.grad()).isfinite().all().item() == 1)
        }
    }

    @Test func bandsStandWhereTheEarsDo() {
        #expect(BandSimilarity.windowSize(sampleRate: 44100) == 4096)
        let bins = 2049, filters = BandSimilarity.filters(sampleRate: 44100, size: 4096, bands: 32)
        #expect(filters.count == bins * 32)
        // The last centre is 50 Hz, the fifth bin of 10.8 Hz at most one away.
        let last = (0..<bins).map { filters[$0 * 32 + 31] }
        #expect((4...6).contains(last.indices.max { last[$0] < last[$1] }!))
    }
}
