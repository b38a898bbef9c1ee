import TestSupport
import Testing
import Torch

@testable import Training

@Suite(.needsTorch) struct AveragedCodebookTests {
    @Test func entriesMoveToTheMeanOfTheirLatents() throws {
        let entries = try Tensor([0.0, 0, 10, 10], [2, 2])
        let codebook = try AveragedCodebook("c", entries: entries, decay: 0.9)
        let latents = try Tensor([1.0, 3, 3, 5], [2, 2]), codes = try Tensor([0, 0])
        try codebook.update(latents, codes)
        // Entry 0: (0.9 * 0 + 0.1 * (4, 8)) / (0.9 + 0.1 * 2); entry 1 keeps its mean while its count fades.
        let expected = [0.4 / 1.1, 0.8 / 1.1, 10, 10]
        #expect(zip(try entries.doubles(), expected).allSatisfy { abs($0 - $1) < 1e-12 })
        for _ in 0..<200 { try codebook.update(latents, codes) }
        #expect(zip(try entries.doubles(), [2.0, 4, 10, 10]).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    /// Two processes with half a batch each keep the entries of one process with all of it.
    @Test func sumsOverProcesses() throws {
        let latents = try Tensor.randn([40, 3], .float64), codes = try Tensor.randint(0..<4, [40])
        let start = try Tensor.randn([4, 3], .float64)
        let whole = try AveragedCodebook("c", entries: start.clone(), decay: 0.9)
        try whole.update(latents, codes)
        let half = try AveragedCodebook("c", entries: start.clone(), decay: 0.9)
        let other = try (hits: Tensor.zeros([4], .float64), sums: Tensor.zeros([4, 3], .float64))
        let hits = try other.hits.indexAdd(0, codes.narrow(0, 20, 20), Tensor.ones([20], .float64))
        let sums = try other.sums.indexAdd(0, codes.narrow(0, 20, 20), latents.narrow(0, 20, 20))
        try half.update(latents.narrow(0, 0, 20), codes.narrow(0, 0, 20)) { parts in
            try parts[0].add_(hits)
            try parts[1].add_(sums)
        }
        let worst = try (whole.entries - half.entries).abs().amax().item()
        #expect(worst < 1e-12)
    }

    @Test func deadEntriesStartAgain() throws {
        let entries = try Tensor([0.0, 1, 2, 3], [4, 1])
        let codebook = try AveragedCodebook("c", entries: entries, decay: 0.5)
        for _ in 0..<20 { try codebook.update(Tensor([0.0, 1, 2], [3, 1]), Tensor([0, 1, 2])) }
        let moved = try codebook.restart(below: 0.03, from: Tensor([7.0, 8], [2, 1])) { _ in 1 }
        #expect(moved == 1)
        #expect(try entries.doubles() == [0, 1, 2, 8])
        let again = try codebook.restart(below: 0.03, from: Tensor([9.0], [1, 1])) { _ in 0 }
        #expect(again == 0)
        let state = Dictionary(uniqueKeysWithValues: codebook.state.map { ($0.name, $0.tensor) })
        try AveragedCodebook("c", entries: entries.clone(), decay: 0.5).restore(state)
        #expect(throws: TorchError.self) { try codebook.restore([:]) }
    }

    @Test(arguments: propertySeeds(3)) func kMeansFindsSeparateClusters(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let corners: [[Double]] = [[0, 0], [0, 9], [9, 0], [9, 9]]
        let points = (0..<200).flatMap { index in
            corners[index % 4].map { $0 + Double.random(in: -0.5...0.5, using: &random) }
        }
        // More clusters than corners, so that every corner gets one whatever the start.
        let found = try KMeans.clusters(of: Tensor(points, [200, 2]), 24, rounds: 10) {
            Int.random(in: 0..<$0, using: &random)
        }
        let points2 = try Tensor(points, [200, 2])
        let nearest = try found.centres.indexSelect(0, KMeans.nearest(points2, found.centres))
        #expect(try (nearest - points2).abs().amax().item() < 1, "seed \(seed)")
        #expect(try found.counts.sum().item() == 200, "seed \(seed)")
    }

    @Test func kMeansWithFewerPointsThanClusters() throws {
        let found = try KMeans.clusters(of: Tensor([1.0, 5], [2, 1]), 4, rounds: 3) { _ in 0 }
        #expect(try found.centres.doubles().allSatisfy { [1, 5].contains($0) })
    }
}
