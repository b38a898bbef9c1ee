import TestSupport
import Testing
import VRVQ

/// Damaged streams give samples or one error, through the network and all.
@Suite struct CodecHostileTests {
    /// More than this and a decode is ended: such streams claim silence of hours, which they may.
    private static let most = 1 << 21

    private enum Outcome: Equatable {
        case samples([Int])
        case error(VRVQError.Code)
        case long
    }

    private func outcome(_ codec: Codec, _ bytes: [UInt8], cuts: [Range<Int>]) -> Outcome {
        var decoder = StreamDecoder { _ in codec }
        var counts: [Int] = []
        do throws(VRVQError) {
            for cut in cuts {
                decoder.append(Array(bytes[cut]))
                while let samples = try decoder.next() {
                    counts = counts.isEmpty ? samples.map(\.count) : zip(counts, samples).map { $0 + $1.count }
                    if counts.reduce(0, +) > Self.most { return .long }
                }
            }
            _ = try decoder.finish()
            return .samples(counts)
        } catch {
            if error.message.isEmpty || error.message.contains("\n") { Issue.record("message \(error.message)") }
            return .error(error.code)
        }
    }

    /// Two channels of sound, silence in one, in both, and a short last chunk.
    private func stream(_ kind: TestModel, frames: Int) throws -> [UInt8] {
        var generator = SeededGenerator(seed: 1)
        var format = try StreamEncoder(kind.codec(), channels: 2, rate: kind.rate).format
        format.framesPerChunk = 5
        var writer = try StreamWriter(format)
        var bytes = writer.header()
        for start in stride(from: 0, to: frames, by: 5) {
            let grids = (0..<2).map { channel in
                var grid = CodeGrid(stages: format.stages, entries: format.entries)
                for frame in start..<min(frames, start + 5) {
                    let isSilent = frame % 11 == 3 * channel || (5..<10).contains(frame)
                    let depth =
                        isSilent ? 0 : format.constantDepth ?? Int.random(in: 1...kind.stages, using: &generator)
                    grid.append(
                        depth: depth,
                        codes: (0..<depth).map { _ in UInt16.random(in: 0..<UInt16(format.entries), using: &generator) }
                    )
                }
                return grid
            }
            bytes += writer.chunk(grids)
        }
        return try bytes + writer.trailer(sampleCount: frames * kind.hop - 3)
    }

    @Test(arguments: TestModel.narrow) func theStreamItselfDecodes(_ kind: TestModel) throws {
        let bytes = try stream(kind, frames: 23)
        let count = 23 * kind.hop - 3
        #expect(outcome(try kind.codec(), bytes, cuts: [0..<bytes.count]) == .samples([count, count]))
    }

    @Test(arguments: TestModel.narrow) func everyTruncationIsAnError(_ kind: TestModel) throws {
        let codec = try kind.codec()
        let bytes = try stream(kind, frames: 12)
        for length in 0..<bytes.count {
            #expect(outcome(codec, bytes, cuts: [0..<length]) == .error(.truncated), "\(length) bytes")
        }
    }

    /// Without repaired checksums nearly all end there; with repaired ones the fields themselves are tried.
    @Test(.timeLimit(.minutes(10)), arguments: [TestModel.tiny, .odd], [false, true])
    func mutationsDecodeOrThrow(_ kind: TestModel, repairingChecksums: Bool) throws {
        let codec = try kind.codec()
        let bytes = try stream(kind, frames: 12)
        var decoded = 0
        for seed in propertySeeds(2500) {
            var random = ContainerRandom(seed: seed)
            let damaged = try mutated(bytes, repairingChecksums, &random)
            let whole = outcome(codec, damaged, cuts: [0..<damaged.count])
            if case .samples = whole { decoded += 1 }
            guard seed % 5 == 0 else { continue }
            var generator = SeededGenerator(seed: seed)
            let pieces = outcome(codec, damaged, cuts: generator.cuts(damaged.count))
            #expect(pieces == whole, "VRVQ_SEED=\(seed)")
        }
        #expect(repairingChecksums ? decoded > 50 : decoded < 10)
    }

    private func mutated(_ bytes: [UInt8], _ repairing: Bool, _ random: inout ContainerRandom) throws -> [UInt8] {
        guard repairing else { return random.damaged(bytes) }
        var sections = try ContainerFixtures.sections(bytes)
        for index in sections.indices where random.oneIn(4) {
            let payload = random.damaged(Array(sections[index][2...].dropLast(4)))
            sections[index] = Section.bytes(SectionType(rawValue: sections[index][0]), payload: payload)
        }
        return ContainerFixtures.stream(sections)
    }

    /// A damaged chunk is told by number and time.
    @Test func aCorruptedChunk() throws {
        let codec = try TestModel.micro.codec()
        var bytes = try codec.encode([[Float](repeating: 0.1, count: 5000)])
        bytes[bytes.count - 20] ^= 1
        let error = #expect(throws: VRVQError.self) { try codec.decode(bytes) }
        #expect(error?.code == .malformed)
        #expect(error?.message == "chunk 0 (0.000 s to about 0.998 s) is damaged: its checksum is wrong")
    }
}
