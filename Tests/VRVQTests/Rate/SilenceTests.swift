import TestSupport
import Testing
import VRVQ
import VRVQNetwork

@Suite("Rate: silence") struct SilenceTests {
    /// Noise with stretches of silence, some shorter than the decoder's reach, some longer.
    private func signal(_ kind: TestModel, _ generator: inout SeededGenerator, quiet: Float = 0) -> [Float] {
        var samples: [Float] = []
        for _ in 0..<5 {
            samples += generator.signal(Int.random(in: 0...20 * kind.hop, using: &generator))
            let length = [1, 30 * kind.hop, 90 * kind.hop].randomElement(using: &generator)!
            samples += (0..<length + Int.random(in: 0..<kind.hop, using: &generator)).map { _ in
                quiet * generator.sample()
            }
        }
        return samples
    }

    /// The rule as it is written down, over the whole signal at once.
    private func expected(_ samples: [Float], _ kind: TestModel, threshold: Float) throws -> [Bool] {
        let reach = try kind.model.network.report().decoderReach
        let frames = (samples.count + kind.hop - 1) / kind.hop
        let isQuiet = (0..<frames).map { frame in
            samples[frame * kind.hop..<min(samples.count, (frame + 1) * kind.hop)].allSatisfy { abs($0) <= threshold }
        }
        return (0..<frames).map { frame in
            isQuiet[max(0, frame - reach.ahead)...min(frames - 1, frame + reach.back)].allSatisfy { $0 }
        }
    }

    @Test(arguments: TestModel.narrow) func theRuleHoldsHoweverSamplesAreCut(_ kind: TestModel) throws {
        for seed in propertySeeds(kind == .tiny ? 20 : 2) {
            var generator = SeededGenerator(seed: seed)
            let samples = signal(kind, &generator)
            let codec = try kind.codec(threads: 2, segmentFrames: 7)
            let analysis = try codec.analyse(samples)
            #expect(try analysis.silence == expected(samples, kind, threshold: 0), "VRVQ_SEED=\(seed)")
            let bytes = try codec.encode([samples], rate: kind.rate)
            let cuts = generator.cuts(samples.count)
            #expect(try codec.encode([samples], rate: kind.rate, cuts: cuts) == bytes, "VRVQ_SEED=\(seed)")
            let silent = try VRVQStream(decoding: bytes).grids[0].depth.map { $0 == 0 }
            #expect(silent == analysis.silence, "VRVQ_SEED=\(seed)")
        }
    }

    @Test func quietSoundIsLeftOutWhereThatIsAskedFor() throws {
        for seed in propertySeeds(10) {
            var generator = SeededGenerator(seed: seed)
            let samples = signal(.tiny, &generator, quiet: 0.001)
            let codec = try TestModel.tiny.codec()
            #expect(try !codec.analyse(samples).silence.contains(true), "VRVQ_SEED=\(seed)")
            let silence = try codec.analyse(samples, silence: .below(0.001)).silence
            #expect(try silence == expected(samples, .tiny, threshold: 0.001), "VRVQ_SEED=\(seed)")
        }
        let kept = try TestModel.tiny.codec().analyse([Float](repeating: 0, count: 8000), silence: .kept)
        #expect(!kept.silence.contains(true))
    }

    /// Samples of frames that hold sound are those of the stream without silence, bit for bit.
    @Test(arguments: TestModel.narrow) func soundIsNotTouched(_ kind: TestModel) throws {
        for seed in propertySeeds(kind == .tiny ? 20 : 3) {
            var generator = SeededGenerator(seed: seed)
            let samples = signal(kind, &generator)
            let codec = try kind.codec()
            let kept = try codec.decode(codec.encode([samples], rate: kind.rate, silence: .kept))[0]
            let left = try codec.decode(codec.encode([samples], rate: kind.rate))[0]
            let silence = try expected(samples, kind, threshold: 0)
            for frame in silence.indices {
                let range = frame * kind.hop..<min(samples.count, (frame + 1) * kind.hop)
                if silence[frame] {
                    #expect(left[range].allSatisfy { $0.bitPattern == 0 }, "VRVQ_SEED=\(seed)")
                } else if samples[range].contains(where: { $0 != 0 }) {
                    #expect([Array(left[range])].bits == [Array(kept[range])].bits, "VRVQ_SEED=\(seed), frame \(frame)")
                }
            }
        }
    }

    @Test func aMinuteOfDigitalSilence() throws {
        for channels in [1, 2] {
            let codec = try TestModel.tiny.codec()
            var encoder = try StreamEncoder(codec, channels: channels)
            var bytes: [UInt8] = []
            let second = [[Float]](repeating: [Float](repeating: 0, count: 8000), count: channels)
            for _ in 0..<60 { bytes += try encoder.push(second) }
            bytes += try encoder.finish()
            #expect(bytes.count < 200)
            let audio = try codec.decode(bytes)
            #expect(audio.count == channels)
            #expect(audio.allSatisfy { $0.count == 60 * 8000 && $0.allSatisfy { $0.bitPattern == 0 } })
        }
    }

    /// Sound comes out no later than without.
    @Test func silenceDelaysNoSound() throws {
        let codec = try TestModel.tiny.codec()
        var frames: [Int] = []
        for silence in [Silence.kept, .digital] {
            var generator = SeededGenerator(seed: 1)
            var encoder = try StreamEncoder(codec, channels: 1, silence: silence)
            _ = try encoder.push([[Float](repeating: 0, count: 3003 * 8) + generator.signal(4000 * 8)])
            frames.append(encoder.statistics.frames)
        }
        #expect(frames[0] == frames[1])
    }

    @Test func levelsThatMakeNoSense() throws {
        for level in [-0.1, 1, Float.nan] {
            let error = #expect(throws: VRVQError.self) {
                try TestModel.tiny.codec().encode([[0]], silence: .below(level))
            }
            #expect(error?.code == .badSetting)
        }
    }
}
