import TestSupport
import Testing
import VRVQ

/// Streams whose chunks go out before they are full.
@Suite struct CodecLiveTests {
    /// The lengths of a stream's chunks.
    private func lengths(_ bytes: [UInt8]) throws -> [Int] {
        var reader = StreamReader()
        reader.push(bytes)
        var lengths: [Int] = []
        while let event = try reader.next() {
            if case .chunk(let grids, _) = event { lengths.append(grids[0].frames) }
        }
        return lengths
    }

    /// Whenever chunks are flushed: the bytes are those that a writer gives for the codes of the whole recording, cut
    /// into the same chunks.
    @Test(arguments: [TestModel.tiny, .micro, .constant]) func flushedChunksHoldTheSameCodes(_ kind: TestModel) throws {
        let codec = try kind.codec()
        for seed in propertySeeds(4) {
            var generator = SeededGenerator(seed: seed)
            let count = Int.random(in: 30...150, using: &generator) * kind.hop + 5
            let samples = [generator.signal(count), generator.signal(count)]
            let frames = Int.random(in: 1...20, using: &generator)
            var encoder = try StreamEncoder(
                codec, channels: 2, rate: kind.rate, silence: .kept, framesPerChunk: frames, positionInterval: 10)
            var bytes: [UInt8] = encoder.flush()
            for cut in generator.cuts(count) {
                bytes += try encoder.push(samples.map { Array($0[cut]) })
                #expect(encoder.pendingFrames < frames, "VRVQ_SEED=\(seed)")
                if Bool.random(using: &generator) {
                    bytes += encoder.flush()
                    #expect(encoder.pendingFrames == 0, "VRVQ_SEED=\(seed)")
                }
            }
            bytes += try encoder.finish()
            let whole = try VRVQStream(decoding: try codec.encode(samples, rate: kind.rate, silence: .kept))
            var writer = try StreamWriter(encoder.format)
            writer.positionInterval = 10
            var (expected, start) = (writer.header(), 0)
            for length in try lengths(bytes) {
                expected += writer.chunk(whole.grids, frames: start..<start + length)
                start += length
            }
            expected += try writer.trailer(sampleCount: count)
            #expect(bytes == expected, "VRVQ_SEED=\(seed)")
            #expect(try StreamInspection(bytes).faults.isEmpty, "VRVQ_SEED=\(seed)")
        }
    }

    /// Sample by sample, nothing comes out later than the stated delay, and something not sooner.
    @Test(arguments: [TestModel.tiny, .micro]) func theDelayIsAsStated(_ kind: TestModel) throws {
        let codec = try kind.codec()
        for frames in [1, 3] {
            var generator = SeededGenerator(seed: 1)
            let count = 60 * kind.hop
            let sound = generator.signal(count)
            var encoder = try StreamEncoder(
                codec, channels: 1, rate: kind.rate, silence: .kept, framesPerChunk: frames)
            var decoder = StreamDecoder { _ in codec }
            var (given, longest) = (0, 0)
            for (index, sample) in sound.enumerated() {
                let audio = try decoder.push(try encoder.push([[sample]]))
                given += audio.first?.count ?? 0
                // Sample `given` is the first that is still to come.
                longest = max(longest, index + 1 - given)
            }
            let delay = codec.delay(framesPerChunk: frames)
            #expect(longest <= delay, "\(longest) of \(delay)")
            #expect(longest > delay - kind.hop, "\(longest) of \(delay)")
        }
    }
}
