import Foundation
import TestSupport
import Testing
import VRVQMetrics

@Suite struct DistortionRatiosTests {
    private func noise(_ count: Int, seed: UInt64) -> [Double] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Double(random.sample()) }
    }

    @Test func handComputedRatios() {
        // 25 over 2; with the best scale 24/25: 23.04 over 1.96.
        let (x, y) = ([3.0, 4], [4.0, 3])
        #expect(abs(DistortionRatios.signalToNoise(reference: x, estimate: y) - 10 * log10(12.5)) < 1e-6)
        #expect(abs(DistortionRatios.scaleInvariant(reference: x, estimate: y) - 10 * log10(23.04 / 1.96)) < 1e-6)
        // Without means: (-1/2, 1/2) against (1/2, -1/2), the same but for the sign.
        #expect(DistortionRatios.scaleInvariantZeroMean(reference: x, estimate: y) > 60)
    }

    @Test func equalsTheSinglePrecisionMeasure() {
        let (x, y) = (noise(500, seed: 1), noise(500, seed: 2))
        let single = scaleInvariantSDR(reference: x.map { Float($0) }, estimate: y.map { Float($0) })
        #expect(abs(DistortionRatios.scaleInvariant(reference: x, estimate: y) - single) < 1e-4)
    }

    /// A filter shorter than the one that is allowed does no harm; one that is longer does.
    @Test(arguments: propertySeeds(3))
    func filtersWithinReachAreForgiven(_ seed: UInt64) {
        let x = noise(6000, seed: seed) + [Double](repeating: 0, count: 600)
        func delayed(_ lag: Int) -> [Double] { x.indices.map { $0 >= lag ? x[$0 - lag] : 0 } }
        let near = zip(x, delayed(37)).map { 0.5 * $0 - 0.8 * $1 }
        #expect(DistortionRatios.filtered(reference: x, estimate: near) > 100, "seed \(seed)")
        #expect(DistortionRatios.filtered(reference: x, estimate: delayed(590)) < 0, "seed \(seed)")
    }

    /// Added independent noise at a tenth of the amplitude: 20 dB, plus what 64 taps explain by chance.
    @Test(arguments: propertySeeds(3))
    func noiseIsNotForgiven(_ seed: UInt64) {
        let (x, n) = (noise(20_000, seed: seed), noise(20_000, seed: seed + 1000))
        let ratio = DistortionRatios.filtered(reference: x, estimate: zip(x, n).map { $0 + 0.1 * $1 }, taps: 64)
        #expect(abs(ratio - 20) < 0.3, "\(ratio) dB, seed \(seed)")
    }

    @Test func silence() {
        let silent = [Double](repeating: 0, count: 100)
        #expect(DistortionRatios.filtered(reference: silent, estimate: noise(100, seed: 1)).isNaN)
        #expect(DistortionRatios.signalToNoise(reference: silent, estimate: silent) == 0)
        #expect(DistortionRatios.scaleInvariant(reference: silent, estimate: silent) == 0)
    }
}
