import Foundation
import Testing

@testable import Training

@Suite struct LoaderTests {
    private func batches(
        _ dataset: ExcerptDataset, _ count: Int, share: DataConfiguration.Share = .init(), from step: Int = 0,
        threads: Int, prefetch: Int = 3
    ) throws -> [Batch] {
        let loader = try BatchLoader(dataset, share: share, from: step, threads: threads, prefetch: prefetch)
        return try (0..<count).map { _ in try loader.next() }
    }

    private let configuration = plain(
        excerpt: 1500, batch: 6, salience: .loudness(above: -40),
        augmentations: [
            .volume(loudness: -30 ... -10), .gain(decibels: -12...6), .partialSilence(probability: 0.3), .peakLimit,
            .phaseShift,
        ])

    /// The same bits whatever the number of threads, how far they run ahead, and what is kept in memory.
    @Test(arguments: seeds(2))
    func threadsDoNotMatter(_ seed: UInt64) throws {
        let folder = try AudioFolder()
        let groups = try folder.groups([2, 3, 4])
        var configuration = configuration
        configuration.seed = seed
        let expected = try batches(try ExcerptDataset(groups, configuration), 6, threads: 1, prefetch: 1)
        #expect(expected.map(\.step) == Array(0..<6))
        #expect(Set(expected.map(\.samples)).count == 6)
        for (threads, prefetch, cache) in [(2, 1, 0), (5, 4, 0), (3, 2, 1 << 24), (4, 8, 300_000)] {
            configuration.cacheBytes = cache
            let dataset = try ExcerptDataset(groups, configuration)
            let got = try batches(dataset, 6, threads: threads, prefetch: prefetch)
            #expect(got == expected, "seed \(seed), \(threads) threads, \(prefetch) ahead, cache of \(cache)")
            #expect(dataset.cachedBytes <= cache)
        }
    }

    /// A run that starts at step 4 sees what the uninterrupted one sees from there on.
    @Test func resumingNeedsTheStepAlone() throws {
        let folder = try AudioFolder()
        let groups = try folder.groups([2, 3])
        let whole = try batches(try ExcerptDataset(groups, configuration), 9, threads: 3)
        let rest = try batches(try ExcerptDataset(groups, configuration), 5, from: 4, threads: 2)
        #expect(rest == Array(whole[4...]))
    }

    /// Processes that share the work make the parts of the one batch.
    @Test(arguments: [2, 3])
    func processesShareTheBatch(_ processes: Int) throws {
        let folder = try AudioFolder()
        let groups = try folder.groups([2, 3])
        let whole = try batches(try ExcerptDataset(groups, configuration), 3, threads: 2)
        let parts = try (0..<processes).map {
            try batches(
                try ExcerptDataset(groups, configuration), 3, share: .init(rank: $0, processes: processes), threads: 2)
        }
        for step in 0..<3 {
            #expect(parts.flatMap { $0[step].samples } == whole[step].samples)
            #expect(parts.flatMap { $0[step].origins } == whole[step].origins)
            #expect(parts.allSatisfy { $0[step].items == 6 / processes })
        }
    }

    @Test func unevenSharesAndNonsenseAreRefused() throws {
        let folder = try AudioFolder()
        let dataset = try ExcerptDataset(try folder.groups([1]), configuration)
        for share in [(0, 4), (2, 2), (-1, 2), (0, 0)] {
            #expect(throws: DataError.self) {
                try BatchLoader(dataset, share: .init(rank: share.0, processes: share.1))
            }
        }
        #expect(throws: DataError.self) { try BatchLoader(dataset, threads: 0) }
        #expect(throws: DataError.self) { try BatchLoader(dataset, prefetch: 0) }
        var wrong = configuration
        wrong.excerpt = 0
        #expect(throws: DataError.self) { try ExcerptDataset(dataset.groups, wrong) }
        wrong = configuration
        wrong.augmentations = [.partialSilence(probability: 1.5)]
        #expect(throws: DataError.self) { try ExcerptDataset(dataset.groups, wrong) }
    }

    /// The loader does not run further ahead than it may, and ends when told while batches lie ready.
    @Test func theQueueIsBounded() throws {
        let folder = try AudioFolder()
        let (file, counter) = (folder["missing.wav"], Counter())
        let groups = [AudioGroup(name: "a", files: try folder.groups([1])[0].files + [file])]
        // Every batch opens the missing file; a fresh data set tells of it once, so count by what is made.
        let dataset = try ExcerptDataset(groups, plain(batch: 2)) { _ in counter.add() }
        let loader = try BatchLoader(dataset, threads: 2, prefetch: 2)
        Thread.sleep(forTimeInterval: 0.2)
        #expect(loader.readyBatches <= 2)
        #expect(try loader.next().step == 0)
        Thread.sleep(forTimeInterval: 0.2)
        #expect(loader.readyBatches <= 2)
        loader.stop()
        #expect(counter.value == 1)
    }

    @Test func waitingIsMeasured() throws {
        let folder = try AudioFolder()
        let loader = try BatchLoader(try ExcerptDataset(try folder.groups([2]), configuration), threads: 2)
        for _ in 0..<5 {
            _ = try loader.next()
            Thread.sleep(forTimeInterval: 0.05)
        }
        let statistics = loader.statistics
        #expect(statistics.batches == 5)
        #expect(statistics.elapsed >= 0.2 && statistics.waited <= statistics.elapsed)
        #expect((0...1).contains(statistics.waitingShare))
        loader.resetStatistics()
        #expect(loader.statistics == BatchLoader.Statistics())
    }

    @Test func originsReadWell() {
        let origin = Origin(group: "a", file: "x/y.wav", seconds: 12.0345, position: 3)
        #expect(origin.description == "x/y.wav at 12.035 s" || origin.description == "x/y.wav at 12.034 s")
    }

    private final class Counter: @unchecked Sendable {
        private let lock = NSLock()
        private var count = 0
        func add() { lock.withLock { count += 1 } }
        var value: Int { lock.withLock { count } }
    }
}
