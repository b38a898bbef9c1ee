import Testing
import VRVQ
import VRVQNetwork

@Suite("Container: what the framing costs")
struct ContainerBudgetTests {
    @Test func headerTakesAtMost64Bytes() throws {
        var format = StreamFormat(
            sourceRate: 192_000, channels: 8, modelRate: 44100, hop: 512, stages: 32, entries: 65536,
            networkFingerprint: ContainerFixtures.fingerprint, modelName: "sixteen letters.", constantDepth: 32,
            scale: 8)
        var largest = try StreamWriter(format)
        #expect(largest.header().count <= 64)
        format.sourceRate = 44100
        format.stages = 8
        format.entries = 1024
        format.constantDepth = 8
        var usual = try StreamWriter(format)
        #expect(usual.header().count == 56, "the figure of FORMAT.md, section 13")
    }

    @Test(arguments: [(1, 8), (2, 8), (8, 8), (2, 16), (8, 16), (1, 32)])
    func fullChunkTakesAtMost8BytesMore(channels: Int, stages: Int) throws {
        let format = StreamFormat(
            sourceRate: 44100, channels: channels, modelRate: 44100, hop: 512, stages: stages, entries: 1024,
            networkFingerprint: ContainerFixtures.fingerprint, modelName: "small")
        var grid = CodeGrid(stages: stages, entries: 1024)
        for _ in 0..<86 { grid.append(depth: stages, codes: [UInt16](repeating: 1023, count: stages)) }
        var writer = try StreamWriter(format, entropy: .packed)
        _ = writer.header()
        let chunk = writer.chunk([CodeGrid](repeating: grid, count: channels))
        let payload = (channels * 86 * (bitWidth(ofValues: stages) + stages * 10) + 7) / 8
        #expect(chunk.count - payload <= 8)
        #expect(writer.statistics.chunkOverheadBytes == chunk.count - payload)
    }

    @Test func aMinuteOfSilenceIsUnder200Bytes() throws {
        var stream = ContainerFixtures.worked
        stream.format.framesPerChunk = 86
        stream.sampleCount = 60 * 44100
        var grid = CodeGrid(stages: 8, entries: 1024)
        grid.appendSilence(frames: stream.format.frameCount(sourceSamples: stream.sampleCount))
        grid.sampleCount = stream.sampleCount
        stream.grids = [grid]
        let bytes = try stream.encoded()
        #expect(bytes.count < 100)
        #expect(try VRVQStream(decoding: bytes) == stream)
    }
}
