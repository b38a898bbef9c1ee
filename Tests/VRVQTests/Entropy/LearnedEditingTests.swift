import Testing
import VRVQ

/// Streams in coding 4 are edited as others are, given the context model.
@Suite("Entropy: editing streams in the learned coding") struct LearnedEditingTests {
    private func fixture(seed: UInt64) throws -> (stream: VRVQStream, model: ContextModel, bytes: [UInt8]) {
        var random = ContainerRandom(seed: seed)
        let shape = ContextModel.Shape(stages: 4, entries: 40, width: 4, hidden: 5, inner: 6)
        let model = try ContextFixtures.model(shape, seed: seed)
        var stream = ContextFixtures.stream(shape, &random, frames: 60)
        stream.format.framesPerChunk = 16
        return (stream, model, try ContextFixtures.written(stream, model).bytes)
    }

    @Test func transcodingGivesTheBytesOfEncodingWithFewerCodebooks() throws {
        for round in 0..<12 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            let (stream, model, bytes) = try fixture(seed: seed)
            var transcoder = StreamTranscoder(codebooks: 2, contextModels: ContextModels(model))
            let result = try transcoder.push(bytes)
            try transcoder.finish()
            var expected = stream
            expected.grids = stream.grids.map { $0.limited(to: 2) }
            if 2 < stream.format.constantDepth ?? 4 { expected.format.scale = nil }
            if let depth = stream.format.constantDepth { expected.format.constantDepth = min(2, depth) }
            #expect(try result == expected.encoded(entropy: .learned(model)), "VRVQ_SEED=\(seed)")
        }
    }

    @Test func cutsKeepTheFrames() throws {
        for round in 0..<12 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            let (stream, model, bytes) = try fixture(seed: seed)
            let models = ContextModels(model)
            let hop = stream.format.hop
            let piece = try StreamCut.cut(
                bytes, samples: 10 * hop..<40 * hop, context: FrameContext(back: 3, ahead: 2), contextModels: models)
            let whole = try chunks(bytes, models)
            let kept = try chunks(piece, models)
            #expect(kept.count == whole.count, "VRVQ_SEED=\(seed)")
            for channel in kept.indices {
                #expect(kept[channel].elementsEqual(whole[channel][7..<42]), "VRVQ_SEED=\(seed)")
            }
        }
    }

    /// Streams with different context models, and one without any, joined: every chunk is read with its own.
    @Test func joinsSwitchModels() throws {
        let seed = ContainerRandom.seed
        let (stream, model, bytes) = try fixture(seed: seed)
        let other = try ContextFixtures.model(model.shape, seed: seed &+ 1)
        let parts = [
            bytes, try ContextFixtures.written(stream, other).bytes, try stream.encoded(entropy: .packed), bytes,
        ]
        let both = ContextModels { $0 == model.fingerprint ? model : $0 == other.fingerprint ? other : nil }
        let joined = try StreamCut.joined(parts, contextModels: both)
        let once = try chunks(bytes, both)
        let all = try chunks(joined, both)
        for channel in once.indices {
            #expect(all[channel] == (0..<4).flatMap { _ in once[channel] }, "VRVQ_SEED=\(seed)")
        }
        #expect(throws: VRVQError.self) { try chunks(joined, ContextModels(model)) }
    }

    @Test func inspectionAndRepair() throws {
        let (_, model, bytes) = try fixture(seed: 4)
        let models = ContextModels(model)
        #expect(try StreamInspection(bytes, contextModels: models).faults.isEmpty)
        let error = #expect(throws: VRVQError.self) { try StreamInspection(bytes) }
        #expect(error?.code == .modelMismatch)
        var damaged = bytes
        damaged[bytes.count / 2] ^= 1
        let inspection = try StreamInspection(damaged, contextModels: models)
        #expect(!inspection.faults.isEmpty && inspection.intactChunks >= 1)
        let repaired = try inspection.repaired()
        #expect(try StreamInspection(repaired, contextModels: models).faults.isEmpty)
    }

    @Test func tagsChangeAlone() throws {
        let (stream, model, bytes) = try fixture(seed: 6)
        let models = ContextModels(model)
        let tags = [Tag(key: "title", value: "x")]
        let result = try TagEditing.replacingTags(of: bytes, with: tags, contextModels: models)
        var expected = stream
        expected.tags = tags
        #expect(try VRVQStream(decoding: result, contextModels: models) == expected)
        #expect(try TagEditing.tags(of: result, contextModels: models) == tags)
    }

    /// The codes in use of every frame, by channel.
    private func chunks(_ bytes: [UInt8], _ models: ContextModels) throws -> [[[UInt16]]] {
        var reader = StreamReader(contextModels: models)
        reader.push(bytes)
        var frames: [[[UInt16]]] = []
        while let event = try reader.next() {
            guard case .chunk(let grids, _) = event else { continue }
            if frames.isEmpty { frames = grids.map { _ in [] } }
            for (channel, grid) in grids.enumerated() {
                frames[channel] += (0..<grid.frames).map { Array(grid.codes(ofFrame: $0)) }
            }
        }
        try reader.finish()
        return frames
    }
}
