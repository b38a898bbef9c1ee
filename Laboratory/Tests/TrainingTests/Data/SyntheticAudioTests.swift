import Testing
import VRVQAudio
import VRVQMetrics

@testable import Training

@Suite struct SyntheticAudioTests {
    @Test(arguments: seeds(4))
    func isRepeatableAudibleAndBounded(_ seed: UInt64) {
        let audio = SyntheticAudio(seed: seed, sampleRate: 16000)
        let samples = audio.samples(80_000)
        #expect(samples.count == 80_000)
        #expect(samples == audio.samples(80_000), "seed \(seed)")
        #expect(Array(samples.prefix(100)) == audio.samples(100), "seed \(seed)")
        #expect(samples != audio.samples(80_000, piece: 1), "seed \(seed)")
        #expect(samples.allSatisfy { abs($0) <= 1 }, "seed \(seed)")
        let loudness = Loudness(sampleRate: 16000).integrated([samples])
        #expect((-40 ... -8).contains(loudness), "\(loudness) LUFS, seed \(seed)")
    }

    @Test func pausesOccur() {
        let samples = SyntheticAudio(seed: 1, sampleRate: 16000).samples(16000 * 20)
        var (run, longest) = (0, 0)
        for sample in samples {
            run = sample == 0 ? run + 1 : 0
            longest = max(longest, run)
        }
        #expect(longest > 1500)
    }

    @Test func filesHoldTheSamples() throws {
        let folder = try AudioFolder()
        let audio = SyntheticAudio(seed: 5, sampleRate: 16000)
        let paths = try audio.write(pieces: 2, seconds: 0.25, to: folder.path)
        #expect(paths == [folder["0000.wav"], folder["0001.wav"]])
        let read = try AudioReader(path: paths[1]).readAll()
        let expected = audio.samples(4000, piece: 1)
        #expect(read[0].count == 4000)
        #expect(zip(read[0], expected).allSatisfy { abs($0 - $1) <= 1.0 / 32768 })
    }
}
