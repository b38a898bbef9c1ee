import TestSupport
import Testing
import VRVQ

@Suite struct FiniteSamplesTests {
    @Test func nonFiniteSamplesAreFound() {
        for seed in propertySeeds(5) {
            var generator = SeededGenerator(seed: seed)
            for count in [1, 5, 1023, 1024, 1025, 5000] {
                var samples = generator.signal(count)
                #expect(firstNonFinite(in: samples) == nil)
                let index = Int.random(in: 0..<count, using: &generator)
                let values = [Float.nan, -.infinity, .infinity, -.nan, .signalingNaN]
                samples[index] = values.randomElement(using: &generator)!
                #expect(firstNonFinite(in: samples) == index, "VRVQ_SEED=\(seed)")
            }
        }
        #expect(firstNonFinite(in: []) == nil)
        #expect(firstNonFinite(in: [.greatestFiniteMagnitude, -.greatestFiniteMagnitude]) == nil)
    }
}
