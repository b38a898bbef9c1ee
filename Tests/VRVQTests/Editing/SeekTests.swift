import Testing
import VRVQ

@Suite("Editing: seeking through the chunk index")
struct SeekTests {
    /// One channel at a frame of a tenth of a second, 75 s: an index of seven points.
    static func stream(frames: Int = 750) -> VRVQStream {
        let format = StreamFormat(
            sourceRate: 8000, channels: 1, modelRate: 8000, hop: 800, stages: 4, entries: 600, framesPerChunk: 7,
            networkFingerprint: ContainerFixtures.fingerprint, modelName: "tiny")
        var random = ContainerRandom(seed: 7)
        var grid = random.grid(format, frames: frames)
        grid.sampleCount = frames * 800
        return VRVQStream(
            format: format, grids: [grid], sampleCount: grid.sampleCount, tags: [Tag(key: "a", value: "b")])
    }

    /// The chunk index section of a stream as bytes, and where it begins.
    private func index(_ bytes: [UInt8]) throws -> (section: [UInt8], offset: Int)? {
        var offset = 5
        for section in try ContainerFixtures.sections(bytes) {
            if section[0] == 2 { return (section, offset) }
            offset += section.count
        }
        return nil
    }

    /// Pairs of numbers, of which each is a distance.
    private func numbers(_ section: [UInt8]) throws -> [Int] {
        guard case .value(_, let size) = Varint.decode(section.dropFirst()[...]) else { return [] }
        var rest = section.dropFirst(1 + size).dropLast(4)
        var numbers: [Int] = []
        while case .value(let number, let length) = Varint.decode(rest), !rest.isEmpty {
            numbers.append(number)
            rest = rest.dropFirst(length)
        }
        return numbers
    }

    /// The stream with another index and a trailer that leads to it.
    private func replacing(_ bytes: [UInt8], _ numbers: [Int]) throws -> [UInt8] {
        var payload: [UInt8] = []
        for number in numbers { payload.appendVarint(number) }
        let section = Section.bytes(.chunkIndex, payload: payload)
        let stream = try VRVQStream(decoding: bytes)
        let sections = try ContainerFixtures.sections(bytes)
        let totals = StreamTotals(
            sampleCount: stream.sampleCount, frames: stream.grids[0].frames,
            chunks: sections.filter { $0[0] == 0x82 }.count)
        let trailer = Section.bytes(.trailer, payload: totals.payload(indexDistance: section.count))
        return ContainerFixtures.stream(sections.filter { ![2, 0x84].contains($0[0]) } + [section, trailer])
    }

    /// Chunks with the bytes and frames before each.
    private func chunks(_ bytes: [UInt8]) throws -> [(offset: Int, frame: Int)] {
        var reader = StreamReader()
        var (chunks, before) = ([(offset: Int, frame: Int)](), 5)
        for section in try ContainerFixtures.sections(bytes) {
            if section[0] == 0x82 { chunks.append((before, reader.statistics.frames)) }
            reader.push(bytes[before == 5 ? 0..<5 + section.count : before..<before + section.count])
            while try reader.next() != nil {}
            before += section.count
        }
        return chunks
    }

    @Test func longStreamsHaveAnIndexOfTenSecondsAndMore() throws {
        let bytes = try Self.stream().encoded()
        let found = try numbers(try #require(try index(bytes)).section)
        let chunks = try chunks(bytes)
        var (offset, frame) = (0, 0)
        for pair in stride(from: 0, to: found.count, by: 2) {
            offset += found[pair]
            frame += found[pair + 1]
            #expect(chunks.contains { $0.offset == offset && $0.frame == frame }, "\(offset) \(frame)")
            #expect(found[pair + 1] >= 100)
        }
        #expect(found.count >= 12 && frame <= 750)
        #expect(try index(try Self.stream(frames: 100).encoded()) == nil)
        #expect(try StreamInspection(bytes).faults.isEmpty)
    }

    /// With and without an index the same bytes; with one, nothing is read of what lies between front and piece.
    @Test func excerptsAreThoseOfAWholeWalk() throws {
        let bytes = try Self.stream(frames: 6000).encoded()
        let points = try points(try numbers(try #require(try index(bytes)).section))
        for round in 0..<60 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            let start = random.int(0...4_799_999)
            let range = start..<random.pick([4_800_000, .max, start + random.int(1...50_000)])
            let context = FrameContext(back: random.int(0...9), ahead: random.int(0...9))
            var first = Int.max
            let stream = StreamBytes(count: bytes.count) { part in
                // What stands before the first chunk is read whatever is wanted.
                if part.lowerBound > 200 { first = min(first, part.lowerBound) }
                return Array(bytes[part])
            }
            let excerpt = try StreamCut.excerpt(stream, samples: { _ in range }, context: { _ in context })
            let cut = try StreamCut.cut(bytes, samples: range, context: context)
            #expect(excerpt == cut, "VRVQ_SEED=\(seed) \(range)")
            // From the second point before on.
            let place = points.lastIndex { $0.frame <= start / 800 - context.back } ?? 0
            let needed = place > 0 ? points[place - 1].offset : 0
            #expect(first >= needed, "VRVQ_SEED=\(seed) \(range): \(first) of \(needed)")
        }
    }

    private func points(_ numbers: [Int]) throws -> [(offset: Int, frame: Int)] {
        var (offset, frame) = (0, 0)
        return stride(from: 0, to: numbers.count, by: 2).map {
            (offset, frame) = (offset + numbers[$0], frame + numbers[$0 + 1])
            return (offset, frame)
        }
    }

    /// Whatever one number of the index says: the piece is right, and the lie is told.
    @Test func aLyingIndexIsFoundOut() throws {
        let original = try Self.stream().encoded()
        let honest = try numbers(try #require(try index(original)).section)
        let chunks = try chunks(original)
        for round in 0..<150 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            var lie = honest
            let place = random.int(0...lie.count - 1)
            // Among others the distance to a true chunk, with the frames of another.
            let between = chunks[random.int(1...5)].offset - chunks[0].offset
            lie[place] = max(1, random.pick([lie[place] + between, lie[place] - between, random.int(1...9), 1 << 41]))
            if lie == honest { continue }
            let bytes = try replacing(original, lie)
            let start = random.int(0...599_999)
            let range = start..<start + random.int(1...50_000)
            let context = FrameContext(back: 2, ahead: 2)
            let excerpt = try StreamCut.excerpt(
                StreamBytes(bytes), samples: { _ in range }, context: { _ in context })
            #expect(excerpt == (try StreamCut.cut(original, samples: range, context: context)), "VRVQ_SEED=\(seed)")
            let inspection = try StreamInspection(bytes)
            #expect(inspection.faults.count == 1, "VRVQ_SEED=\(seed)")
            #expect(inspection.faults.first?.message.contains("chunk index") == true, "VRVQ_SEED=\(seed)")
            #expect(try VRVQStream(decoding: bytes) == Self.stream(), "VRVQ_SEED=\(seed)")
            #expect(try inspection.repaired() == original, "VRVQ_SEED=\(seed)")
        }
        let two = try replacing(original, [honest[0], honest[1], honest[2]])
        #expect(try StreamInspection(two).faults.first?.message.contains("distance in frames") == true)
        #expect(try replacing(original, honest) == original)
    }

    @Test func everyEditKeepsTheIndexRight() throws {
        let bytes = try Self.stream().encoded()
        let context = FrameContext(back: 3, ahead: 2)
        let cut = try StreamCut.cut(bytes, samples: 100_000..<500_000, context: context)
        var transcoder = StreamTranscoder(codebooks: 2)
        let transcoded = try transcoder.push(bytes)
        var damaged = bytes
        damaged[bytes.count / 2] ^= 1
        let edits = [
            cut, transcoded, try TagEditing.replacingTags(of: bytes, with: []),
            try TagEditing.replacingTags(of: cut, with: [Tag(key: "key", value: "value")]),
            try StreamInspection(damaged).repaired(), try StreamCut.cut(cut, samples: 1..<390_000, context: context),
        ]
        for (number, edit) in edits.enumerated() {
            #expect(try index(edit) != nil, "edit \(number)")
            #expect(try StreamInspection(edit).faults.isEmpty, "edit \(number)")
            for range in [0..<5000, 150_000..<151_000, 350_000..<380_000] {
                let excerpt = try StreamCut.excerpt(
                    StreamBytes(edit), samples: { _ in range }, context: { _ in context })
                #expect(excerpt == (try StreamCut.cut(edit, samples: range, context: context)), "edit \(number)")
            }
        }
        // Several segments have no count of frames in common.
        let joined = try StreamCut.joined([bytes, cut])
        #expect(try index(joined) == nil)
        #expect(try StreamInspection(joined).faults.isEmpty)
        let range = 550_000..<650_000
        #expect(
            try StreamCut.excerpt(StreamBytes(joined), samples: { _ in range }, context: { _ in context })
                == StreamCut.cut(joined, samples: range, context: context))
    }

    /// Chunks in a coding of models stored elsewhere are copied unread, with the section that names the model.
    @Test func entropyModelsAreCarriedOver() throws {
        let stream = InspectionTests.stream(frames: 8)
        let sections = try ContainerFixtures.sections(try stream.encoded())
        let model = Section.bytes(.entropyModel, payload: [1, 2, 3, 4, 5, 6, 7, 8, 0])
        let learned = Section.bytes(.chunk, payload: [4, 9, 9, 9])
        let totals = Section.bytes(.trailer, payload: StreamTotals(sampleCount: 4096, frames: 8, chunks: 2).payload())
        let bytes = ContainerFixtures.stream([sections[0], sections[1], model, learned, totals])
        let none = FrameContext(back: 0, ahead: 0)
        // Named where an encoder does it, before the first chunk.
        let whole = ContainerFixtures.stream([sections[0], model, sections[1], learned, totals])
        #expect(try StreamCut.cut(bytes, samples: 0..<4096, context: none) == whole)
        #expect(try StreamCut.cut(whole, samples: 0..<4096, context: none) == whole)
        let second = try ContainerFixtures.sections(try StreamCut.cut(bytes, samples: 2048..<4096, context: none))
        #expect(second.map(\.[0]) == [0x81, 0x85, 0x83, 0x82, 0x84] && second[1] == model && second[3] == learned)
        let first = try ContainerFixtures.sections(try StreamCut.cut(bytes, samples: 0..<2048, context: none))
        #expect(first.map(\.[0]) == [0x81, 0x82, 0x84])
        let twice = try ContainerFixtures.sections(try StreamCut.joined([bytes, bytes]))
        #expect(twice.filter { $0[0] == 0x85 } == [model])
        #expect(throws: VRVQError.self) { try StreamCut.cut(bytes, samples: 2048..<3000, context: none) }
        #expect(throws: VRVQError.self) { try StreamInspection(bytes) }
    }
}
