import TestSupport
import Testing
import VRVQ

/// What is coded depends on the signal alone: not on the pieces in which it came, not on threads.
@Suite struct CodecInvarianceTests {
    /// A signal of two channels, of more than two of the engine's blocks.
    private func samples(_ kind: TestModel, _ generator: inout SeededGenerator) -> [[Float]] {
        let frames = kind == .small ? 140 : Int.random(in: 40...200, using: &generator)
        let count = frames * kind.hop - Int.random(in: 0..<kind.hop, using: &generator)
        return (0..<(kind == .small ? 1 : 2)).map { _ in generator.signal(count) }
    }

    @Test(arguments: TestModel.allCases) func piecesMakeNoDifference(_ kind: TestModel) throws {
        let codec = try kind.codec()
        for seed in propertySeeds(kind == .small ? 1 : 4) {
            var generator = SeededGenerator(seed: seed)
            let samples = samples(kind, &generator)
            let bytes = try codec.encode(samples, rate: kind.rate)
            let pieces = try codec.encode(samples, rate: kind.rate, cuts: generator.cuts(samples[0].count))
            #expect(pieces == bytes, "VRVQ_SEED=\(seed)")
            let audio = try codec.decode(bytes)
            let parts = try codec.decode(bytes, cuts: generator.cuts(bytes.count))
            #expect(parts.bits == audio.bits, "VRVQ_SEED=\(seed)")
        }
    }

    @Test(arguments: TestModel.allCases) func samplesOneByOne(_ kind: TestModel) throws {
        for seed in propertySeeds(1) {
            var generator = SeededGenerator(seed: seed)
            let samples = [generator.signal(3 * kind.hop + 11)]
            let codec = try kind.codec(threads: 2, segmentFrames: 1)
            let bytes = try kind.codec().encode(samples, rate: kind.rate)
            let singly = samples[0].indices.map { $0..<$0 + 1 }
            #expect(try codec.encode(samples, rate: kind.rate, cuts: singly) == bytes, "VRVQ_SEED=\(seed)")
            let audio = try codec.decode(bytes, cuts: bytes.indices.map { $0..<$0 + 1 })
            #expect(try audio.bits == kind.codec().decode(bytes).bits, "VRVQ_SEED=\(seed)")
        }
    }

    /// Lengths around a frame, a few frames, and two full rounds on the most threads plus a rest.
    @Test(arguments: [(TestModel.micro, 8), (.odd, 3), (.constant, 20), (.tiny, 1), (.tiny, 20)])
    func threadsMakeNoDifference(_ kind: TestModel, segmentFrames: Int) throws {
        let long = (2 * 5 * segmentFrames + segmentFrames / 2) * kind.hop + 17
        for (seed, count) in zip(propertySeeds(8), [long, 0, 1, 511, 512, 513, 5 * kind.hop, 40 * kind.hop - 1]) {
            var generator = SeededGenerator(seed: seed)
            let samples = [generator.signal(count)]
            let bytes = try kind.codec().encode(samples, rate: kind.rate)
            let audio = try kind.codec().decode(bytes)
            for threads in [2, 3, 5] {
                let codec = try kind.codec(threads: threads, segmentFrames: segmentFrames)
                let (cuts, byteCuts) = (generator.cuts(count), generator.cuts(bytes.count))
                let label: Comment = "\(count) samples, \(threads) threads, VRVQ_SEED=\(seed)"
                #expect(try codec.encode(samples, rate: kind.rate, cuts: cuts) == bytes, label)
                #expect(try codec.decode(bytes, cuts: byteCuts).bits == audio.bits, label)
            }
        }
    }

    /// The codec as it is used: segments of 1024 frames.
    @Test(arguments: [TestModel.tiny, .odd]) func threadsMakeNoDifferenceInLongSignals(_ kind: TestModel) throws {
        var generator = SeededGenerator(seed: 1)
        let samples = [generator.signal((2 * 2 * 1024 + 300) * kind.hop + 3)]
        let bytes = try Codec(model: kind.model).encode(samples, rate: kind.rate)
        let audio = try Codec(model: kind.model).decode(bytes)
        for threads in [2, 5] {
            let codec = try Codec(model: kind.model, threads: threads)
            #expect(try codec.encode(samples, rate: kind.rate) == bytes, "\(threads) threads")
            #expect(try codec.decode(bytes).bits == audio.bits, "\(threads) threads")
        }
    }

    @Test func threadsMakeNoDifferenceToTheShippedModel() throws {
        var generator = SeededGenerator(seed: 1)
        let samples = [generator.signal(100 * 512 + 3)]
        let bytes = try TestModel.small.codec().encode(samples)
        let audio = try TestModel.small.codec().decode(bytes)
        for threads in [2, 3] {
            let codec = try TestModel.small.codec(threads: threads, segmentFrames: 15)
            #expect(try codec.encode(samples) == bytes, "\(threads) threads")
            #expect(try codec.decode(bytes).bits == audio.bits, "\(threads) threads")
        }
    }

    /// The three ways to the same codes and samples: streams, analysis and synthesis, the container.
    @Test(arguments: TestModel.narrow) func wholeSignalsAreStreams(_ kind: TestModel) throws {
        let codec = try kind.codec()
        for seed in propertySeeds(3) {
            var generator = SeededGenerator(seed: seed)
            let samples = generator.signal(70 * kind.hop + Int.random(in: 0..<kind.hop, using: &generator))
            let bytes = try codec.encode([samples], rate: kind.rate)
            var grid = try codec.grid(codec.analyse(samples), rate: kind.rate)
            grid.sampleCount = samples.count
            #expect(try VRVQStream(decoding: bytes).grids == [grid], "VRVQ_SEED=\(seed)")
            #expect(try [codec.synthesise(grid)].bits == codec.decode(bytes).bits, "VRVQ_SEED=\(seed)")
        }
    }
}
