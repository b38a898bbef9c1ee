import Testing
import VRVQ

@Suite("Editing Hostile: damage never traps")
struct EditingHostileTests {
    private func damagedStream(_ random: inout ContainerRandom) throws -> [UInt8] {
        let stream = random.pick([
            ContainerFixtures.worked, ContainerFixtures.constantRate, InspectionTests.stream(),
            SeekTests.stream(frames: 110),
        ])
        var bytes = try stream.encoded()
        if random.oneIn(3) {
            bytes = try PacketStream(bytes, over: PacketLoss(rate: random.pick([0, 0.3]), seed: random.next())).bytes
            return random.oneIn(2) ? bytes : random.damaged(bytes)
        }
        if random.oneIn(2) {
            let context = FrameContext(back: 2, ahead: 2)
            let piece = try StreamCut.cut(bytes, samples: 500..<1100, context: context)
            bytes = try StreamCut.joined(random.oneIn(2) ? [piece, bytes, piece] : [piece])
        }
        guard random.oneIn(2) else { return random.damaged(bytes) }
        let sections = try ContainerFixtures.sections(bytes).map { section in
            let payload = Array(section[2...].dropLast(4))
            return Section.bytes(
                SectionType(rawValue: section[0]), payload: random.oneIn(4) ? random.damaged(payload) : payload)
        }
        return ContainerFixtures.stream(sections)
    }

    private func isValid(_ bytes: [UInt8]) -> Bool { (try? ContainerFixtures.events([bytes[...]])) != nil }

    @Test func everyOperationThrowsOrGivesAValidStream() throws {
        for round in 0..<3000 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            let bytes = try damagedStream(&random)
            let isWhole = (try? ContainerFixtures.events([bytes[...]])) != nil
            if let inspection = try? StreamInspection(bytes) {
                // A lie of an index or a position hurts no reader that goes front to back.
                let lies = inspection.faults.allSatisfy { fault in
                    fault.frames.isEmpty && ["index", "position"].contains { fault.message.contains($0) }
                }
                #expect(isWhole ? lies : !inspection.faults.isEmpty, "VRVQ_SEED=\(seed)")
                if let repaired = try? inspection.repaired() {
                    #expect(isValid(repaired), "VRVQ_SEED=\(seed)")
                    #expect(!isWhole || !lies || inspection.frames == inspection.totals?.frames, "VRVQ_SEED=\(seed)")
                }
            } else {
                #expect(!isWhole, "VRVQ_SEED=\(seed)")
            }
            var transcoder = StreamTranscoder(codebooks: random.int(0...4))
            if let result = try? transcoder.push(bytes), (try? transcoder.finish()) != nil {
                #expect((try? ContainerFixtures.events([result[...]])) != nil, "VRVQ_SEED=\(seed)")
            }
            let start = random.int(0...20000)
            _ = try? StreamCut.excerpt(
                StreamBytes(bytes), samples: { _ in start..<start + 30000 },
                context: { _ in FrameContext(back: 3, ahead: 3) })
            if let cut = try? StreamCut.cut(
                bytes, samples: start..<start + random.int(1...30000),
                context: FrameContext(back: random.int(0...9), ahead: random.int(0...9)))
            {
                // Whole chunks are copied unread, right checksum and wrong codes included.
                #expect(!isWhole || isValid(cut), "VRVQ_SEED=\(seed)")
                if let joined = try? StreamCut.joined([cut, bytes, cut]) {
                    #expect(!isWhole || isValid(joined), "VRVQ_SEED=\(seed)")
                }
            }
            if let packets = try? PacketStream(bytes, over: PacketLoss(rate: 0)) {
                #expect(isWhole && isValid(packets.bytes), "VRVQ_SEED=\(seed)")
            }
            if let result = try? TagEditing.replacingTags(of: bytes, with: [Tag(key: "k", value: "v")]) {
                #expect((try? ContainerFixtures.events([result[...]])) != nil, "VRVQ_SEED=\(seed)")
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

    /// A segment without frames that claims hours of sound, and others whose numbers do not fit.
    @Test func segmentsThatLie() throws {
        var writer = try StreamWriter(InspectionTests.stream().format)
        let front = writer.header()
        for (payload, words) in [
            ([0, 0, 1, 0, 0, 0], "cannot give"), ([1, 0, 0, 0, 0, 0], "flags"), ([0, 0, 0, 0, 0, 1], "stereo"),
            ([0, 0, 0, 0, 0x81, 0x08, 0], "look-ahead"), ([0, 0, 0, 0, 0, 0, 0], "more than"),
            ([0, 5, 0, 0, 0, 0], "cannot give"), ([0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0], "first frame"),
        ] as [([UInt8], String)] {
            let totals = StreamTotals(sampleCount: 512, frames: 0, chunks: 0)
            let bytes =
                front + Section.bytes(.segment, payload: payload) + Section.bytes(.trailer, payload: totals.payload())
            let error = #expect(throws: VRVQError.self) { try ContainerFixtures.events([bytes[...]]) }
            #expect(error?.message.contains(words) == true, "\(payload): \(error?.message ?? "")")
            #expect(throws: VRVQError.self) { try StreamCut.joined([bytes]) }
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
