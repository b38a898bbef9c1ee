import Testing

@testable import Training

@Suite struct KeyedRandomTests {
    /// The sequence is part of what makes runs repeatable: it may change only with a note to users.
    @Test func theSequenceStays() {
        var random = KeyedRandom(1, 2, 3)
        #expect((0..<3).map { _ in random.next() } == [0x46466ca7ac18daae, 0xaa6388b6dbfe5cb4, 0x1adf64050c7991e1])
        random = KeyedRandom(1, 2, 3)
        #expect(random.uniform() == 0.2745120915752496 && random.below(1000) == 665)
        random = KeyedRandom(5)
        #expect(random.permutation(6) == [0, 1, 2, 3, 5, 4])
    }

    @Test func everyPartOfTheKeyCounts() {
        let others = [[1, 2, 4], [1, 3, 2], [3, 2, 1], [1, 2], [0, 1, 2, 3]].map { key in
            var other = KeyedRandom(key.map { UInt64($0) })
            return other.next()
        }
        var first = KeyedRandom(1, 2, 3)
        #expect(Set(others + [first.next()]).count == 6)
    }

    @Test func uniformFillsTheRange() {
        var random = KeyedRandom(7)
        let values = (0..<20000).map { _ in random.uniform(-2...4) }
        #expect(values.allSatisfy { (-2..<4).contains($0) })
        #expect(abs(values.reduce(0, +) / 20000 - 1) < 0.05)
        #expect(values.min()! < -1.99 && values.max()! > 3.99)
        #expect(random.uniform(3...3) == 3)
    }

    @Test func normalsAreNormal() {
        var random = KeyedRandom(12)
        let values = (0..<20000).map { _ in random.normal() }
        // Moments 0, 1, 0, 3, each within five standard deviations of its mean.
        for (power, moment, bound) in [(1, 0.0, 0.036), (2, 1, 0.05), (3, 0, 0.14), (4, 3, 0.35)] {
            let mean =
                values.reduce(0) { sum, x in sum + (0..<power).reduce(1.0) { product, _ in product * x } } / 20000
            #expect(abs(mean - moment) < bound, "moment \(power): \(mean)")
        }
    }

    @Test func belowIsEven() {
        var random = KeyedRandom(8)
        var counts = [Int](repeating: 0, count: 7)
        for _ in 0..<70_000 { counts[random.below(7)] += 1 }
        #expect(counts.allSatisfy { (9600...10_400).contains($0) }, "\(counts)")
    }

    @Test(arguments: [0, 1, 2, 50])
    func permutationsHoldEverything(_ count: Int) {
        var random = KeyedRandom(9, count)
        let order = random.permutation(count)
        #expect(order.sorted() == Array(0..<count))
        #expect(count < 50 || order != Array(0..<count))
    }
}
