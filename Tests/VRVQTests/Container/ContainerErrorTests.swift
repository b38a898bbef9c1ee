import Testing
import VRVQ

/// Every way in which a stream can be wrong, with the kind of error and the words that a person needs.
@Suite("Container: each fault has its error")
struct ContainerErrorTests {
    private let sections: [[UInt8]]
    private let bytes: [UInt8]

    init() throws {
        bytes = try ContainerFixtures.worked.encoded(entropy: .packed)
        sections = try ContainerFixtures.sections(bytes)
    }

    private func expect(
        _ code: VRVQError.Code, _ words: String..., of bytes: [UInt8], at location: SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: VRVQError.self, sourceLocation: location) { try VRVQStream(decoding: bytes) }
        #expect(error?.code == code, "\(error?.description ?? "")", sourceLocation: location)
        for word in words {
            #expect(error?.message.contains(word) == true, "\(error?.message ?? "")", sourceLocation: location)
        }
    }

    /// The worked stream with its first chunk's payload replaced.
    private func withChunk(_ hex: String) -> [UInt8] {
        ContainerFixtures.stream(sections[...1] + [Section.bytes(.chunk, payload: [UInt8](hex: hex))] + sections[3...])
    }

    /// The worked stream with a byte of its header's payload replaced or with more behind it.
    private func withHeader(_ place: Int, _ byte: UInt8, more: [UInt8] = []) -> [UInt8] {
        var payload = Array(sections[0][2...].dropLast(4))
        payload[place] = byte
        return ContainerFixtures.stream([Section.bytes(.header, payload: payload + more)] + sections[1...])
    }

    private func withInfiniteScale() -> [UInt8] {
        var payload = Array(sections[0][2...].dropLast(4))
        payload.replaceSubrange(23..<27, with: [0, 0, 0x80, 0x7f])
        return ContainerFixtures.stream([Section.bytes(.header, payload: payload)] + sections[1...])
    }

    private func with(_ type: UInt8, _ payload: [UInt8]) -> [UInt8] {
        let section = Section.bytes(SectionType(rawValue: type), payload: payload)
        return ContainerFixtures.stream([sections[0], section] + sections[1...])
    }

    @Test func foreignAndEmpty() {
        expect(.malformed, "not a VRVQ stream", of: Array("RIFF....WAVE".utf8))
        expect(.malformed, "not a VRVQ stream", of: [0x56, 0x58])
        expect(.truncated, "empty", of: [])
        expect(.truncated, "inside its header", of: [0x56, 0x52])
    }

    @Test func versions() {
        expect(.unsupported, "version 2", "reads version 1", of: ContainerFixtures.stream(sections, version: 2))
        expect(.malformed, "version 0", of: ContainerFixtures.stream(sections, version: 0))
    }

    @Test func cutOff() {
        let noTrailer = ContainerFixtures.stream(Array(sections.dropLast()))
        expect(.truncated, "after 3 chunks (0.150 s)", "trailer", of: noTrailer)
    }

    @Test func orderOfSections() {
        expect(.malformed, "header has to be", of: ContainerFixtures.stream(Array(sections.dropFirst())))
        expect(.malformed, "second header", of: ContainerFixtures.stream([sections[0]] + sections))
        expect(.malformed, "trailing bytes", of: bytes + [0])
        expect(.malformed, "trailing bytes", of: bytes + bytes)
    }

    @Test func checksums() throws {
        for (index, name) in [(0, "header"), (1, "tags"), (2, "chunk 0 (0.000 s to about 0.046 s)"), (5, "trailer")] {
            var damaged = sections
            damaged[index][2] ^= 0x10
            expect(.malformed, name, "checksum", of: ContainerFixtures.stream(damaged))
        }
    }

    @Test func sectionsOfLaterFormats() {
        expect(.unsupported, "unknown section 0x90", of: with(0x90, []))
        expect(.unsupported, "unknown section 0x86", of: with(0x86, []))
    }

    @Test func entropyModelSections() {
        let fingerprint: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
        expect(.malformed, "entropy model section", "fingerprint", of: with(0x85, []))
        expect(.malformed, "name", of: with(0x85, fingerprint))
        expect(.limitExceeded, "name", of: with(0x85, fingerprint + [33] + [UInt8](repeating: 0x61, count: 33)))
        expect(.malformed, "more than its fields", of: with(0x85, fingerprint + [0, 0]))
    }

    @Test func lengths() {
        let giant = ContainerFixtures.stream([sections[0], [0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]])
        expect(.limitExceeded, "length", of: giant)
        let overMegabyte = ContainerFixtures.stream([sections[0], [0x01, 0x81, 0x80, 0x40]])
        expect(.limitExceeded, "1048577", of: overMegabyte)
        let overlong = ContainerFixtures.stream([sections[0], [0x82, 0x80, 0x00]])
        expect(.malformed, "shortest form", of: overlong)
        let endless = ContainerFixtures.stream([sections[0], [0x82] + [UInt8](repeating: 0x80, count: 20)])
        expect(.malformed, "shortest form", of: endless)
    }

    @Test func headerFields() {
        expect(.unsupported, "flags", of: withHeader(0, 0x06))
        expect(.malformed, "channel count", of: withHeader(4, 0))
        expect(.limitExceeded, "channel count", of: withHeader(4, 65))
        expect(.unsupported, "stereo mode 3", of: withHeader(5, 3))
        expect(.malformed, "stereo mode 1 (mid-side)", of: withHeader(5, 1))
        expect(.malformed, "stereo mode 2 (equal)", of: withHeader(5, 2))
        expect(.malformed, "stage count", of: withHeader(11, 0))
        expect(.limitExceeded, "stage count", of: withHeader(11, 65))
        expect(.malformed, "frames per chunk", of: withHeader(14, 0))
        expect(.malformed, "scale", of: withHeader(26, 0xc1))
        expect(.malformed, "scale", of: withInfiniteScale())
        expect(.malformed, "control", of: withHeader(28, 0x1b))
        expect(.malformed, "UTF-8", of: withHeader(28, 0xff))
        expect(.malformed, "more than its fields", of: withHeader(0, 2, more: [0]))
    }

    @Test func headerBeyondTheLimits() {
        let huge: [UInt8] = [0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]
        let payload = Array(sections[0][2...].dropLast(4))
        let rate = Section.bytes(.header, payload: payload[..<1] + huge + payload[4...])
        expect(.limitExceeded, "source rate", of: ContainerFixtures.stream([rate]))
        let name = Section.bytes(.header, payload: payload.dropLast(6) + [33] + [UInt8](repeating: 0x61, count: 33))
        expect(.limitExceeded, "model name", of: ContainerFixtures.stream([name]))
    }

    @Test func formatsThatCannotBeWritten() {
        var format = ContainerFixtures.worked.format
        format.framesPerChunk = 1 << 16
        format.channels = 64
        let error = #expect(throws: VRVQError.self) { try StreamWriter(format) }
        #expect(error?.code == .limitExceeded)
        format = ContainerFixtures.worked.format
        format.constantDepth = 9
        #expect(throws: VRVQError.self) { try StreamWriter(format) }
        format.constantDepth = nil
        format.scale = .nan
        #expect(throws: VRVQError.self) { try StreamWriter(format) }
    }

    @Test func chunkPayloads() {
        expect(.malformed, "chunk 0", "before coding", of: withChunk(""))
        expect(.malformed, "chunk 0", "names none", of: withChunk("0400"))
        expect(.unsupported, "chunk 0", "coding 5", of: withChunk("0500"))
        expect(.unsupported, "coding 127", of: withChunk("ff00"))
        expect(.malformed, "cannot hold 4 frames", of: withChunk("00002aff"))
        // Full depth in the first frame, and then nothing.
        expect(.malformed, "inside its frame 0", of: withChunk("00e0000000000000"))
        expect(.malformed, "more than its frames need", of: withChunk("800122ad5400"))
        expect(.malformed, "last byte are not zero", of: withChunk("800122ad55"))
        expect(.malformed, "0 frames", of: withChunk("800022ad54"))
        expect(.malformed, "4 frames written out", of: withChunk("8004002affc00800802017190c84b1907d258af320"))
        // Coding 2 has four bits for depths 0 to 8: nine is beyond.
        expect(.malformed, "depth field 9", of: withChunk("82019000"))
        expect(.malformed, "frame count", of: withChunk("0100"))
        expect(.malformed, "flag", of: withChunk("8101"))
        expect(.limitExceeded, "frame count", of: withChunk("0181808008"))
        expect(.malformed, "trailer", "frames", of: withChunk("0105"))
    }

    @Test func codeBeyondItsCodebook() throws {
        let sections = try ContainerFixtures.sections(try ContainerFixtures.constantRate.encoded())
        // One bit of depth, then code 1000 of a codebook of 1000.
        let chunk = Section.bytes(.chunk, payload: [0x82, 1, 0b1111_1101, 0b0000_0000, 0, 0, 0, 0])
        expect(.malformed, "code 1000", of: ContainerFixtures.stream([sections[0], chunk, sections[2]]))
    }

    @Test func silenceHasABound() {
        let longest = Section.bytes(.chunk, payload: [1, 0x80, 0x80, 0x80, 0x08])
        let oneFrame = Section.bytes(.chunk, payload: [1, 1])
        expect(.limitExceeded, "silence runs", of: ContainerFixtures.stream([sections[0], oneFrame, longest]))
    }

    @Test func trailers() {
        for (totals, distance, words) in [
            (StreamTotals(sampleCount: 6144, frames: 13, chunks: 3), 0, "sample count"),
            (StreamTotals(sampleCount: 6244, frames: 12, chunks: 3), 0, "12 frames"),
            (StreamTotals(sampleCount: 6244, frames: 13, chunks: 4), 0, "4 chunks"),
            (StreamTotals(sampleCount: 6244, frames: 13, chunks: 3), 20, "chunk index"),
        ] {
            let trailer = Section.bytes(.trailer, payload: totals.payload(indexDistance: distance))
            expect(.malformed, words, of: ContainerFixtures.stream(sections.dropLast() + [trailer]))
        }
        let size = Section.bytes(.trailer, payload: Array(sections[5][2...].dropLast(5)) + [13])
        expect(.malformed, "size", of: ContainerFixtures.stream(sections.dropLast() + [size]))
        let endless = Section.bytes(.trailer, payload: [0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 16])
        expect(.limitExceeded, "sample count", of: ContainerFixtures.stream(sections.dropLast() + [endless]))
    }

    @Test func tags() throws {
        expect(.malformed, "key", of: with(0x01, [1, 0x3d, 0]))
        expect(.malformed, "key", of: with(0x01, [0, 0]))
        expect(.malformed, "UTF-8", of: with(0x01, [1, 0x61, 1, 0xff]))
        expect(.malformed, "before a value", of: with(0x01, [1, 0x61, 9, 0x61]))
        expect(.limitExceeded, "key", of: with(0x01, [65] + [UInt8](repeating: 0x61, count: 66)))
        var writer = try StreamWriter(ContainerFixtures.worked.format)
        _ = writer.header()
        for key in ["", "a=b", "ü", String(repeating: "k", count: 65)] {
            let error = #expect(throws: VRVQError.self) { try writer.tags([Tag(key: key, value: "")]) }
            #expect(error?.code == .badSetting)
        }
    }

    @Test func framesThatDoNotCoverTheSamples() throws {
        var stream = ContainerFixtures.worked
        stream.sampleCount = 13 * 512 + 1
        let error = #expect(throws: VRVQError.self) { try stream.encoded() }
        #expect(error?.code == .badSetting)
    }

    /// With 64 stages, 2^24 silent frames would be two gigabytes of codes.
    @Test func aSmallStreamCannotClaimMuchMemory() throws {
        var format = ContainerFixtures.worked.format
        format.stages = 64
        format.framesPerChunk = 8192
        var writer = try StreamWriter(format)
        let run = Section.bytes(.chunk, payload: [1, 0x80, 0x80, 0x80, 0x08])
        expect(.limitExceeded, "read at once", of: writer.header() + run)
    }
}
