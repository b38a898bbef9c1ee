import TestSupport
import Testing
import VRVQ
import VRVQNetwork

/// Frames of depth 0: exact zeros, and no trace in the frames around them but that of an empty latent.
@Suite struct CodecSilenceTests {
    /// A grid with stretches of silence, short ones and ones longer than the network's reach.
    private func grid(_ kind: TestModel, _ generator: inout SeededGenerator) throws -> CodeGrid {
        let quantizer = kind.architecture.quantizer
        var grid = CodeGrid(stages: quantizer.stages, entries: quantizer.entries)
        for _ in 0..<6 {
            for _ in 0..<Int.random(in: 0...6, using: &generator) {
                let codes = (0..<quantizer.stages).map { _ in
                    UInt16.random(in: 0..<UInt16(quantizer.entries), using: &generator)
                }
                grid.append(depth: Int.random(in: 1...quantizer.stages, using: &generator), codes: codes)
            }
            grid.appendSilence(frames: [0, 1, 5, 150].randomElement(using: &generator)!)
        }
        grid.sampleCount = grid.frames * kind.hop
        return grid
    }

    /// The network over all frames at once, silence set to zero afterwards.
    private func expected(_ grid: CodeGrid, _ kind: TestModel) throws -> [Float] {
        let model = try kind.model
        let network = model.network
        let layers = try PreparedLayers(
            layers: network.decoderLayers, stages: network.quantizer.stages, weights: model.weights,
            instructionSet: .best)
        var cpu = CPU(layers, slots: network.slots)
        let codes = (0..<grid.stages).map { stage in
            (0..<grid.frames).map { grid.codes[$0 * grid.stages + stage] }
        }
        guard let latent = network.quantizer.reconstruct(codes, depth: grid.depth, on: &cpu) else { return [] }
        let audio = network.decode(cpu.marked(latent, isLast: true), on: &cpu)
        var samples = Array(UnsafeBufferPointer(start: audio.base, count: audio.rows))
        samples += repeatElement(0, count: grid.sampleCount - samples.count)
        for frame in 0..<grid.frames where grid.depth[frame] == 0 {
            for index in frame * kind.hop..<(frame + 1) * kind.hop { samples[index] = 0 }
        }
        return samples
    }

    @Test(arguments: TestModel.narrow) func silenceIsZeroAndNothingElseChanges(_ kind: TestModel) throws {
        for seed in propertySeeds(kind == .tiny ? 20 : 4) {
            var generator = SeededGenerator(seed: seed)
            let grid = try grid(kind, &generator)
            let expected = try expected(grid, kind)
            for threads in [1, 3] {
                let codec = try kind.codec(threads: threads, segmentFrames: 10)
                #expect(try [codec.synthesise(grid)].bits == [expected].bits, "VRVQ_SEED=\(seed), \(threads) threads")
            }
        }
    }

    /// A few bytes that stand for two days: given in pieces, at the cost of writing zeros.
    @Test(.timeLimit(.minutes(10))) func aLongSilenceIsGivenInPieces() throws {
        let codec = try TestModel.small.codec(threads: 2)
        let frames = Limits.maximumSilenceRunFrames
        var writer = try StreamWriter(try StreamEncoder(codec, channels: 1).format)
        var bytes = writer.header()
        var silence = CodeGrid(stages: 8, entries: 1024)
        silence.appendSilence(frames: writer.format.framesPerChunk)
        for _ in 0..<frames / silence.frames { bytes += writer.chunk([silence]) }
        let count = frames / silence.frames * silence.frames * 512
        bytes += try writer.trailer(sampleCount: count)
        #expect(bytes.count < 200)
        var decoder = StreamDecoder { _ in codec }
        decoder.append(bytes)
        var (given, largest, isZero) = (0, 0, true)
        while given < count / 50, let samples = try decoder.next() {
            given += samples[0].count
            largest = max(largest, samples[0].count)
            isZero = isZero && samples[0].allSatisfy { $0.bitPattern == 0 }
        }
        #expect(given >= count / 50 && isZero && largest <= 1 << 19)
        let error = #expect(throws: VRVQError.self) { try codec.decode(bytes, atMost: 1 << 20) }
        #expect(error?.code == .limitExceeded)
    }
}
