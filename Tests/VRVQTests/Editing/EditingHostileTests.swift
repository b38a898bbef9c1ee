import Testing
import VRVQ

@Suite("Editing Hostile: damage never traps")
struct EditingHostileTests {
    private func damagedStream(_ random: inout ContainerRandom) throws -> [UInt8] {
        let stream = random.pick([
            ContainerFixtures.worked, ContainerFixtures.constantRate, InspectionTests.stream(),
        ])
        let bytes = try stream.encoded()
        guard random.oneIn(2) else { return random.damaged(bytes) }
        let sections = try ContainerFixtures.sections(bytes).map { section in
            let payload = Array(section[2...].dropLast(4))
            return Section.bytes(
                SectionType(rawValue: section[0]), payload: random.oneIn(4) ? random.damaged(payload) : payload)
        }
        return ContainerFixtures.stream(sections)
    }

    @Test func everyOperationThrowsOrGivesAValidStream() throws {
        for round in 0..<3000 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            let bytes = try damagedStream(&random)
            let isWhole = (try? VRVQStream(decoding: bytes)) != nil
            if let inspection = try? StreamInspection(bytes) {
                #expect(inspection.faults.isEmpty == isWhole, "VRVQ_SEED=\(seed)")
            } else {
                #expect(!isWhole, "VRVQ_SEED=\(seed)")
            }
            var transcoder = StreamTranscoder(codebooks: random.int(0...4))
            if let result = try? transcoder.push(bytes), (try? transcoder.finish()) != nil {
                #expect((try? VRVQStream(decoding: result)) != nil, "VRVQ_SEED=\(seed)")
            }
            if let result = try? TagEditing.replacingTags(of: bytes, with: [Tag(key: "k", value: "v")]) {
                #expect((try? VRVQStream(decoding: result)) != nil, "VRVQ_SEED=\(seed)")
            }
        }
    }

    @Test func everyTruncationIsAFault() throws {
        let bytes = try InspectionTests.stream().encoded()
        for length in 0..<bytes.count {
            let cut = Array(bytes.prefix(length))
            if let inspection = try? StreamInspection(cut) { #expect(!inspection.faults.isEmpty, "\(length) bytes") }
            #expect(throws: VRVQError.self, "\(length) bytes") { try TagEditing.tags(of: cut) }
        }
    }

    /// Every byte claims a section of nearly a megabyte: to compare each checksum byte by byte would take hours.
    @Test func aSearchThroughFalseSectionsEnds() throws {
        var writer = try StreamWriter(ContainerFixtures.worked.format)
        let patterns: [[UInt8]] = [[0x82, 0xff, 0xff, 0x3f], [0x82], [0x01, 0xf0, 0x90, 0x3f]]
        let header = writer.header()
        for pattern in patterns {
            let rubbish = (0..<(1 << 19)).map { pattern[$0 % pattern.count] }
            let start = ContinuousClock.now
            let inspection = try StreamInspection(header + rubbish)
            #expect(!inspection.faults.isEmpty)
            #expect(ContinuousClock.now - start < .seconds(60))
        }
    }
}
