import Testing

@testable import Training

@Suite struct NearestKeyTests {
    @Test(arguments: [
        ("", "", 0), ("abc", "abc", 0), ("abc", "", 3), ("abc", "abd", 1), ("abc", "ac", 1), ("ac", "abc", 1),
        ("ab", "ba", 1), ("kitten", "sitting", 3), ("rate", "raet", 1),
    ]) func editDistances(a: String, b: String, distance: Int) {
        #expect(editDistance(a, b) == distance)
    }

    @Test(arguments: seeds(3)) func distanceIsSymmetricAndBoundedByTheLongerText(seed: UInt64) {
        var generator = Splitmix(seed: seed)
        for _ in 0..<200 {
            let words = (0..<2).map { _ in
                String(
                    (0..<Int.random(in: 0...8, using: &generator)).map { _ in "abc".randomElement(using: &generator)! })
            }
            let distance = editDistance(words[0], words[1])
            #expect(distance == editDistance(words[1], words[0]), "seed \(seed): \(words)")
            #expect(distance <= max(words[0].count, words[1].count), "seed \(seed): \(words)")
            #expect((distance == 0) == (words[0] == words[1]), "seed \(seed): \(words)")
        }
    }

    /// One slip in any key leads back to it.
    @Test func everyKeyIsFoundFromOneSlip() {
        let paths = TrainingConfiguration.keys.map(\.path)
        for path in paths {
            let slip = String(path.dropLast()) + "_" + String(path.suffix(1))
            let found = nearestKey(to: slip, among: paths)
            #expect(found.map { editDistance($0, slip) } ?? 99 <= 1, "\(slip) gave \(found ?? "nothing")")
        }
    }
}
