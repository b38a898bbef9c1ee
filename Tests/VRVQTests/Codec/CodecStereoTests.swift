import TestSupport
import Testing
import VRVQ

/// Mid and side, and channels that are equal (FORMAT.md, section 5.2).
@Suite("Codec: stereo")
struct CodecStereoTests {
    private func mode(_ bytes: [UInt8]) throws -> StereoMode { try VRVQStream(decoding: bytes).format.stereoMode }

    /// A sound and its likeness, whose difference is small.
    private func correlated(_ generator: inout SeededGenerator, _ count: Int) -> [[Float]] {
        let left = generator.signal(count)
        return [left, left.map { $0 * 0.9 + 0.001 }]
    }

    /// What is coded is mid and side, and what is decoded is their sum and difference, to the bit.
    @Test(arguments: [TestModel.tiny, .micro]) func midAndSideAreCoded(_ kind: TestModel) throws {
        let codec = try kind.codec()
        for seed in propertySeeds(4) {
            var generator = SeededGenerator(seed: seed)
            let samples = correlated(&generator, Int.random(in: 1...90 * kind.hop, using: &generator))
            let three = [samples[0], samples[1], samples[0].reversed()]
            let channels = Bool.random(using: &generator) ? three : Array(three[..<2])
            let (a, b) = (channels[0], channels[1])
            let coded = [zip(a, b).map { $0 / 2 + $1 / 2 }, zip(a, b).map { $0 / 2 - $1 / 2 }] + channels[2...]
            let bytes = try codec.encode(channels, rate: kind.rate, stereo: .midSide)
            let parts = try codec.encode(coded, rate: kind.rate, stereo: .independent)
            var wanted = try VRVQStream(decoding: parts)
            wanted.format.stereoMode = .midSide
            #expect(try VRVQStream(decoding: bytes) == wanted, "VRVQ_SEED=\(seed)")
            let (sound, raw) = (try codec.decode(bytes), try codec.decode(parts))
            let restored = [zip(raw[0], raw[1]).map { $0 + $1 }, zip(raw[0], raw[1]).map { $0 - $1 }] + raw[2...]
            #expect(sound.bits == Array(restored).bits, "VRVQ_SEED=\(seed)")
            #expect(sound.allSatisfy { $0.count == a.count }, "VRVQ_SEED=\(seed)")
        }
    }

    /// Equal channels are coded once, cost what one costs, and come back equal to the bit.
    @Test(arguments: [TestModel.tiny, .micro, .constant]) func equalChannelsAreCodedOnce(_ kind: TestModel) throws {
        let codec = try kind.codec()
        for seed in propertySeeds(3) {
            var generator = SeededGenerator(seed: seed)
            let sound = generator.signal(Int.random(in: 1...90 * kind.hop, using: &generator))
            let channels = Int.random(in: 2...6, using: &generator)
            let bytes = try codec.encode(Array(repeating: sound, count: channels), rate: kind.rate)
            let mono = try codec.encode([sound], rate: kind.rate)
            #expect(try mode(bytes) == .equal && bytes.count == mono.count, "VRVQ_SEED=\(seed)")
            let decoded = try codec.decode(bytes)
            #expect(
                decoded.bits == Array(repeating: try codec.decode(mono)[0], count: channels).bits, "VRVQ_SEED=\(seed)")
        }
    }

    @Test func theModeIsChosenFromTheSound() throws {
        var generator = SeededGenerator(seed: 7)
        let (one, other) = (generator.signal(4000), generator.signal(4000))
        let silence = [Float](repeating: 0, count: 4000)
        for (channels, isWhole, wanted) in [
            ([one], true, .independent), ([one, other], true, .independent), ([one, one], true, .equal),
            ([one, one], false, .midSide), ([one, one.map { 0.9 * $0 }], true, .midSide),
            ([one, one.map { -$0 }], true, .midSide), ([one, silence], true, .independent),
            ([one, one.map { 0.1 * $0 }], true, .independent), ([silence, silence], true, .equal),
            ([silence, silence], false, .independent), ([one, one, other], true, .midSide),
            ([one, one, one], true, .equal),
        ] as [([[Float]], Bool, StereoMode)] {
            var statistics = StereoStatistics(channels: channels.count)
            let cut = Int.random(in: 0...4000, using: &generator)
            for part in [0..<cut, cut..<4000] { statistics.add(channels.map { Array($0[part]) }) }
            #expect(statistics.mode(isWhole: isWhole) == wanted)
        }
    }

    /// The channels pushed in any pieces and encoded at once give the same bytes; so does a rate that is asked for.
    @Test(arguments: StereoMode.allCases) func streamsAndPlansGiveTheSameBytes(_ mode: StereoMode) throws {
        let codec = try TestModel.tiny.codec()
        for seed in propertySeeds(4) {
            var generator = SeededGenerator(seed: seed)
            let samples = correlated(&generator, 900)
            let channels = mode == .equal ? [samples[0], samples[0]] : samples
            let whole = try codec.encode(channels, stereo: mode)
            var encoder = try StreamEncoder(codec, channels: 2, stereoMode: mode)
            var analyser = try RateAnalyser(codec, channels: 2, stereoMode: mode)
            var bytes: [UInt8] = []
            for cut in generator.cuts(900) {
                bytes += try encoder.push(channels.map { Array($0[cut]) })
                try analyser.push(channels.map { Array($0[cut]) })
            }
            #expect(try bytes + encoder.finish() == whole, "VRVQ_SEED=\(seed)")
            let allocation = try analyser.finish().allocation(.rate(.scale(Codec.defaultScale)))
            #expect(try allocation.bytes() == whole, "VRVQ_SEED=\(seed)")
            var decoder = StreamDecoder { _ in codec }
            var sound: [[Float]] = []
            for byte in whole { sound.join(try decoder.push([byte])) }
            sound.join(try decoder.finish())
            #expect(try sound.bits == codec.decode(whole).bits, "VRVQ_SEED=\(seed)")
        }
    }

    /// A silent side costs next to nothing.
    @Test func aSilentSideIsNearlyFree() throws {
        let codec = try TestModel.tiny.codec()
        var generator = SeededGenerator(seed: 3)
        let sound = (0..<40_000).map { _ in generator.sample() }
        let mono = try codec.encode([sound])
        let stereo = try codec.encode([sound, sound], stereo: .midSide)
        #expect(stereo.count < mono.count + mono.count / 50)
        #expect(try codec.decode(stereo).bits == [codec.decode(mono)[0], codec.decode(mono)[0]].bits)
    }

    /// The sum of two finite samples need not be finite.
    @Test func theLoudestSamples() throws {
        let most = [Float](repeating: .greatestFiniteMagnitude, count: 64)
        let bytes = try TestModel.tiny.codec().encode([most, most.map { $0 / 2 }], stereo: .midSide)
        #expect(try VRVQStream(decoding: bytes).sampleCount == 64)
    }

    @Test func refusals() throws {
        let codec = try TestModel.tiny.codec()
        for mode in [StereoMode.midSide, .equal] {
            let error = #expect(throws: VRVQError.self) { try StreamEncoder(codec, channels: 1, stereoMode: mode) }
            #expect(error?.code == .badSetting && error?.message.contains("two channels") == true)
        }
        var encoder = try StreamEncoder(codec, channels: 3, stereoMode: .equal)
        _ = try encoder.push([[0, 1], [0, 1], [0, 1]])
        let error = #expect(throws: VRVQError.self) { try encoder.push([[0, 1], [0, 1], [0, 0.5]]) }
        #expect(error?.message.contains("channels 1 and 3 differ in sample 3") == true)
    }
}
