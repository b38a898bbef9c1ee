import TestSupport
import Testing
import VRVQ

@Suite("Entropy: what the adaptive coding learns") struct AdaptivePartsTests {
    @Test func likelihoodsStayInsideTheirBounds() {
        for answer in [false, true] {
            var likelihood = Likelihood(128, worth: 0)
            for _ in 0..<10_000 {
                likelihood.learn(answer)
                #expect((Likelihood.least...Likelihood.one - Likelihood.least).contains(likelihood.share))
            }
            #expect(likelihood.share == (answer ? Likelihood.one - Likelihood.least : Likelihood.least))
        }
    }

    @Test func likelihoodsFindTheShare() {
        var generator = SeededGenerator(seed: 1)
        var likelihood = Likelihood(230, worth: 3)
        var sum = 0
        for round in 0..<20_000 {
            likelihood.learn(Int.random(in: 0..<10, using: &generator) < 3)
            if round >= 10_000 { sum += likelihood.share }
        }
        #expect(abs(Double(sum) / 10_000 / 65536 - 0.3) < 0.01)
    }

    /// The claim on which the bound on work rests.
    @Test func aByteStandsForFewDecisions() {
        let bits = Double(16 * 256 - RangeMeasure.logarithm(UInt32(Likelihood.one - Likelihood.least))) / 256
        #expect(Double(Likelihood.decisionsPerByte) * bits >= 8 && bits > 0.04)
    }

    @Test func weightsSumAndFind() {
        for seed in propertySeeds(50) {
            var generator = SeededGenerator(seed: seed)
            var weights = CumulativeWeights()
            var plain: [Int] = []
            for _ in 0..<Int.random(in: 1...200, using: &generator) {
                let weight = Int.random(in: 1...9, using: &generator)
                switch Int.random(in: 0..<20, using: &generator) {
                case 0:
                    weights.halve()
                    plain = plain.map { ($0 + 1) / 2 }
                case 1..<10 where !plain.isEmpty:
                    let index = plain.indices.randomElement(using: &generator)!
                    weights.add(weight, at: index)
                    plain[index] += weight
                default:
                    weights.append(weight)
                    plain.append(weight)
                }
                #expect(weights.total == plain.reduce(0, +) && weights.count == plain.count, "VRVQ_SEED=\(seed)")
            }
            var sum = 0
            for (index, weight) in plain.enumerated() {
                #expect(weights[index] == weight && weights.sum(below: index) == sum, "VRVQ_SEED=\(seed)")
                #expect(weights.index(holding: sum) == index, "VRVQ_SEED=\(seed)")
                #expect(weights.index(holding: sum + weight - 1) == index, "VRVQ_SEED=\(seed)")
                sum += weight
            }
        }
    }

    @Test(arguments: [2, 3, 30, 1024, 65536]) func historiesKnowWhatOccurred(entries: Int) {
        for seed in propertySeeds(10) {
            var generator = SeededGenerator(seed: seed)
            var history = CodeHistory(entries: entries)
            for _ in 0..<3 {
                var seen: [Int] = []
                for _ in 0..<Int.random(in: 0...300, using: &generator) {
                    let code = Int.random(in: 0..<entries, using: &generator)
                    #expect(history.isSeen(code) == seen.contains(code), "VRVQ_SEED=\(seed)")
                    history.note(code)
                    if !seen.contains(code) { seen.append(code) }
                }
                #expect(seen.indices.allSatisfy { history.code(ofIndex: $0) == seen[$0] }, "VRVQ_SEED=\(seed)")
                let unseen = (0..<history.unseen).map { history.code(at: $0) }
                #expect(Set(unseen + seen).count == entries, "VRVQ_SEED=\(seed)")
                #expect(unseen.indices.allSatisfy { history.place(of: unseen[$0]) == $0 }, "VRVQ_SEED=\(seed)")
                history.reset()
                let places = (0..<entries).map { history.place(of: $0) }
                #expect(places == Array(0..<entries) && history.weights.total == 0, "VRVQ_SEED=\(seed)")
            }
        }
    }

    @Test func totalsStayBelowTheRangeCodersBound() {
        var history = CodeHistory(entries: 65536)
        for code in 0..<20_000 { history.note(code) }
        #expect(history.seen == CodeHistory.mostSeen)
        for round in 0..<100_000 {
            history.note(round % 7)
            #expect(history.weights.total <= RangeEncoder.maximumTotal)
        }
        #expect(history.weights[0] > history.weights[8] && history.weights[8] >= 1)
    }
}
