import Foundation
import Testing
import VRVQMetrics

@Suite("SI-SDR")
struct SISDRTests {
    private let eps = 1.19e-7

    @Test func handComputedValue() {
        // x = (3, 4), y = (4, 3): a = 24/25, target 25 * a^2 = 23.04, distortion (2.88 - 4)^2 + (3.84 - 3)^2 = 1.96.
        let value = scaleInvariantSDR(reference: [3, 4], estimate: [4, 3])
        #expect(abs(value - 10 * log10(23.04 / 1.96)) < 1e-6)
        #expect(abs(value - 10.7022) < 1e-4)
    }

    @Test func theMeanStays() {
        // With the mean removed (1, 1) would be silence; kept, it is a perfect estimate up to scale.
        let value = scaleInvariantSDR(reference: [1, 1], estimate: [2, 2])
        #expect(value > 60)
    }

    @Test func scaleDoesNotMatter() {
        let x: [Float] = [0.1, -0.4, 0.3, 0.9, -0.7]
        let y: [Float] = [0.2, -0.3, 0.1, 1.0, -0.6]
        let base = scaleInvariantSDR(reference: x, estimate: y)
        #expect(abs(scaleInvariantSDR(reference: x, estimate: y.map { 8 * $0 }) - base) < 1e-4)
        #expect((5.0..<20).contains(base))
    }

    @Test func silenceGivesNumbers() {
        // Both silent: a = 1, eps / eps. Silent estimate: a = eps / (1 + eps), so target and distortion vanish alike.
        #expect(scaleInvariantSDR(reference: [0, 0], estimate: [0, 0]) == 0)
        #expect(scaleInvariantSDR(reference: [], estimate: []) == 0)
        #expect(abs(scaleInvariantSDR(reference: [1, 0], estimate: [0, 0])) < 1e-6)
        // Silent reference: a = 1, target 0 + eps, distortion 1 + eps.
        let noise = scaleInvariantSDR(reference: [0, 0], estimate: [1, 0])
        #expect(abs(noise - 10 * log10(eps / (1 + eps))) < 1e-9)
        #expect(scaleInvariantSDR(reference: [.nan], estimate: [1]).isNaN)
    }
}
