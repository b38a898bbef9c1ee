import TestSupport
import Testing
import VRVQ

/// Payload coding 3 by itself: what is written is read, and nothing else is.
@Suite("Entropy: the adaptive coding, whole and damaged (Hostile)") struct AdaptiveHostileTests {
    /// The stream with every chunk in coding 3, shorter or not.
    private func written(_ stream: VRVQStream) throws(VRVQError) -> [UInt8] {
        var writer = try StreamWriter(stream.format)
        writer.isNeverPacked = true
        var bytes = writer.header()
        let (frames, step) = (stream.grids[0].frames, stream.format.framesPerChunk)
        for start in stride(from: 0, to: frames, by: step) {
            bytes += writer.chunk(stream.grids, frames: start..<min(frames, start + step))
        }
        bytes += try writer.trailer(sampleCount: stream.sampleCount)
        var reader = StreamReader()
        reader.push(bytes)
        while try reader.next() != nil {}
        #expect(reader.statistics == writer.statistics)
        return bytes
    }

    /// Codes and depths that repeat, in channels that agree: what the model is made for.
    private func redundant(_ random: inout ContainerRandom) -> VRVQStream {
        var stream = random.stream()
        stream.tags = []
        let format = stream.format
        var grids = stream.grids.map { _ in CodeGrid(stages: format.stages, entries: format.entries) }
        var codes = [UInt16](repeating: 0, count: format.stages)
        var depth = format.constantDepth ?? 1
        for _ in 0..<stream.grids[0].frames {
            if random.oneIn(4) { depth = format.constantDepth ?? random.int(1...format.stages) }
            for stage in codes.indices where random.oneIn(3) {
                codes[stage] = UInt16(random.int(0...min(20, format.entries - 1)))
            }
            for channel in grids.indices {
                if random.oneIn(8) { codes[0] = UInt16(random.int(0...format.entries - 1)) }
                grids[channel].append(depth: random.oneIn(30) ? 0 : depth, codes: codes)
            }
        }
        for channel in grids.indices { grids[channel].sampleCount = stream.grids[0].sampleCount }
        stream.grids = grids
        return stream
    }

    @Test func everyGridComesBack() throws {
        for round in 0..<120 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            var stream = random.oneIn(2) ? random.stream() : redundant(&random)
            stream.tags = []
            #expect(try VRVQStream(decoding: written(stream)) == stream, "VRVQ_SEED=\(seed)")
        }
    }

    /// The model forgets between chunks: each is what it would be alone.
    @Test func chunksStandAlone() throws {
        for round in 0..<20 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            let stream = redundant(&random)
            let step = stream.format.framesPerChunk
            var running = try StreamWriter(stream.format)
            _ = running.header()
            for start in stride(from: 0, to: stream.grids[0].frames, by: step) {
                let frames = start..<min(stream.grids[0].frames, start + step)
                var fresh = try StreamWriter(stream.format)
                _ = fresh.header()
                #expect(
                    running.chunk(stream.grids, frames: frames) == fresh.chunk(stream.grids, frames: frames),
                    "VRVQ_SEED=\(seed)")
                _ = running.flush()
            }
        }
    }

    @Test func theShorterPayloadIsTaken() throws {
        for round in 0..<60 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            var stream = random.oneIn(2) ? random.stream() : redundant(&random)
            stream.tags = []
            let packed = try stream.encoded(entropy: .packed)
            let chosen = try stream.encoded()
            #expect(try chosen.count <= min(packed.count, written(stream).count), "VRVQ_SEED=\(seed)")
            #expect(try VRVQStream(decoding: chosen) == VRVQStream(decoding: packed), "VRVQ_SEED=\(seed)")
        }
    }

    /// A small stream whose chunks are all in coding 3.
    private func small(_ random: inout ContainerRandom) -> VRVQStream {
        var stream = random.oneIn(2) ? ContainerFixtures.worked : ContainerFixtures.constantRate
        stream.tags = []
        return stream
    }

    /// With the checksum repaired, a payload that was cut or lengthened is refused, whatever its length.
    @Test func truncatedPayloadsAreErrors() throws {
        var random = ContainerRandom(seed: 1)
        for _ in 0..<2 {
            let whole = try written(small(&random))
            let sections = try ContainerFixtures.sections(whole)
            for (index, section) in sections.enumerated() where section[0] == 0x82 && section[2] & 0x7f == 3 {
                let payload = Array(section[2...].dropLast(4))
                let wrong = payload.indices.map { Array(payload[..<$0]) } + [payload + [0], payload + [255]]
                for payload in wrong {
                    var damaged = sections
                    damaged[index] = Section.bytes(.chunk, payload: payload)
                    let error = #expect(throws: VRVQError.self, "\(payload)") {
                        try VRVQStream(decoding: ContainerFixtures.stream(damaged))
                    }
                    #expect(error?.code == .malformed, "\(payload)")
                }
            }
        }
    }

    /// Any payload is refused or is the one form of what it says.
    @Test(.timeLimit(.minutes(10))) func mutationsDecodeOrThrow() throws {
        var decoded = 0
        for round in 0..<4000 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            let sections = try ContainerFixtures.sections(try written(small(&random))).map { section in
                let payload = Array(section[2...].dropLast(4))
                return section[0] == 0x82 && random.oneIn(2)
                    ? Section.bytes(.chunk, payload: damagedBehindTheHead(payload, &random)) : section
            }
            let damaged = ContainerFixtures.stream(sections)
            do throws(VRVQError) {
                let stream = try VRVQStream(decoding: damaged)
                decoded += 1
                // A chunk that has become all silence is written as a run, which is another coding.
                if hasSilentChunk(stream) { continue }
                #expect(try written(stream) == damaged, "VRVQ_SEED=\(seed)")
            } catch {
                #expect(!error.message.isEmpty && !error.message.contains("\n"), "VRVQ_SEED=\(seed)")
            }
        }
        #expect(decoded > 400)
    }

    private func hasSilentChunk(_ stream: VRVQStream) -> Bool {
        let frames = stream.grids[0].frames
        return stride(from: 0, to: frames, by: stream.format.framesPerChunk).contains { start in
            let end = min(frames, start + stream.format.framesPerChunk)
            return stream.grids.allSatisfy { grid in grid.depth[start..<end].allSatisfy { $0 == 0 } }
        }
    }

    /// Leaves coding and frame count alone, so that what is tried is the range coder.
    private func damagedBehindTheHead(_ payload: [UInt8], _ random: inout ContainerRandom) -> [UInt8] {
        let head = payload[0] & 0x80 == 0 ? 1 : 2
        guard payload[0] & 0x7f == 3 else { return payload }
        return payload[..<head] + random.damaged(Array(payload[head...]))
    }

    /// Noise of any length in place of a payload.
    @Test func noiseIsRefusedOrMeansSomething() throws {
        let sections = try ContainerFixtures.sections(try written(ContainerFixtures.worked))
        for round in 0..<3000 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            let noise = (0..<random.int(0...60)).map { _ in UInt8(random.int(0...255)) }
            let damaged = ContainerFixtures.stream(
                [sections[0], Section.bytes(.chunk, payload: [3] + noise)] + sections.dropFirst(2))
            do throws(VRVQError) { _ = try VRVQStream(decoding: damaged) } catch {
                #expect(error.code == .malformed, "VRVQ_SEED=\(seed) \(error)")
            }
        }
    }

    /// A megabyte of the most certain answers stands for bounded work.
    @Test(.timeLimit(.minutes(10))) func aFullSectionIsReadInBoundedTime() throws {
        let format = StreamFormat(
            sourceRate: 44100, channels: 64, modelRate: 44100, hop: 1, stages: 1, entries: 65536,
            framesPerChunk: 7000, networkFingerprint: ContainerFixtures.fingerprint, modelName: "")
        var grid = CodeGrid(stages: 1, entries: 65536)
        for frame in 0..<7000 { grid.append(depth: 1, codes: [UInt16(frame * 9 % 65536)]) }
        grid.sampleCount = 7000
        let stream = VRVQStream(format: format, grids: Array(repeating: grid, count: 64), sampleCount: 7000)
        let coded = try written(stream)
        #expect(coded.count < 90_000)
        #expect(try VRVQStream(decoding: coded) == stream)
        let section = try ContainerFixtures.sections(coded)
        let short = Section.bytes(.chunk, payload: Array(section[1][3...].prefix(2000)))
        let error = #expect(throws: VRVQError.self) {
            try VRVQStream(decoding: ContainerFixtures.stream([section[0], short]))
        }
        #expect(error?.code == .malformed || error?.code == .unsupported)
    }
}
