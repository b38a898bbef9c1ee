import TestSupport
import Testing
import VRVQ

/// Sounds whose best stereo mode changes on the way: each stretch is a segment (FORMAT.md, section 7.2).
@Suite("Codec: stereo that changes")
struct CodecStereoChangeTests {
    /// Sample rate of the model that most of it uses.
    private static let rate = 8000
    /// Seconds of the stretches below.
    private static let seconds = [10.0, 11.0, 10.0]

    /// Samples at the start of a stretch that depend on what came before.
    private static let beginning = 60 * 8

    /// Alike, unlike, alike; some of it silent.
    private func sound(_ generator: inout SeededGenerator, rate: Int = Self.rate) -> [[Float]] {
        var channels: [[Float]] = [[], []]
        for (index, seconds) in Self.seconds.enumerated() {
            let count = Int(seconds * Double(rate)) + Int.random(in: 0...rate / 2, using: &generator)
            let left = noise(&generator, count)
            let other = noise(&generator, count)
            channels[0] += left
            channels[1] += index == 1 ? other : left.map { 0.95 * $0 }
        }
        let pause = Int.random(in: 0...rate, using: &generator)
        for channel in 0..<2 { for index in pause..<pause + rate { channels[channel][index] = 0 } }
        return channels
    }

    /// Noise of a level that differs little, so that no block is too quiet to count.
    private func noise(_ generator: inout SeededGenerator, _ count: Int) -> [Float] {
        var level: Float = 0.5
        return (0..<count).map { index in
            if index % 500 == 0 { level = Float.random(in: 0.1...0.6, using: &generator) }
            return level * generator.sample()
        }
    }

    private func plan(_ channels: [[Float]], rate: Int = Self.rate) -> StereoPlan {
        var statistics = StereoStatistics(channels: channels.count, sampleRate: rate)
        statistics.add(channels)
        return statistics.plan()
    }

    @Test func changesAreFoundWhereTheyAre() {
        var generator = SeededGenerator(seed: 1)
        let channels = sound(&generator)
        let spans = plan(channels).spans
        #expect(spans.map(\.mode) == [.midSide, .independent, .midSide])
        for (span, wanted) in zip(spans, [0.0, 10.0, 21.0]) {
            let found = Double(span.firstSample) / Double(Self.rate)
            #expect((wanted - 0.7...wanted + 1.7).contains(found), "\(found) for \(wanted) s")
        }
        // The pieces in which it is heard do not matter.
        var statistics = StereoStatistics(channels: 2, sampleRate: Self.rate)
        for cut in generator.cuts(channels[0].count) { statistics.add(channels.map { Array($0[cut]) }) }
        #expect(statistics.plan() == plan(channels))
    }

    /// Short excursions and sounds of one kind change nothing.
    @Test func oneModeIsKeptWhereAChangeDoesNotPay() {
        var generator = SeededGenerator(seed: 2)
        let (one, other) = (noise(&generator, 160_000), noise(&generator, 160_000))
        let mostly = one.enumerated().map {
            (60_000..<70_000).contains($0.offset) ? other[$0.offset] : 0.9 * $0.element
        }
        #expect(plan([one, mostly]) == StereoPlan(.midSide))
        #expect(plan([one, other]) == StereoPlan(.independent))
        #expect(plan([one, one]) == StereoPlan(.equal))
        #expect(plan([one]) == StereoPlan(.independent))
        #expect(plan([[], []]) == StereoPlan(.equal))
        // Noise far below the sound around it decides nothing.
        let quiet = one.enumerated().map { (20_000..<140_000).contains($0.offset) ? 1e-4 * $0.element : $0.element }
        let rest = mostly.indices.map {
            (20_000..<140_000).contains($0) ? 1e-4 * other[$0] : 0.9 * one[$0]
        }
        #expect(plan([quiet, rest]) == StereoPlan(.midSide))
    }

    /// Every stretch decodes to the bits that it has where all of the sound is in its mode, but for its first frames, of whose
    /// past the stream holds a little only.
    @Test(arguments: [1, 3]) func everyStretchDecodesAsInItsModeThroughout(_ threads: Int) throws {
        let codec = try TestModel.tiny.codec(threads: threads, segmentFrames: 700)
        for seed in propertySeeds(2) {
            var generator = SeededGenerator(seed: seed)
            let channels = sound(&generator)
            let spans = plan(channels).spans
            try #require(spans.count == 3, "VRVQ_SEED=\(seed)")
            let decoded = try codec.decode(try codec.encode(channels, rate: .scale(2)))
            #expect(decoded.map(\.count) == channels.map(\.count), "VRVQ_SEED=\(seed)")
            let ends = spans.dropFirst().map(\.firstSample) + [channels[0].count]
            for (span, end) in zip(spans, ends) {
                let whole = try codec.decode(try codec.encode(channels, rate: .scale(2), stereo: span.mode))
                let range = span.firstSample + (span.firstSample > 0 ? Self.beginning : 0)..<end
                #expect(
                    decoded.map { Array($0[range]) }.bits == whole.map { Array($0[range]) }.bits,
                    "VRVQ_SEED=\(seed) \(range)")
            }
        }
    }

    /// Any pieces, any number of threads, at once or through a plan of rates: the same bytes. Sizes that are asked for
    /// are met, segments included.
    @Test func streamsAndPlansGiveTheSameBytes() throws {
        let codec = try TestModel.tiny.codec()
        for seed in propertySeeds(2) {
            var generator = SeededGenerator(seed: seed)
            let channels = sound(&generator)
            let stereo = plan(channels)
            let whole = try codec.encode(channels, rate: .scale(2))
            #expect(try TestModel.tiny.codec(threads: 2, segmentFrames: 900).encode(channels, rate: .scale(2)) == whole)
            var encoder = try StreamEncoder(codec, channels: 2, stereo: stereo, rate: .scale(2))
            var analyser = try RateAnalyser(codec, channels: 2, stereo: stereo)
            var bytes: [UInt8] = []
            for cut in generator.cuts(channels[0].count) {
                bytes += try encoder.push(channels.map { Array($0[cut]) })
                try analyser.push(channels.map { Array($0[cut]) })
            }
            #expect(try bytes + encoder.finish() == whole, "VRVQ_SEED=\(seed)")
            let rates = try analyser.finish()
            #expect(try rates.allocation(.rate(.scale(2))).bytes() == whole, "VRVQ_SEED=\(seed)")
            let size = whole.count * 9 / 10
            let small = try rates.allocation(.size(size)).bytes()
            #expect(small.count <= size && small.count > size * 99 / 100, "VRVQ_SEED=\(seed)")
            #expect(try codec.decode(small).map(\.count) == channels.map(\.count), "VRVQ_SEED=\(seed)")
            // A network is not needed to lower it further, nor is anything lost by cutting it.
            let reduced = try RateReduction(whole).reduced(.size(size)).bytes
            #expect(reduced.count <= size, "VRVQ_SEED=\(seed)")
            var reader = StreamReader()
            reader.push(whole)
            var modes: [StereoMode] = []
            while let event = try reader.next() {
                if case .segment(let segment) = event { modes.append(reader.format!.stereoMode(of: segment)) }
            }
            #expect(modes == stereo.spans.map(\.mode), "VRVQ_SEED=\(seed)")
        }
    }

    /// A source of another rate: the stretches are where they were planned, and nothing of it is lost.
    @Test func theSourceMayHaveAnotherRate() throws {
        let codec = try TestModel.tiny.codec()
        var generator = SeededGenerator(seed: 5)
        let source = sound(&generator, rate: 11_025)
        let stereo = plan(source, rate: 11_025)
        try #require(stereo.spans.count == 3)
        let count = source[0].count
        let atModelRate = (count * 8000 + 11_024) / 11_025
        let channels = source.map { channel in (0..<atModelRate).map { channel[min(count - 1, $0 * 11_025 / 8000)] } }
        var encoder = try StreamEncoder(codec, sourceRate: 11_025, channels: 2, stereo: stereo, rate: .scale(2))
        let bytes = try encoder.push(channels) + encoder.finish(sampleCount: count)
        var decoder = StreamDecoder { _ in codec }
        var sound = try decoder.push(bytes)
        sound.join(try decoder.finish())
        // Each segment gives what section 8 says for its own samples, which may be one more than their share.
        #expect((atModelRate...atModelRate + 2).contains(sound[0].count))
    }

    @Test func aSoundThatChangedMeanwhileIsRefused() throws {
        let codec = try TestModel.tiny.codec()
        var generator = SeededGenerator(seed: 6)
        let channels = sound(&generator)
        var encoder = try StreamEncoder(codec, channels: 2, stereo: plan(channels))
        _ = try encoder.push(channels.map { Array($0.dropLast(8)) })
        let error = #expect(throws: VRVQError.self) { try encoder.finish() }
        #expect(error?.code == .badAudio && error?.message.contains("when it was first read") == true)
    }
}
