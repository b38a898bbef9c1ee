import TestSupport
import Testing
import VRVQ

/// As many samples come back as went in, whatever the strides leave out.
@Suite struct CodecLengthTests {
    @Test(arguments: TestModel.allCases) func lengthsSurvive(_ kind: TestModel) throws {
        let codec = try kind.codec()
        let hop = kind.hop
        for (seed, count) in zip(propertySeeds(6), [3 * hop + 7, 0, 1, hop - 1, hop, hop + 1]) {
            var generator = SeededGenerator(seed: seed)
            let samples = [generator.signal(count), generator.signal(count)]
            let audio = try codec.decode(codec.encode(samples, rate: kind.rate))
            #expect(audio.map(\.count) == [count, count], "VRVQ_SEED=\(seed)")
            #expect(audio.allSatisfy { $0.allSatisfy(\.isFinite) }, "VRVQ_SEED=\(seed)")
        }
    }

    @Test func channelsAreCodedByThemselves() throws {
        var generator = SeededGenerator(seed: 1)
        let samples = [generator.signal(5000), generator.signal(5000)]
        let codec = try TestModel.micro.codec()
        let both = try codec.decode(codec.encode(samples))
        for channel in 0..<2 {
            #expect(try codec.decode(codec.encode([samples[channel]])).bits == [both[channel]].bits)
        }
        #expect(both[0] != both[1])
    }

    /// A source of another rate keeps its own count; the decoder gives what the model's rate makes of it.
    @Test func aSourceOfAnotherRate() throws {
        var generator = SeededGenerator(seed: 1)
        let codec = try TestModel.micro.codec()
        var encoder = try StreamEncoder(codec, sourceRate: 48_000, channels: 1)
        let count = encoder.format.modelSampleCount(sourceSamples: 4800)
        #expect(count == 4410)
        var bytes = try encoder.push([generator.signal(count)])
        bytes += try encoder.finish(sampleCount: 4800)
        var decoder = StreamDecoder { _ in codec }
        let audio = try decoder.push(bytes)
        #expect(audio.map(\.count) == [4410])
        #expect(decoder.format?.sourceRate == 48_000)
        #expect(decoder.totals?.sampleCount == 4800)
        #expect(try decoder.finish() == [[]])
    }

    @Test func aWrongSampleCountIsRefused() throws {
        var encoder = try StreamEncoder(TestModel.tiny.codec(), sourceRate: 16_000, channels: 1)
        _ = try encoder.push([[0, 0, 0]])
        let error = #expect(throws: VRVQError.self) { try encoder.finish(sampleCount: 100) }
        #expect(error?.code == .badSetting)
        #expect(error?.message == "100 source samples become 50 at the model's rate, but 3 came")
    }

    /// Bytes come as soon as a chunk is full, and a decoder follows them.
    @Test func streamsDoNotWait() throws {
        var generator = SeededGenerator(seed: 1)
        let codec = try TestModel.micro.codec()
        var encoder = try StreamEncoder(codec, channels: 1)
        var decoder = StreamDecoder { _ in codec }
        var given = 0
        for second in 1...4 {
            let bytes = try encoder.push([generator.signal(44_100)])
            given += try decoder.push(bytes)[0].count
            // A chunk of 86 frames, the network's look-ahead to both sides and the last frame may be under way.
            #expect(given >= second * 44_100 - (86 + 30) * 512)
        }
        #expect(encoder.usedCodes > 0 && encoder.statistics.frames >= 3 * 86)
    }
}
