import Testing
import VRVQ

/// Streams in coding 4 on several threads, through a chunk index, lowered to a size, and over a channel with losses.
@Suite("Entropy: seeking, threads and rates in the learned coding") struct LearnedSeekTests {
    private func model(seed: UInt64 = 1) throws -> ContextModel {
        try ContextFixtures.model(
            ContextModel.Shape(stages: 4, entries: 600, width: 4, hidden: 5, inner: 6), seed: seed)
    }

    private func sections(_ bytes: [UInt8], _ type: UInt8) throws -> [[UInt8]] {
        try ContainerFixtures.sections(bytes).filter { $0[0] == type }
    }

    @Test func excerptsAreThoseOfAWholeWalk() throws {
        let model = try model()
        let models = ContextModels(model)
        let bytes = try ContextFixtures.written(SeekTests.stream(), model).bytes
        #expect(try sections(bytes, 0x02).count == 1 && sections(bytes, 0x85).count == 1)
        #expect(try StreamInspection(bytes, contextModels: models).faults.isEmpty)
        for round in 0..<20 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            let start = random.int(0...599_999)
            let range = start..<start + random.int(1...50_000)
            let context = FrameContext(back: random.int(0...9), ahead: random.int(0...9))
            var first = Int.max
            let stream = StreamBytes(count: bytes.count) { part in
                if part.lowerBound > 200 { first = min(first, part.lowerBound) }
                return Array(bytes[part])
            }
            let excerpt = try StreamCut.excerpt(
                stream, samples: { _ in range }, contextModels: models, context: { _ in context })
            let cut = try StreamCut.cut(bytes, samples: range, context: context, contextModels: models)
            #expect(excerpt == cut, "VRVQ_SEED=\(seed)")
            // Through the index: 30 seconds before the piece nothing is read.
            #expect(start < 400_000 || first > bytes.count / 4, "VRVQ_SEED=\(seed)")
            #expect(try StreamInspection(cut, contextModels: models).faults.isEmpty, "VRVQ_SEED=\(seed)")
            // A piece of silence needs no model.
            let isSilent = try sections(cut, 0x82).allSatisfy { $0[1] < 4 && $0[2] == 1 }
            #expect(try sections(cut, 0x85).count == (isSilent ? 0 : 1), "VRVQ_SEED=\(seed)")
        }
        let context = FrameContext(back: 0, ahead: 0)
        #expect(try StreamCut.cut(bytes, samples: 0..<Int.max, context: context, contextModels: .none).count > 0)
        // Within a chunk its codes are needed.
        let error = #expect(throws: VRVQError.self) {
            try StreamCut.excerpt(StreamBytes(bytes), samples: { _ in 400_001..<400_900 }, context: { _ in context })
        }
        #expect(error?.code == .modelMismatch)
    }

    /// A model that is named behind a chunk leaves no index; one that is there all the same is not followed, and told.
    @Test func anIndexKnowsOneModel() throws {
        let (first, second) = (try model(seed: 1), try model(seed: 2))
        let models = ContextModels(first).or(ContextModels(second))
        let context = FrameContext(back: 0, ahead: 0)
        let stream = SeekTests.stream()
        let plain = try stream.encoded(entropy: .packed)
        var parts = try ContainerFixtures.sections(plain)
        let other = try ContainerFixtures.sections(try ContextFixtures.written(stream, second).bytes)
        let chunks = parts.indices.filter { parts[$0][0] == 0x82 }
        parts[chunks[30]] = other.filter { $0[0] == 0x82 }[30]
        parts.insert(try #require(other.first { $0[0] == 0x85 }), at: chunks[30])
        // That makes the index anew.
        let bytes = try TagEditing.replacingTags(
            of: ContainerFixtures.stream(parts), with: stream.tags, contextModels: models)
        #expect(try VRVQStream(decoding: bytes, contextModels: models) == stream)
        let faults = try StreamInspection(bytes, contextModels: models).faults
        #expect(faults.count == 1 && faults.first?.message.contains("names an entropy model") == true)
        let range = 150_000..<250_000
        #expect(
            try StreamCut.excerpt(
                StreamBytes(bytes), samples: { _ in range }, contextModels: models, context: { _ in context })
                == StreamCut.cut(bytes, samples: range, context: context, contextModels: models))

        var transcoder = StreamTranscoder(codebooks: 4, contextModels: models)
        let transcoded = try transcoder.push(bytes)
        #expect(try sections(transcoded, 0x02).isEmpty)
        #expect(try StreamInspection(transcoded, contextModels: models).faults.isEmpty)
        #expect(try VRVQStream(decoding: transcoded, contextModels: models).grids == stream.grids)
    }

    @Test func threadsMakeNoDifference() throws {
        var missing = 0
        for round in 0..<8 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            let shape = ContextFixtures.shape(&random)
            let model = try ContextFixtures.model(shape, seed: seed)
            var stream = ContextFixtures.stream(shape, &random, frames: random.int(60...200))
            stream.format.framesPerChunk = random.int(1...20)
            let bytes = try stream.encoded(entropy: .learned(model))
            #expect(try stream.written(entropy: .learned(model), threads: 3).bytes == bytes, "VRVQ_SEED=\(seed)")
            let learned = try ContextFixtures.written(stream, model).bytes
            let models = ContextModels(model)
            let one = events(learned, threads: 1, models)
            let four = events(learned, threads: 4, models)
            #expect(one.error == nil && one.events.count > 2, "VRVQ_SEED=\(seed)")
            #expect(four.error == nil && four.events == one.events, "VRVQ_SEED=\(seed)")
            let lost = events(learned, threads: 1, .none)
            let again = events(learned, threads: 4, .none)
            #expect(lost.error?.code ?? .modelMismatch == .modelMismatch, "VRVQ_SEED=\(seed)")
            #expect(again.error == lost.error && again.events == lost.events, "VRVQ_SEED=\(seed)")
            if lost.error != nil { missing += 1 }
        }
        #expect(missing > 0)
    }

    private func events(
        _ bytes: [UInt8], threads: Int, _ models: ContextModels
    ) -> (events: [StreamReader.Event], error: VRVQError?) {
        var reader = StreamReader(contextModels: models)
        reader.setThreads(threads)
        reader.push(bytes)
        var events: [StreamReader.Event] = []
        do throws(VRVQError) {
            while let event = try reader.next() { events.append(event) }
            try reader.finish()
            return (events, nil)
        } catch { return (events, error) }
    }

    /// Sizes are those of the bytes, the section that names the model among them.
    @Test func reductionsMeetTheirSize() throws {
        let model = try model()
        let models = ContextModels(model)
        let bytes = try ContextFixtures.written(SeekTests.stream(), model).bytes
        let reduction = try RateReduction(bytes, threads: 2, contextModels: models)
        let error = #expect(throws: VRVQError.self) { try reduction.reduced(.size(1)) }
        let least = try #require(Int(error?.message.split(separator: " ").last ?? ""))
        let smallest = try reduction.reduced(.size(least))
        #expect(smallest.bytes.count == least)
        #expect(try sections(smallest.bytes, 0x85).count == 1)
        #expect(try VRVQStream(decoding: smallest.bytes, contextModels: models).sampleCount == 600_000)
        let plain = try RateReduction(bytes, entropy: .packed, contextModels: models).reduced(.size(least * 2))
        #expect(try sections(plain.bytes, 0x85).isEmpty && !plain.bytes.isEmpty)
    }

    @Test func transcodingObeysAChosenCoding() throws {
        let model = try model()
        let stream = SeekTests.stream(frames: 90)
        let bytes = try ContextFixtures.written(stream, model).bytes
        for entropy in [EntropyCoding.packed, .adaptive, .learned(model)] {
            var transcoder = StreamTranscoder(codebooks: 4, entropy: entropy, contextModels: ContextModels(model))
            var expected = stream
            expected.tags = []
            #expect(try transcoder.push(bytes) == expected.encoded(entropy: entropy))
        }
    }

    @Test func lossesAreRepaired() throws {
        let model = try model()
        let models = ContextModels(model)
        let bytes = try ContextFixtures.written(SeekTests.stream(), model).bytes
        let packets = try PacketStream(bytes, over: PacketLoss(rate: 0.3, seed: 3), contextModels: models)
        #expect(packets.lostPackets > 5)
        let inspection = try StreamInspection(packets.bytes, contextModels: models)
        #expect(inspection.lostFrames > 30)
        let repaired = try inspection.repaired()
        #expect(try StreamInspection(repaired, contextModels: models).faults.isEmpty)
        #expect(try VRVQStream(decoding: repaired, contextModels: models).grids[0].frames == 750)
        #expect(throws: VRVQError.self) { try PacketStream(bytes, over: PacketLoss(rate: 0)) }
    }
}
