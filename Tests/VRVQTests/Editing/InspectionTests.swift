import Testing
import VRVQ

@Suite("Editing: what is lost of a damaged stream")
struct InspectionTests {
    /// One channel, ten chunks of four frames at constant depth, the last one of two frames.
    static func stream(frames: Int = 38) -> VRVQStream {
        var stream = ContainerFixtures.worked
        stream.tags = []
        var grid = CodeGrid(stages: 8, entries: 1024)
        for frame in 0..<frames { grid.append(depth: 3, codes: [UInt16(frame), UInt16(2 * frame), 7]) }
        stream.sampleCount = frames * 512
        grid.sampleCount = stream.sampleCount
        stream.grids = [grid]
        return stream
    }

    /// Offsets at which sections begin, and the end.
    private func borders(_ bytes: [UInt8]) throws -> [Int] {
        var position = 5
        return [5]
            + (try ContainerFixtures.sections(bytes).map {
                position += $0.count
                return position
            })
    }

    @Test func wholeStreamsHaveNoFault() throws {
        for round in 0..<60 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            let stream = random.stream()
            let inspection = try StreamInspection(try stream.encoded())
            #expect(inspection.faults.isEmpty, "VRVQ_SEED=\(seed)")
            #expect(inspection.frames == stream.grids[0].frames && inspection.lostFrames == 0, "VRVQ_SEED=\(seed)")
            #expect(inspection.tags == stream.tags && inspection.format == stream.format, "VRVQ_SEED=\(seed)")
        }
    }

    /// Whatever is done to the bytes of one chunk, its frames are lost and no others.
    @Test func aDamagedChunkLosesItsFramesAndNoOthers() throws {
        for round in 0..<400 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            let original = try Self.stream().encoded()
            let borders = try borders(original)
            let chunk = random.int(0...9)
            let range = borders[chunk + 1]..<borders[chunk + 2]
            let damaged = random.damaged(Array(original[range]))
            guard damaged != Array(original[range]) else { continue }
            let bytes = original[..<range.lowerBound] + damaged + original[range.upperBound...]
            let inspection = try StreamInspection(Array(bytes))
            #expect(!inspection.faults.isEmpty, "VRVQ_SEED=\(seed)")
            let lost = inspection.faults.map(\.frames).filter { !$0.isEmpty }
            // A change may leave the chunk whole and put rubbish beside it.
            if !(lost.isEmpty && inspection.intactChunks == 10) {
                let expected = 4 * chunk..<min(38, 4 * chunk + 4)
                #expect(lost == [expected], "VRVQ_SEED=\(seed) \(inspection.faults)")
                #expect(inspection.intactChunks == 9, "VRVQ_SEED=\(seed)")
            }
            #expect(inspection.frames == 38, "VRVQ_SEED=\(seed)")
        }
    }

    @Test func twoDamagedChunks() throws {
        var bytes = try Self.stream().encoded()
        let borders = try borders(bytes)
        for chunk in [2, 6] { bytes[borders[chunk + 1] + 5] ^= 1 }
        let inspection = try StreamInspection(bytes)
        #expect(inspection.faults.map(\.frames) == [8..<12, 24..<28])
        #expect(inspection.faults.allSatisfy { $0.message.contains("checksum") })
        #expect(inspection.lostFrames == 8)
    }

    @Test func aLostStretchIsCountedByTheTrailer() throws {
        let original = try Self.stream().encoded()
        let borders = try borders(original)
        let bytes = Array(original[..<borders[3]] + original[borders[6]...])
        let inspection = try StreamInspection(bytes)
        // Nothing shows where they were, so they are missing only by count.
        #expect(inspection.intactChunks == 7 && inspection.faults.count == 1)
        let filled = Array(original[..<borders[3]] + [0x55, 0x55] + original[borders[6]...])
        #expect(try StreamInspection(filled).faults.map(\.frames) == [8..<20])
    }

    @Test func tailsAndTrailers() throws {
        let bytes = try Self.stream().encoded()
        let cut = try StreamInspection(Array(bytes.dropLast(3)))
        #expect(cut.totals == nil && cut.intactChunks == 10 && cut.lostFrames == 0)
        #expect(cut.faults.contains { $0.message.contains("without its trailer") })
        let long = try StreamInspection(bytes + [1, 2, 3])
        #expect(long.faults.map(\.bytes) == [bytes.count..<bytes.count + 3])
    }

    @Test func damagedTagsLoseNoFrames() throws {
        var bytes = try ContainerFixtures.worked.encoded()
        bytes[0x32] ^= 4
        let inspection = try StreamInspection(bytes)
        #expect(inspection.faults.count == 1 && inspection.lostFrames == 0 && inspection.frames == 13)
    }

    @Test func nothingCanBeSaidWithoutAHeader() throws {
        var bytes = try Self.stream().encoded()
        bytes[9] ^= 1
        #expect(throws: VRVQError.self) { try StreamInspection(bytes) }
        #expect(throws: VRVQError.self) { try StreamInspection([]) }
        #expect(throws: VRVQError.self) { try StreamInspection(Array("RIFF".utf8)) }
    }

    /// The checksum of a range from prefix registers is that of its bytes.
    @Test func damageIsFoundAtEveryByte() throws {
        let original = try Self.stream().encoded()
        let chunks = try borders(original)[1]..<original.count
        for place in chunks {
            var bytes = original
            bytes[place] ^= 0x20
            let inspection = try StreamInspection(bytes)
            #expect(!inspection.faults.isEmpty, "byte \(place)")
            #expect(inspection.faults.allSatisfy { $0.bytes.upperBound <= bytes.count }, "byte \(place)")
        }
    }

    /// What is whole stays where it was; the hole mirrors it from both sides.
    @Test func repairKeepsTheTimeLine() throws {
        let stream = Self.stream()
        let original = try stream.encoded()
        let borders = try borders(original)
        for chunk in 0..<10 {
            var bytes = original
            bytes[borders[chunk + 1] + 6] ^= 8
            let repaired = try VRVQStream(decoding: try StreamInspection(bytes).repaired())
            #expect(repaired.sampleCount == stream.sampleCount && repaired.format == stream.format)
            let grid = repaired.grids[0]
            let (start, end) = (4 * chunk, min(38, 4 * chunk + 4))
            for frame in 0..<38 {
                let isFront = chunk == 9 || chunk > 0 && frame < start + 2
                let mirrored = isFront ? 2 * start - 1 - frame : 2 * end - 1 - frame
                let codes = stream.grids[0].codes(ofFrame: (start..<end).contains(frame) ? mirrored : frame)
                #expect(grid.codes(ofFrame: frame) == codes, "chunk \(chunk), frame \(frame)")
            }
        }
    }

    /// A long hole is silent in its middle, and what is beside it goes to and fro.
    @Test func longHolesAreFilledFromBothSides() throws {
        let stream = Self.stream(frames: 60)
        var bytes = try stream.encoded()
        let borders = try borders(bytes)
        // Frames 8 to 51.
        for chunk in 2..<13 { bytes[borders[chunk + 1] + 6] ^= 8 }
        let grid = try VRVQStream(decoding: try StreamInspection(bytes).repaired()).grids[0]
        let fro = [3, 2, 1, 0, 1, 2]
        for step in 0..<44 {
            let codes = grid.codes(ofFrame: 8 + step)
            if (16..<28).contains(step) {
                #expect(codes.isEmpty, "\(step)")
            } else {
                let frame = step < 16 ? 4 + fro[step % 6] : 52 + 3 - fro[(43 - step) % 6]
                #expect(codes == stream.grids[0].codes(ofFrame: frame), "\(step)")
            }
        }
    }

    @Test func repairOfACutOffStreamEndsWhereItWasCut() throws {
        let original = try Self.stream().encoded()
        for length in try borders(original)[1]..<original.count {
            let inspection = try StreamInspection(Array(original.prefix(length)))
            let repaired = try VRVQStream(decoding: try inspection.repaired())
            #expect(repaired.grids[0].frames == inspection.frames, "\(length) bytes")
            let codes = Self.stream().grids[0].codes.prefix(repaired.grids[0].codes.count)
            #expect(repaired.grids[0].codes == Array(codes), "\(length) bytes")
        }
    }
}
