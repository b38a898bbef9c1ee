import Testing
import VRVQ

/// Payload coding 4 by itself: what is written is read, and nothing else is (Hostile).
@Suite("Entropy: the learned coding, whole and damaged (Hostile)") struct LearnedCodingTests {
    @Test func everyGridComesBack() throws {
        for round in 0..<60 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            let shape = ContextFixtures.shape(&random)
            let model = try ContextFixtures.model(shape, seed: seed)
            let stream = ContextFixtures.stream(shape, &random)
            let (bytes, statistics) = try ContextFixtures.written(stream, model)
            var reader = StreamReader(contextModels: ContextModels(model))
            reader.push(bytes)
            while try reader.next() != nil {}
            try reader.finish()
            #expect(reader.statistics == statistics, "VRVQ_SEED=\(seed)")
            #expect(statistics.bitsPerCode.count == shape.stages || statistics.usedCodes == 0, "VRVQ_SEED=\(seed)")
            let read = try VRVQStream(decoding: bytes, contextModels: ContextModels(model))
            #expect(read == stream, "VRVQ_SEED=\(seed)")
        }
    }

    /// The sum of what the codes took, by stage, is what the chunks hold besides depths and framing.
    @Test func bitsAddUp() throws {
        var random = ContainerRandom(seed: ContainerRandom.seed)
        let shape = ContextModel.Shape(stages: 4, entries: 64, width: 8, hidden: 16, inner: 16)
        let stream = ContextFixtures.stream(shape, &random, frames: 200)
        let (_, statistics) = try ContextFixtures.written(stream, try ContextFixtures.model(shape, seed: 1))
        var counts = [Int](repeating: 0, count: 4)
        for grid in stream.grids {
            for depth in grid.depth { for stage in 0..<Int(depth) { counts[stage] += 1 } }
        }
        let sum = zip(statistics.bitsPerCode, counts).reduce(0.0) { $0 + ($1.0 ?? 0) * Double($1.1) }
        #expect(abs(sum - Double(statistics.codeBits)) <= Double(statistics.chunks))
        let held = statistics.chunkBytes * 8 - statistics.depthBits - statistics.codeBits
        #expect((0...(statistics.chunks * 8 * 20)).contains(held))
    }

    /// The model forgets between chunks: each is what it would be alone.
    @Test func chunksStandAlone() throws {
        for round in 0..<10 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            let shape = ContextFixtures.shape(&random)
            let model = try ContextFixtures.model(shape, seed: seed)
            let stream = ContextFixtures.stream(shape, &random)
            let step = stream.format.framesPerChunk
            var running = try StreamWriter(stream.format, entropy: .learned(model))
            running.isNeverPacked = true
            _ = running.header()
            for start in stride(from: 0, to: stream.grids[0].frames, by: step) {
                let frames = start..<min(stream.grids[0].frames, start + step)
                var fresh = try StreamWriter(stream.format, entropy: .learned(model))
                fresh.isNeverPacked = true
                _ = fresh.header()
                #expect(
                    running.chunk(stream.grids, frames: frames) == fresh.chunk(stream.grids, frames: frames),
                    "VRVQ_SEED=\(seed)")
                _ = running.flush()
            }
        }
    }

    @Test func theShortestPayloadIsTaken() throws {
        for round in 0..<40 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            let shape = ContextFixtures.shape(&random)
            let model = try ContextFixtures.model(shape, seed: seed)
            let stream = ContextFixtures.stream(shape, &random)
            let chosen = try stream.encoded(entropy: .learned(model))
            let naming = 5 + 9 + 1
            #expect(try chosen.count <= stream.encoded(entropy: .adaptive).count + naming, "VRVQ_SEED=\(seed)")
            #expect(try chosen.count <= ContextFixtures.written(stream, model).bytes.count, "VRVQ_SEED=\(seed)")
            let read = try VRVQStream(decoding: chosen, contextModels: ContextModels(model))
            #expect(read == stream, "VRVQ_SEED=\(seed)")
        }
    }

    // MARK: - The model that is missing

    private func small(seed: UInt64 = 7) throws -> (stream: VRVQStream, model: ContextModel, bytes: [UInt8]) {
        var random = ContainerRandom(seed: seed)
        let shape = ContextModel.Shape(stages: 3, entries: 50, width: 4, hidden: 6, inner: 5)
        let model = try ContextFixtures.model(shape, seed: seed)
        var stream = ContextFixtures.stream(shape, &random, frames: 12)
        stream.format.framesPerChunk = 5
        return (stream, model, try ContextFixtures.written(stream, model).bytes)
    }

    @Test func anotherModelIsOneClearError() throws {
        let (_, model, bytes) = try small()
        let other = try ContextFixtures.model(model.shape, seed: 8)
        for models in [ContextModels.none, ContextModels(other)] {
            let error = #expect(throws: VRVQError.self) { try VRVQStream(decoding: bytes, contextModels: models) }
            #expect(error?.code == .modelMismatch)
            #expect(error?.message.contains(model.fingerprint.description) == true)
            #expect(error?.message.contains("\n") == false)
        }
    }

    @Test func aStreamThatNamesNoModelIsMalformed() throws {
        let (_, model, bytes) = try small()
        let sections = try ContainerFixtures.sections(bytes).filter { $0[0] != 0x85 }
        let error = #expect(throws: VRVQError.self) {
            try VRVQStream(decoding: ContainerFixtures.stream(sections), contextModels: ContextModels(model))
        }
        #expect(error?.code == .malformed)
    }

    /// A model under the right fingerprint that is for other codes must not be run.
    @Test func aModelOfAnotherShapeIsNotUsed() throws {
        let (_, model, bytes) = try small()
        let other = try ContextFixtures.model(
            ContextModel.Shape(stages: 2, entries: 50, width: 4, hidden: 6, inner: 5), seed: 1)
        let error = #expect(throws: VRVQError.self) {
            try VRVQStream(decoding: bytes, contextModels: ContextModels { _ in other })
        }
        #expect(error?.code == .modelMismatch)
        var random = ContainerRandom(seed: 3)
        let stream = ContextFixtures.stream(model.shape, &random)
        #expect(throws: VRVQError.self) { try stream.encoded(entropy: .learned(other)) }
    }

    // MARK: - Damage

    @Test func truncatedPayloadsAreErrors() throws {
        let (_, model, bytes) = try small()
        let sections = try ContainerFixtures.sections(bytes)
        for (index, section) in sections.enumerated() where section[0] == 0x82 && section[2] & 0x7f == 4 {
            let payload = Array(section[2...].dropLast(4))
            for wrong in payload.indices.map({ Array(payload[..<$0]) }) + [payload + [0], payload + [255]] {
                var damaged = sections
                damaged[index] = Section.bytes(.chunk, payload: wrong)
                let error = #expect(throws: VRVQError.self, "\(wrong)") {
                    try VRVQStream(
                        decoding: ContainerFixtures.stream(damaged), contextModels: ContextModels(model))
                }
                #expect(error?.code == .malformed, "\(wrong)")
            }
        }
    }

    /// Any payload is refused or is the one form of what it says.
    @Test(.timeLimit(.minutes(2))) func mutationsDecodeOrThrow() throws {
        var decoded = 0
        for round in 0..<1500 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            let (_, model, bytes) = try small(seed: seed % 16)
            let sections = try ContainerFixtures.sections(bytes).map { section in
                guard section[0] == 0x82, section[2] & 0x7f == 4, random.oneIn(2) else { return section }
                let payload = Array(section[2...].dropLast(4))
                let head = payload[0] & 0x80 == 0 ? 1 : 2
                return Section.bytes(.chunk, payload: payload[..<head] + random.damaged(Array(payload[head...])))
            }
            let damaged = ContainerFixtures.stream(sections)
            do throws(VRVQError) {
                let stream = try VRVQStream(decoding: damaged, contextModels: ContextModels(model))
                decoded += 1
                if stream.grids.allSatisfy({ grid in !grid.depth.contains(0) }) {
                    #expect(try ContextFixtures.written(stream, model).bytes == damaged, "VRVQ_SEED=\(seed)")
                }
            } catch {
                #expect(!error.message.isEmpty && !error.message.contains("\n"), "VRVQ_SEED=\(seed)")
            }
        }
        #expect(decoded > 150)
    }

    /// The frequencies that the kernels give leave every code something and fit their total for every size of codebook.
    @Test func leastFrequenciesFit() {
        for entries in 2...ContextModel.maximumEntries {
            #expect(max(1, 1024 / entries) * entries <= 4096, "\(entries)")
        }
    }

    /// Codes that the model knows for certain are not written in coding 4, nor read.
    @Test(.timeLimit(.minutes(2))) func aByteStandsForFewCodes() throws {
        let shape = ContextModel.Shape(stages: 8, entries: 1024, width: 2, hidden: 2, inner: 2)
        var arrays: [ContextField: [Int]] = [:]
        for field in ContextField.allCases { arrays[field] = Array(repeating: 0, count: field.count(shape)) }
        for stage in 0..<8 { arrays[.outputBias]![stage * 1024] = 8000 }
        arrays[.gateBias] = Array(repeating: -20_000, count: 8)
        let model = try ContextModel(shape, arrays)
        let format = StreamFormat(
            sourceRate: 44100, channels: 1, modelRate: 44100, hop: 512, stages: 8, entries: 1024, framesPerChunk: 600,
            networkFingerprint: ContainerFixtures.fingerprint, modelName: "", constantDepth: 8)
        var grid = CodeGrid(stages: 8, entries: 1024)
        for _ in 0..<600 { grid.append(depth: 8, codes: Array(repeating: 0, count: 8)) }
        grid.sampleCount = 600 * 512
        let stream = VRVQStream(format: format, grids: [grid], sampleCount: grid.sampleCount)
        let (bytes, _) = try ContextFixtures.written(stream, model)
        let sections = try ContainerFixtures.sections(bytes)
        #expect(!sections.contains { $0[0] == 0x82 && $0[2] & 0x7f == 4 })
        #expect(try VRVQStream(decoding: bytes, contextModels: ContextModels(model)) == stream)
        // What a writer without that rule would have written: "no silence", then 4800 times the one likely code.
        var coder = RangeEncoder(after: [4])
        var announced = Likelihood(8, worth: 2)
        _ = coder.flag(false, &announced)
        for _ in 0..<4800 { coder.encode(start: 0, frequency: 64513, total: 65536) }
        let chunk = Section.bytes(.chunk, payload: coder.finish())
        let error = #expect(throws: VRVQError.self) {
            try VRVQStream(
                decoding: ContainerFixtures.stream([sections[0], sections[1], chunk]),
                contextModels: ContextModels(model))
        }
        #expect(error?.code == .malformed && error?.message.contains("too short for the codes") == true)
    }
}
