import Foundation
import Testing
import VRVQAudio
import VRVQMetrics

@testable import Training

@Suite struct DatasetTests {
    /// Groups in turn, files of a group in a shuffled order, each once a round.
    @Test(arguments: seeds(3))
    func groupsAndFilesTakeTurns(_ seed: UInt64) throws {
        let folder = try AudioFolder()
        let groups = try folder.groups([1, 3, 5], seconds: 0.3)
        let dataset = try ExcerptDataset(groups, plain(excerpt: 100, batch: 3, seed: seed))
        var files: [String: [String]] = [:]
        for step in 0..<15 {
            for position in 0..<3 {
                let origin = try dataset.item(step: step, position: position).origin
                #expect(origin.group == groups[position].name)
                #expect(origin.position == position)
                files[origin.group, default: []].append(origin.file)
            }
        }
        for group in groups {
            for round in 0..<15 / group.files.count {
                let part = files[group.name]![round * group.files.count..<(round + 1) * group.files.count]
                #expect(part.sorted() == group.files.sorted(), "seed \(seed)")
            }
        }
    }

    @Test func theOrderDependsOnTheSeed() throws {
        let folder = try AudioFolder()
        let groups = try folder.groups([8], seconds: 0.3)
        let orders = try (1...6).map { seed in
            let dataset = try ExcerptDataset(groups, plain(excerpt: 100, batch: 8, seed: UInt64(seed)))
            return try (0..<8).map { try dataset.item(step: 0, position: $0).origin.file }
        }
        #expect(Set(orders).count == 6)
    }

    /// What decides about the batches changes the fingerprint; where the files lie does not.
    @Test func fingerprintsTellDataApart() throws {
        func fingerprint(_ groups: [AudioGroup], _ change: (inout DataConfiguration) -> Void = { _ in }) throws
            -> UInt64
        {
            var configuration = plain()
            change(&configuration)
            return try ExcerptDataset(groups, configuration).fingerprint
        }
        let groups = [AudioGroup(name: "a", files: ["x/1.wav", "x/2.wav"]), AudioGroup(name: "b", files: ["3.wav"])]
        let moved = [AudioGroup(name: "a", files: ["/y/1.wav", "/y/2.wav"]), AudioGroup(name: "b", files: ["/3.wav"])]
        let regrouped = [AudioGroup(name: "a", files: ["1.wav"]), AudioGroup(name: "b", files: ["2.wav", "3.wav"])]
        let base = try fingerprint(groups)
        #expect(try fingerprint(moved) == base)
        let others = [
            try fingerprint(regrouped), try fingerprint(groups.reversed()), try fingerprint(groups) { $0.seed = 2 },
            try fingerprint(groups) { $0.batch = 5 }, try fingerprint(groups) { $0.augmentations = [.peakLimit] },
            try fingerprint(groups) { $0.cacheBytes = 1 << 20 },
        ]
        #expect(Set(others + [base]).count == 7)
    }

    /// The excerpt is what the file holds at the offset that its origin says.
    @Test(arguments: seeds(3), [0, 1 << 24])
    func excerptsAreStretchesOfTheFile(_ seed: UInt64, _ cacheBytes: Int) throws {
        let folder = try AudioFolder()
        let left = SyntheticAudio(seed: seed, sampleRate: 16000).samples(40_000)
        let right = SyntheticAudio(seed: seed + 99, sampleRate: 16000).samples(40_000)
        let file = try folder.audio("stereo.wav", [left, right])
        let dataset = try ExcerptDataset(
            [AudioGroup(name: "a", files: [file])], plain(seed: seed, cacheBytes: cacheBytes))
        var offsets: Set<Int> = []
        for step in 0..<10 {
            let excerpt = try dataset.item(step: step, position: 2)
            let offset = Int((excerpt.origin.seconds * 16000).rounded())
            let expected = (offset..<offset + 2000).map { (left[$0] + right[$0]) * 0.5 }
            #expect(excerpt.samples == expected, "seed \(seed), offset \(offset)")
            offsets.insert(offset)
        }
        #expect(offsets.count > 8)
        #expect(dataset.cachedBytes == (cacheBytes == 0 ? 0 : 320_000))
    }

    @Test func otherRatesAreResampledAndShortFilesFilledUp() throws {
        let folder = try AudioFolder()
        let tone = (0..<4410).map { Float(0.5 * sin(2 * .pi * 300 * Double($0) / 44100)) }
        let file = try folder.audio("short.wav", [tone], rate: 44100)
        let dataset = try ExcerptDataset([AudioGroup(name: "a", files: [file])], plain())
        let excerpt = try dataset.item(step: 0, position: 0)
        #expect(excerpt.samples.count == 2000 && excerpt.origin.seconds == 0)
        #expect(excerpt.samples[1600...].allSatisfy { $0 == 0 })
        let worst = (100..<1500).reduce(0.0) { worst, index in
            max(worst, abs(Double(excerpt.samples[index]) - 0.5 * sin(2 * .pi * 300 * Double(index) / 16000)))
        }
        #expect(worst < 1e-3)
    }

    /// Nine tenths of the file are silent; eight tries find the rest more often than not, and far more than one would.
    @Test(arguments: [Salience.loudness(above: -40), .level(above: -45)])
    func salientExcerptsArePreferred(_ salience: Salience) throws {
        let folder = try AudioFolder()
        let sound = (0..<4000).map { Float(0.3 * sin(Double($0))) }
        let file = try folder.audio("pause.wav", [[Float](repeating: 0, count: 36_000) + sound])
        func heard(_ salience: Salience) throws -> Int {
            let dataset = try ExcerptDataset(
                [AudioGroup(name: "a", files: [file])], plain(excerpt: 400, batch: 1, salience: salience))
            return try (0..<100).count { step in
                try dataset.item(step: step, position: 0).samples.contains { $0 != 0 }
            }
        }
        let (all, salient) = (try heard(.any), try heard(salience))
        #expect(all < 25 && salient > 40, "\(all) and \(salient) of 100")
    }

    @Test func theLastTryIsTakenWhateverItHolds() throws {
        let folder = try AudioFolder()
        let file = try folder.audio("silence.wav", [[Float](repeating: 0, count: 9000)])
        let dataset = try ExcerptDataset(
            [AudioGroup(name: "a", files: [file])], plain(salience: .loudness(above: -40)))
        #expect(try dataset.item(step: 0, position: 0).samples.allSatisfy { $0 == 0 })
        #expect(dataset.broken.isEmpty)
    }

    @Test func aFileOfWhichMuchIsMissingGivesWhatItHas() throws {
        let folder = try AudioFolder()
        let sound = SyntheticAudio(seed: 4, sampleRate: 16000).samples(32_000)
        let path = try folder.audio("cut.flac", [sound], encoding: .pcm16)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: path))
        let dataset = try ExcerptDataset([AudioGroup(name: "a", files: [path])], plain(batch: 1))
        for step in 0..<10 {
            let excerpt = try dataset.item(step: step, position: 0)
            #expect(excerpt.origin.seconds < 1.3)
            #expect(excerpt.samples.contains { $0 != 0 })
        }
    }
}

@Suite struct BrokenFileTests {
    private func broken(in folder: AudioFolder) throws -> [String] {
        [
            try folder.file("text.wav", "no audio at all"), try folder.file("empty.flac", ""), folder["missing.wav"],
            try folder.audio("nothing.wav", [[]]), try folder.audio("nan.wav", [[Float](repeating: .nan, count: 5000)]),
            try folder.audio("slow.wav", [[0.1, 0.2, 0.3]], rate: 100), try folder.pipe("pipe.wav"),
        ]
    }

    @Test func theyAreNamedCountedAndReplaced() throws {
        let folder = try AudioFolder()
        let broken = try broken(in: folder)
        let good = try ["1.wav", "2.wav"].map { try folder.audio($0, [[Float](repeating: 0.5, count: 4000)]) }
        let reports = Reports()
        let dataset = try ExcerptDataset(
            [AudioGroup(name: "a", files: broken + good)], plain(batch: 8, augmentations: [.peakLimit])
        ) { reports.add($0) }
        for step in 0..<3 {
            for position in 0..<8 {
                let item = try dataset.item(step: step, position: position)
                #expect(good.contains(item.origin.file))
                #expect(item.samples.contains { $0 != 0 })
            }
        }
        #expect(dataset.broken.map(\.path) == broken.sorted())
        #expect(reports.all.map(\.path).sorted() == broken.sorted())
        for file in dataset.broken { #expect(file.reason.contains(file.path), "\(file.reason)") }
    }

    /// Which file comes in place of another does not depend on what was found out before.
    @Test func replacementDoesNotDependOnHistory() throws {
        let folder = try AudioFolder()
        let files = try broken(in: folder) + folder.groups([3])[0].files
        let group = AudioGroup(name: "a", files: files)
        let whole = try ExcerptDataset([group], plain(batch: 9, salience: .loudness(above: -40)))
        let all = try (0..<18).map { try whole.item(step: $0 / 9, position: $0 % 9) }
        for index in [17, 11, 4] {
            let fresh = try ExcerptDataset([group], plain(batch: 9, salience: .loudness(above: -40)))
            #expect(try fresh.item(step: index / 9, position: index % 9) == all[index])
        }
    }

    @Test func aGroupWithoutUsableFileIsAnError() throws {
        let folder = try AudioFolder()
        let good = try folder.groups([2])[0]
        let dataset = try ExcerptDataset(
            [good, AudioGroup(name: "dead", files: try broken(in: folder))], plain(batch: 2))
        _ = try dataset.item(step: 0, position: 0)
        let error = #expect(throws: DataError.self) { try dataset.item(step: 0, position: 1) }
        #expect(error?.description.contains("group dead: none of its 7 files") == true)
        let loader = try BatchLoader(dataset)
        #expect(throws: DataError.self) { try loader.next() }
        #expect(throws: DataError.self) { try loader.next() }
        #expect(throws: DataError.self) { try ExcerptDataset([AudioGroup(name: "none", files: [])], plain()) }
        #expect(throws: DataError.self) { try ExcerptDataset([], plain()) }
    }

    private final class Reports: @unchecked Sendable {
        private let lock = NSLock()
        private var files: [BrokenFile] = []
        func add(_ file: BrokenFile) { lock.withLock { files.append(file) } }
        var all: [BrokenFile] { lock.withLock { files } }
    }
}
