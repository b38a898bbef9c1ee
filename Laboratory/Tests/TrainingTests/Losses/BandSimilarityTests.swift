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

    @Test func highBandsCanCountForMore() throws {
        var settings = SimilaritySettings()
        settings.treble = 9
        let weights = BandSimilarity.weights(settings, sampleRate: 44100)
        #expect(weights.count == 30)
        #expect(abs(weights.reduce(0, +) - 30) < 1e-9)
        // Eight of the 32 centres lie above 7 kHz, the first of them at the end that has no neighbour.
        #expect(weights.filter { $0 > 1 }.count == 7)
        #expect(abs(weights[0] - 9 * weights[29]) < 1e-9)

        // Noise of its own below 7 kHz weighs less, and the same above it more.
        let signal = try noise(1), other = try noise(2)
        let smooth = try other.avgPool1d(kernel: 13, stride: 1, padding: 6).avgPool1d(kernel: 13, stride: 1, padding: 6)
        let rough = try other - other.avgPool1d(kernel: 3, stride: 1, padding: 1)
        let low = try signal + smooth, high = try signal + rough * 2
        let plain = try loss(0.05)
        settings.least = 0.05
        let emphasised = try BandSimilarity(settings, sampleRate: 44100)
        #expect(try emphasised(low, signal).item() < plain(low, signal).item())
        #expect(try emphasised(high, signal).item() > plain(high, signal).item())
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
