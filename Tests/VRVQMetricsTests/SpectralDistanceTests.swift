import Foundation
import TestSupport
import Testing
import VRVQMetrics

@Suite struct SpectralDistanceTests {
    private func noise(_ count: Int, seed: UInt64 = 1) -> [Double] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Double(random.sample()) }
    }

    /// A tone in the middle of a bin: half the window's sum, a quarter of it in the bins beside.
    @Test func toneInOneBin() {
        let spectrogram = Spectrogram(window: 64)
        let tone = (0..<640).map { cos(2 * .pi * 8 * Double($0) / 64) }
        let magnitudes = spectrogram.magnitudes(of: tone)
        #expect(magnitudes.count == spectrogram.frames(640) * 33 && spectrogram.frames(640) == 41)
        let frame = magnitudes[20 * 33..<21 * 33].map { $0 }
        #expect(abs(frame[8] - 16) < 1e-9 && abs(frame[7] - 8) < 1e-9 && abs(frame[9] - 8) < 1e-9)
        #expect(frame.indices.allSatisfy { (7...9).contains($0) || frame[$0] < 1e-9 })
    }

    /// An impulse in the middle of a frame has magnitude 1 at every frequency; so a band is its filter's area, 1, over
    /// the distance of the bins.
    @Test(arguments: [(20, 8192, 44100), (80, 4096, 24000)])
    func filtersHaveUnitArea(_ bands: Int, _ window: Int, _ rate: Int) {
        let spectrogram = Spectrogram(window: window)
        let impulse = (0...window).map { $0 == window / 2 ? 1.0 : 0 }
        let flat = spectrogram.magnitudes(of: impulse)[2 * spectrogram.bins..<3 * spectrogram.bins]
        #expect(flat.allSatisfy { abs($0 - 1) < 1e-9 })
        let spacing = Double(rate) / Double(window)
        let areas = MelFilters(bands: bands, window: window, sampleRate: rate).apply(flat).map { $0 * spacing }
        #expect(areas.count == bands && areas.allSatisfy { abs($0 - 1) < 0.05 }, "\(areas)")
    }

    @Test func tenfoldIsADecadeInEveryWindow() {
        // Loud enough for nothing to reach the floor.
        let (x, louder) = (noise(4000).map { $0 * 1000 }, noise(4000).map { $0 * 10_000 })
        #expect(abs(SpectralDistance.logMel(reference: x, estimate: louder, sampleRate: 44100) - 7) < 1e-9)
    }

    @Test func gainsInKnownUnits() {
        let x = noise(6000)
        let louder = x.map { 2 * $0 }
        let linear = SpectralDistance.magnitude(reference: x, estimate: louder)
        let silent = SpectralDistance.magnitude(reference: x, estimate: x.map { _ in 0 })
        #expect(abs(linear - silent) < 1e-9)
        let both = SpectralDistance.logMagnitude(reference: x, estimate: louder)
        #expect(abs(both - linear - 2 * 2 * log10(2.0)) < 1e-6)
        #expect(abs(SpectralDistance.waveform(reference: [1, -1], estimate: [0.5, 1]) - 1.25) < 1e-15)
    }

    @Test(arguments: [0, 1, 15, 100, 1024, 1025])
    func shortAndEqualSignalsHaveNoDistance(_ count: Int) {
        let x = noise(count)
        #expect(SpectralDistance.logMel(reference: x, estimate: x, sampleRate: 24000) == 0)
        #expect(SpectralDistance.magnitude(reference: x, estimate: x) == 0)
        #expect(SpectralDistance.logMagnitude(reference: x, estimate: x) == 0)
        #expect(SpectralDistance.waveform(reference: x, estimate: x) == 0)
    }
}
