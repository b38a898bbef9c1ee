import Testing
import VRVQ

@Suite("Container: what is written is read")
struct ContainerRoundTripTests {
    @Test func randomStreamsRoundTripInAnyPieces() throws {
        for round in 0..<150 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            let stream = random.stream()
            let bytes = try stream.encoded()
            #expect(try VRVQStream(decoding: bytes) == stream, "VRVQ_SEED=\(seed)")
            let whole = try ContainerFixtures.events([bytes[...]])
            let pieces = split(bytes, &random)
            #expect(try ContainerFixtures.events(pieces) == whole, "VRVQ_SEED=\(seed)")
        }
    }

    /// Pieces of random lengths, some empty; single bytes for small streams.
    private func split(_ bytes: [UInt8], _ random: inout ContainerRandom) -> [ArraySlice<UInt8>] {
        let longest = random.pick([bytes.count < 2000 ? 1 : 50, 10, 1000, max(1, bytes.count)])
        var pieces: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            pieces.append(rest.prefix(random.int(min(1, longest - 1)...longest)))
            rest = rest.dropFirst(pieces.last!.count)
        }
        return pieces
    }

    @Test func eventsTellWhereFramesAre() throws {
        let stream = ContainerFixtures.worked
        let events = try ContainerFixtures.events([try stream.encoded()[...]])
        let starts = events.compactMap { event in if case .chunk(_, let first) = event { first } else { nil } }
        #expect(events.count == 6 && events[0] == .format(stream.format) && events[1] == .tags(stream.tags))
        #expect(starts == [0, 4, 12])
        #expect(events.last == .end(StreamTotals(sampleCount: 6244, frames: 13, chunks: 3)))
    }

    @Test func writerAndReaderCountTheSameBytes() throws {
        let stream = ContainerFixtures.worked
        var writer = try StreamWriter(stream.format)
        var bytes = writer.header() + (try writer.tags(stream.tags))
        for start in stride(from: 0, to: 13, by: 4) {
            bytes += writer.chunk(stream.grids, frames: start..<min(start + 4, 13))
        }
        bytes += try writer.trailer(sampleCount: stream.sampleCount)
        var reader = StreamReader()
        reader.push(bytes)
        while try reader.next() != nil {}
        #expect(reader.statistics == writer.statistics)
        #expect(reader.statistics.totalBytes == bytes.count)
        #expect(reader.statistics.depthBits == 5 * 3 && reader.statistics.codeBits == 16 * 10)
        #expect(reader.statistics.silenceRunFrames == 8 && reader.statistics.frames == 13)
    }

    @Test func flushWritesSilenceAtOnce() throws {
        let stream = ContainerFixtures.worked
        var writer = try StreamWriter(stream.format)
        _ = writer.header()
        #expect(writer.chunk(stream.grids, frames: 4..<8).isEmpty)
        #expect(!writer.flush().isEmpty)
        #expect(writer.flush().isEmpty)
    }

    @Test func lastTagsReplaceThoseBefore() throws {
        var writer = try StreamWriter(ContainerFixtures.worked.format)
        var bytes = writer.header()
        bytes += try writer.tags([Tag(key: "a", value: "1"), Tag(key: "b", value: "2")])
        bytes += try writer.tags([Tag(key: "a", value: "3")])
        bytes += try writer.trailer(sampleCount: 0)
        #expect(try VRVQStream(decoding: bytes).tags == [Tag(key: "a", value: "3")])
    }

    @Test func unknownHarmlessSectionsAreSkipped() throws {
        let stream = ContainerFixtures.worked
        let sections = try ContainerFixtures.sections(try stream.encoded())
        let unknown = Section.bytes(SectionType(rawValue: 0x7f), payload: [1, 2, 3])
        let position = Section.bytes(.position, payload: [])
        let bytes = ContainerFixtures.stream([sections[0], unknown] + sections[1...3] + [position] + sections[4...])
        #expect(try VRVQStream(decoding: bytes) == stream)
    }

    @Test func aTrailerMayPointToAnIndex() throws {
        let stream = ContainerFixtures.worked
        let sections = try ContainerFixtures.sections(try stream.encoded())
        let index = Section.bytes(.chunkIndex, payload: [9, 9])
        let totals = StreamTotals(sampleCount: 6244, frames: 13, chunks: 3)
        let trailer = Section.bytes(.trailer, payload: totals.payload(indexDistance: index.count))
        let bytes = ContainerFixtures.stream(sections.dropLast() + [index, trailer])
        #expect(try VRVQStream(decoding: bytes) == stream)
        #expect(Int(bytes[bytes.count - 5]) == trailer.count)
    }
}
