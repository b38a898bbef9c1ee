import Testing
import VRVQ

@Suite("Editing: packets that are lost")
struct LossTests {
    /// First frame and frames of every chunk.
    private func chunks(_ bytes: [UInt8]) throws -> [Range<Int>] {
        try ContainerFixtures.events([bytes[...]]).compactMap { event in
            guard case .chunk(let grids, let first) = event else { return nil }
            return first..<first + grids[0].frames
        }
    }

    /// Sound in chunks of random lengths.
    private func stream(_ random: inout ContainerRandom) throws -> (bytes: [UInt8], grid: CodeGrid) {
        var stream = InspectionTests.stream(frames: random.int(2...120))
        stream.format.framesPerChunk = 9
        var writer = try StreamWriter(stream.format)
        var (bytes, start) = (writer.header(), 0)
        while start < stream.grids[0].frames {
            let end = min(stream.grids[0].frames, start + random.int(1...9))
            bytes += writer.chunk(stream.grids, frames: start..<end)
            start = end
        }
        return (bytes + (try writer.trailer(sampleCount: stream.sampleCount)), stream.grids[0])
    }

    /// Positions tell exactly which frames are lost, however many places there are; all others stay where they were.
    @Test func everyLostPacketIsPlaced() throws {
        for round in 0..<150 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            let (bytes, grid) = try stream(&random)
            let loss = try PacketLoss(rate: random.pick([0.05, 0.3, 0.7]), burst: random.pick([1, 3]), seed: seed)
            let packets = try PacketStream(bytes, over: loss)
            var channel = loss
            let lost = try chunks(bytes).filter { _ in channel.losesNext() }.flatMap { Array($0) }
            let inspection = try StreamInspection(packets.bytes)
            // Without the last chunk, what is missing is known by count only.
            let told = inspection.faults.flatMap { Array($0.frames) }
            let end = lost.last == grid.frames - 1 ? told.count : lost.count
            #expect(told == Array(lost.prefix(end)), "VRVQ_SEED=\(seed)")
            let repaired = try VRVQStream(decoding: try inspection.repaired())
            #expect(repaired.sampleCount == grid.sampleCount, "VRVQ_SEED=\(seed)")
            for frame in Set(0..<grid.frames).subtracting(lost) {
                #expect(repaired.grids[0].codes(ofFrame: frame) == grid.codes(ofFrame: frame), "VRVQ_SEED=\(seed)")
            }
        }
    }

    @Test func aChannelLosesAsMuchAsItSays() throws {
        for (rate, burst) in [(0.0, 1.0), (0.05, 1), (0.1, 3), (0.5, 4), (1, 2)] {
            var channel = try PacketLoss(rate: rate, burst: burst, seed: 3)
            let lost = (0..<200_000).map { _ in channel.losesNext() }
            let share = Double(lost.count { $0 }) / 200_000
            #expect(abs(share - rate) < 0.01, "\(rate) \(burst): \(share)")
            let bursts = zip(lost, [false] + lost).count { $0 && !$1 }
            guard rate > 0, rate < 1 else { continue }
            #expect(abs(share * 200_000 / Double(bursts) / burst - 1) < 0.06, "\(rate) \(burst)")
        }
        for (rate, burst) in [(-0.1, 1.0), (1.1, 1), (.nan, 1), (0.1, 0.5), (0.1, .infinity)] {
            #expect(throws: VRVQError.self) { try PacketLoss(rate: rate, burst: burst) }
        }
    }

    @Test func nothingLostIsAWholeStream() throws {
        let stream = SeekTests.stream()
        let packets = try PacketStream(try stream.encoded(), over: PacketLoss(rate: 0))
        #expect(try StreamInspection(packets.bytes).faults.isEmpty && packets.lostPackets == 0)
        #expect(try VRVQStream(decoding: packets.bytes) == stream)
        var writer = try StreamWriter(stream.format)
        writer.positionInterval = 100
        var bytes = writer.header()
        for start in stride(from: 0, to: 750, by: 7) {
            bytes += writer.chunk(stream.grids, frames: start..<min(750, start + 7))
        }
        bytes += try writer.trailer(sampleCount: stream.sampleCount)
        #expect((5...7).contains(try ContainerFixtures.sections(bytes).count { $0[0] == 3 }))
        #expect(try StreamInspection(bytes).faults.isEmpty)
    }

    @Test func positionsThatLieAreFaults() throws {
        let sections = try ContainerFixtures.sections(try InspectionTests.stream().encoded())
        for (payload, isRight) in [
            ([1, 4], true), ([1, 5], false), ([2, 4], false), ([], false), ([1, 4, 0], false),
        ] {
            let position = Section.bytes(.position, payload: payload.map { UInt8($0) })
            let bytes = ContainerFixtures.stream(Array(sections[..<2]) + [position] + sections[2...])
            let inspection = try StreamInspection(bytes)
            #expect(inspection.faults.isEmpty == isRight, "\(payload)")
            #expect(inspection.lostFrames == 0 && inspection.frames == 38, "\(payload)")
            #expect(try VRVQStream(decoding: bytes) == InspectionTests.stream(), "\(payload)")
        }
    }

    // MARK: - Streams that were cut

    /// The samples of a damaged chunk are told on the time line of what is heard.
    @Test func timesOfCutStreamsAreExact() throws {
        let bytes = try InspectionTests.stream().encoded()
        let context = FrameContext(back: 2, ahead: 2)
        // Frames 7 to 31 of the recording, whose sample 0 is sample 5000 there.
        let piece = try StreamCut.cut(bytes, samples: 5000..<15000, context: context)
        let other = try StreamCut.cut(bytes, samples: 100..<3000, context: context)
        let joined = try StreamCut.joined([other, piece, other])
        for (stream, start, before, first) in [(piece, 5000, 0, 0), (joined, 5000, 2900, 8), (joined, 100, 12900, 33)] {
            let frame = start == 5000 ? 7 : 0
            let length = start == 5000 ? 10000 : 2900
            for (place, chunk) in try chunks(stream).enumerated() where chunk.lowerBound >= first {
                guard chunk.upperBound <= first + (frame == 7 ? 25 : 8) else { continue }
                let sections = try ContainerFixtures.sections(stream)
                let own = sections.indices.filter { sections[$0][0] == 0x82 }[place]
                var damaged = sections
                damaged[own][4] ^= 1
                let inspection = try StreamInspection(ContainerFixtures.stream(damaged))
                let ends = [chunk.lowerBound, chunk.upperBound].map { (frame + $0 - first) * 512 - start }
                let heard = (ends[0]..<ends[1]).clamped(to: 0..<length)
                let told = try #require(inspection.faults.first)
                #expect(inspection.faults.count == 1 && told.frames == chunk, "chunk \(chunk)")
                #expect(told.samples.count == heard.count, "chunk \(chunk)")
                #expect(heard.isEmpty || told.samples.lowerBound == before + heard.lowerBound, "chunk \(chunk)")
                let repaired = try inspection.repaired()
                let whole = try StreamInspection(repaired)
                #expect(whole.faults.isEmpty, "chunk \(chunk)")
                let totals = try StreamInspection(stream).totals
                #expect(whole.totals?.sampleCount == totals?.sampleCount, "chunk \(chunk)")
            }
        }
    }

    /// With a conversion of the rate too: between the last sample of the chunk before and the first of the one behind.
    @Test func timesAtAnotherRate() throws {
        var stream = InspectionTests.stream()
        stream.format.sourceRate = 48000
        stream.sampleCount = 38 * 512 * 480 / 441
        let piece = try StreamCut.cut(
            try stream.encoded(), samples: 9000..<18000, context: FrameContext(back: 1, ahead: 1))
        var sections = try ContainerFixtures.sections(piece)
        let place = sections.indices.filter { sections[$0][0] == 0x82 }[2]
        let chunk = try chunks(piece)[2]
        sections[place][4] ^= 1
        let fault = try #require(try StreamInspection(ContainerFixtures.stream(sections)).faults.first)
        let first = 9000 * 441 / 480 / 512 - 1
        let times = [chunk.lowerBound, chunk.upperBound].map { frame in
            Int((Double((first + frame) * 512) * 480 / 441).rounded(.up)) - 9000
        }
        #expect(fault.samples == times[0]..<times[1])
    }
}
