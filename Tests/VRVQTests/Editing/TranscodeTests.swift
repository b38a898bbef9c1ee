import Testing
import VRVQ

@Suite("Editing: dropping codebooks")
struct TranscodeTests {
    /// What encoding with min(depth, n) would have given.
    private func expected(_ stream: VRVQStream, _ codebooks: Int) throws -> [UInt8] {
        var stream = stream
        stream.grids = stream.grids.map { $0.limited(to: codebooks) }
        if codebooks < stream.format.constantDepth ?? stream.format.stages { stream.format.scale = nil }
        if let depth = stream.format.constantDepth { stream.format.constantDepth = min(depth, codebooks) }
        if codebooks == 1 { stream.format.constantDepth = 1 }
        return try stream.encoded()
    }

    private func transcoded(_ bytes: [UInt8], _ codebooks: Int, piece: Int) throws -> [UInt8] {
        var transcoder = StreamTranscoder(codebooks: codebooks)
        var result: [UInt8] = []
        for start in Swift.stride(from: 0, to: bytes.count, by: piece) {
            result += try transcoder.push(Array(bytes[start..<min(bytes.count, start + piece)]))
        }
        try transcoder.finish()
        return result
    }

    @Test func theBytesAreThoseOfEncodingWithFewerCodebooks() throws {
        for round in 0..<60 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            let stream = random.stream()
            let codebooks = random.int(1...stream.format.stages)
            let result = try transcoded(
                try stream.encoded(), codebooks, piece: random.pick([1, 13, 1000, 1 << 20]))
            #expect(result == (try expected(stream, codebooks)), "VRVQ_SEED=\(seed)")
        }
    }

    @Test func longSilenceIsOneRun() throws {
        var stream = ContainerFixtures.worked
        var grid = CodeGrid(stages: 8, entries: 1024)
        grid.append(depth: 5, codes: [1, 2, 3, 4, 5])
        grid.appendSilence(frames: 5000)
        grid.append(depth: 3, codes: [1, 2, 3])
        stream.sampleCount = grid.frames * 512
        grid.sampleCount = stream.sampleCount
        stream.grids = [grid]
        #expect(try transcoded(try stream.encoded(), 2, piece: 64) == (try expected(stream, 2)))
    }

    @Test(arguments: [0, -1, 9, 1000]) func codebooksThatTheStreamDoesNotHave(count: Int) throws {
        let bytes = try ContainerFixtures.worked.encoded()
        let error = #expect(throws: VRVQError.self) { try transcoded(bytes, count, piece: 100) }
        #expect(error?.code == .badSetting && error?.message.contains("1 to 8") == true)
    }
}

@Suite("Editing: tags")
struct TagEditingTests {
    @Test func onlyTagsChange() throws {
        for round in 0..<60 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            var stream = random.stream()
            let bytes = try stream.encoded()
            let tags = [Tag(key: "title", value: "Prélude"), Tag(key: "x", value: "")]
            let edited = TagEditing.edited(stream.tags, setting: tags, removing: ["Artist"])
            #expect(edited == tags, "VRVQ_SEED=\(seed)")
            let result = try TagEditing.replacingTags(of: bytes, with: edited)
            // A chunk index is made anew, and the trailer tells where it is.
            let kept = try ContainerFixtures.sections(result).filter { ![1, 2, 0x84].contains($0[0]) }
            let before = try ContainerFixtures.sections(bytes).filter { ![1, 2, 0x84].contains($0[0]) }
            #expect(kept == before, "VRVQ_SEED=\(seed)")
            #expect(try StreamInspection(result).faults.isEmpty, "VRVQ_SEED=\(seed)")
            stream.tags = edited
            #expect(try VRVQStream(decoding: result) == stream, "VRVQ_SEED=\(seed)")
            let back = try TagEditing.replacingTags(of: result, with: [])
            stream.tags = []
            #expect(try stream.encoded() == back, "VRVQ_SEED=\(seed)")
        }
    }

    @Test func settingReplacesAndRepeatsAreKept() {
        let old = [Tag(key: "a", value: "1"), Tag(key: "B", value: "2"), Tag(key: "A", value: "3")]
        let new = [Tag(key: "a", value: "4"), Tag(key: "a", value: "5")]
        #expect(TagEditing.edited(old, setting: new, removing: []) == [Tag(key: "B", value: "2")] + new)
        #expect(TagEditing.edited(old, setting: [], removing: ["b", "none"]) == [old[0], old[2]])
        #expect(TagEditing.edited(old, setting: [], removing: []) == old)
    }

    @Test func lastSectionCounts() throws {
        var writer = try StreamWriter(ContainerFixtures.worked.format)
        var bytes = writer.header() + (try writer.tags([Tag(key: "a", value: "1")]))
        bytes += try writer.tags([Tag(key: "b", value: "2")])
        bytes += try writer.trailer(sampleCount: 0)
        #expect(try TagEditing.tags(of: bytes) == [Tag(key: "b", value: "2")])
    }

    @Test func badTagsAreRefused() throws {
        let bytes = try ContainerFixtures.worked.encoded()
        for key in ["", "ä", "a=b"] {
            let error = #expect(throws: VRVQError.self) {
                try TagEditing.replacingTags(of: bytes, with: [Tag(key: key, value: "")])
            }
            #expect(error?.code == .badSetting)
        }
    }
}
