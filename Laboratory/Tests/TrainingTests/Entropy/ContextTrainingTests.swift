import TestSupport
import Testing
import Torch
import VRVQ

@testable import Training

/// From codes to an integer model that codes them in fewer bits.
@Suite("Training: context models", .serialized) struct ContextTrainingTests {
    private let shape = ContextModel.Shape(stages: 3, entries: 16, width: 12, hidden: 24, inner: 16)

    /// Codes with a rule: the first follows from the one before, with one in eight at random, the second is the first plus
    /// one, the third is one of two that the second allows. They take about 1 + 0 + 1 bits by the rule, 12 in plain bits.
    private func corpus(seed: UInt64) -> CodeCorpus {
        var random = SeededGenerator(seed: seed)
        var corpus = CodeCorpus(stages: 3, entries: 16, framesPerSecond: 30)
        for _ in 0..<20 {
            var codes: [UInt16] = []
            var importance: [Float] = []
            var code = UInt16.random(in: 0..<16, using: &random)
            for _ in 0..<200 {
                code =
                    Int.random(in: 0..<8, using: &random) == 0
                    ? UInt16.random(in: 0..<16, using: &random) : (code * 5 + 3) % 16
                codes += [code, (code + 1) % 16, (code / 2 + UInt16.random(in: 0..<2, using: &random) * 8) % 16]
                importance.append(Float.random(in: 0..<1, using: &random))
            }
            corpus.recordings.append(.init(codes: codes, importance: importance, frames: 200))
        }
        return corpus
    }

    private func options(steps: Int) -> ContextTraining.Options {
        var options = ContextTraining.Options()
        (options.steps, options.batch, options.rate) = (steps, 16, 1e-2)
        return options
    }

    /// Bits of a code when the chunks of a corpus are written with a model.
    private func bits(_ corpus: CodeCorpus, _ model: ContextModel) throws -> Double {
        var (bits, codes) = (0, 0)
        for recording in corpus.recordings {
            var grid = CodeGrid(stages: 3, entries: 16)
            for frame in 0..<recording.frames {
                grid.append(depth: 3, codes: recording.codes[frame * 3..<frame * 3 + 3])
            }
            grid.sampleCount = recording.frames
            let format = StreamFormat(
                sourceRate: 30, channels: 1, modelRate: 30, hop: 1, stages: 3, entries: 16, framesPerChunk: 30,
                networkFingerprint: Fingerprint(bytes: [1, 2, 3, 4, 5, 6, 7, 8]), modelName: "", constantDepth: 3)
            let stream = VRVQStream(format: format, grids: [grid], sampleCount: recording.frames)
            let written = try stream.encoded(entropy: .learned(model))
            #expect(try VRVQStream(decoding: written, contextModels: ContextModels(model)) == stream)
            var reader = StreamReader(contextModels: ContextModels(model))
            reader.push(written)
            while try reader.next() != nil {}
            bits += reader.statistics.codeBits
            codes += reader.statistics.usedCodes
        }
        return Double(bits) / Double(codes)
    }

    /// What the codes allow is learned, and rounding to integers costs next to nothing.
    @Test(.needsTorch) func theRuleIsLearnedAndKeptByTheIntegers() throws {
        try Torch.seed(3)
        let trainer = try ContextTrainer(shape, options(steps: 250)) { _ in }
        let model = try trainer.train(corpus(seed: 1))
        let held = corpus(seed: 2)
        let integer = try bits(held, model)
        // Plain bits are 4; by the rule it is 0.8, and a chunk of a second starts without any past.
        #expect(integer < 1.4)
        let chunks = held.recordings.flatMap { recording in
            (0..<6).map { part in
                ChunkPool.Chunk(
                    codes: recording.codes[part * 90..<part * 90 + 90].map { Int64($0) },
                    depths: Array(repeating: 3, count: 30))
            }
        }
        let batch = try ContextBatch(chunks, shape: shape, length: 30, frames: Array(0..<30))
        let real = try trainer.trainee.predict(batch).loss().item()
        #expect(abs(integer - real) < 0.06, "\(integer) bits in integers, \(real) in floating point")
    }

    /// The frames behind a predicted one, and its own code, must not be seen.
    @Test(.needsTorch) func predictionsDependOnThePastAlone() throws {
        try Torch.seed(4)
        let trainee = try ContextTrainee(shape)
        var chunk = ChunkPool.Chunk(
            codes: (0..<90).map { Int64($0 * 7 % 16) }, depths: (0..<30).map { Int64($0 % 3 + 1) })
        func bits() throws -> [Double] {
            try trainee.predict(ContextBatch([chunk], shape: shape, length: 30, frames: [20])).bits.doubles()
        }
        let before = try bits()
        for frame in 21..<30 { for stage in 0..<3 { chunk.codes[frame * 3 + stage] = 1 } }
        #expect(try bits() == before)
        // Frame 20 has depth 3: another code of its last stage changes nothing below.
        chunk.codes[62] = (chunk.codes[62] + 5) % 16
        #expect(Array(try bits().prefix(2)) == Array(before.prefix(2)))
        chunk.codes[57] = (chunk.codes[57] + 5) % 16
        #expect(try bits().prefix(2) != before.prefix(2))
    }

    @Test func poolsCutToDepthsAndRepeatBySeed() {
        let corpus = corpus(seed: 5)
        var first = KeyedRandom(1), second = KeyedRandom(1)
        let pool = ChunkPool(corpus, length: 30, &first).chunks
        let again = ChunkPool(corpus, length: 30, &second).chunks
        #expect(pool.map(\.codes) == again.map(\.codes) && pool.count > 100)
        for chunk in pool {
            for frame in 0..<30 {
                for stage in Int(chunk.depths[frame])..<3 { #expect(chunk.codes[frame * 3 + stage] == 0) }
            }
        }
        #expect(pool.contains { $0.depths.allSatisfy { $0 == 3 } } && pool.contains { $0.depths.contains(1) })
    }
}
