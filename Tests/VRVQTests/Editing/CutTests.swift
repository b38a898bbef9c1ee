import TestSupport
import Testing
import VRVQ

@Suite("Editing: cuts and joins")
struct CutTests {
    /// Streams with sound and silence whose decode can be compared bit for bit.
    private func recording(_ kind: TestModel, _ codec: Codec, _ random: inout ContainerRandom) throws -> [UInt8] {
        var generator = SeededGenerator(seed: random.next())
        let count = random.int(20...90) * kind.hop + random.int(0...kind.hop - 1)
        var stream = try VRVQStream(
            decoding: try codec.encode([generator.signal(count), generator.signal(count)], rate: kind.rate))
        stream.format.framesPerChunk = random.pick([1, 5, 16, 86])
        stream.tags = [Tag(key: "title", value: "x")]
        if random.oneIn(2) { stream.grids = stream.grids.map { silenced($0, 10..<random.int(11...40)) } }
        return try stream.encoded()
    }

    private func silenced(_ grid: CodeGrid, _ frames: Range<Int>) -> CodeGrid {
        var result = CodeGrid(stages: grid.stages, entries: grid.entries)
        for frame in 0..<grid.frames {
            if frames.contains(frame) {
                result.appendSilence(frames: 1)
            } else {
                result.append(depth: Int(grid.depth[frame]), codes: grid.codes(ofFrame: frame))
            }
        }
        result.sampleCount = grid.sampleCount
        return result
    }

    private func span(of audio: [[Float]], _ range: Range<Int>) -> [[Float]] { audio.map { Array($0[range]) } }

    @Test(arguments: [TestModel.tiny, .odd, .micro]) func aPieceDecodesToTheSameSpanOfTheWhole(_ kind: TestModel) throws
    {
        let codec = try kind.codec()
        let context = FrameContext(codec.model)
        for round in 0..<12 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            let bytes = try recording(kind, codec, &random)
            let audio = try codec.decode(bytes)
            let start = random.int(0...audio[0].count - 1)
            let range = start..<random.int(start + 1...audio[0].count)
            let piece = try StreamCut.cut(bytes, samples: range, context: context)
            let decoded = try codec.decode(piece)
            #expect(decoded.bits == span(of: audio, range).bits, "VRVQ_SEED=\(seed) \(range)")
            // A piece of a piece, and pieces joined again.
            let middle = range.count / 3..<max(range.count / 3 + 1, range.count * 2 / 3)
            let inner = try codec.decode(try StreamCut.cut(piece, samples: middle, context: context))
            #expect(inner.bits == span(of: decoded, middle).bits, "VRVQ_SEED=\(seed) \(range) \(middle)")
        }
    }

    @Test(arguments: [TestModel.tiny, .micro]) func piecesJoinedAreTheWhole(_ kind: TestModel) throws {
        let codec = try kind.codec()
        let context = FrameContext(codec.model)
        for round in 0..<8 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            let bytes = try recording(kind, codec, &random)
            let audio = try codec.decode(bytes)
            let count = audio[0].count
            let borders = ([0, count] + (0..<random.int(1...4)).map { _ in random.int(1...count - 1) }).sorted()
            let pieces = try zip(borders, borders.dropFirst()).filter { $0 < $1 }.map {
                try StreamCut.cut(bytes, samples: $0..<$1, context: context)
            }
            let joined = try StreamCut.joined(pieces)
            #expect(try codec.decode(joined).bits == audio.bits, "VRVQ_SEED=\(seed)")
            let start = random.int(0...count - 1)
            let range = start..<random.int(start + 1...count)
            let cut = try codec.decode(try StreamCut.cut(joined, samples: range, context: context))
            #expect(cut.bits == span(of: audio, range).bits, "VRVQ_SEED=\(seed) \(range)")
            #expect(try StreamInspection(joined).faults.isEmpty, "VRVQ_SEED=\(seed)")
        }
    }

    /// Bytes one by one, on several threads: the same samples.
    @Test func segmentsDecodeInAnyPieces() throws {
        let codec = try TestModel.tiny.codec()
        var random = ContainerRandom(seed: 5)
        let bytes = try recording(.tiny, codec, &random)
        let context = FrameContext(codec.model)
        let piece = try StreamCut.cut(bytes, samples: 37..<101, context: context)
        let joined = try StreamCut.joined([piece, bytes, piece])
        let whole = try codec.decode(joined)
        #expect(
            whole.bits
                == [0, 1].map { channel in
                    let (short, long) = (try? codec.decode(piece)[channel], try? codec.decode(bytes)[channel])
                    return (short ?? []) + (long ?? []) + (short ?? [])
                }.bits)
        var decoder = StreamDecoder { _ in codec }
        var audio: [[Float]] = [[], []]
        for byte in joined {
            let more = try decoder.push([byte])
            for channel in more.indices { audio[channel] += more[channel] }
        }
        let rest = try decoder.finish()
        for channel in rest.indices { audio[channel] += rest[channel] }
        #expect(audio.bits == whole.bits)
        let threads = try TestModel.tiny.codec(threads: 3, segmentFrames: 4)
        #expect(try threads.decode(joined).bits == whole.bits)
    }

    @Test func theWholeIsCutToItself() throws {
        for round in 0..<60 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            let stream = random.stream()
            guard stream.sampleCount > 0 else { continue }
            let bytes = try stream.encoded()
            let context = FrameContext(back: 3, ahead: 3)
            let cut = try StreamCut.cut(bytes, samples: 0..<Int.max, context: context)
            #expect(cut == bytes, "VRVQ_SEED=\(seed)")
            #expect(try StreamCut.joined([bytes]) == bytes, "VRVQ_SEED=\(seed)")
        }
    }

    /// Cuts at any rates keep the promises of the format, which the reader checks.
    @Test func cutsAtAnyRateAreValid() throws {
        for round in 0..<200 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            let stream = random.stream()
            guard stream.sampleCount > 1 else { continue }
            let start = random.int(0...stream.sampleCount - 1)
            let range = start..<random.int(start + 1...stream.sampleCount)
            let context = FrameContext(back: random.int(0...9), ahead: random.int(0...9))
            let cut = try StreamCut.cut(try stream.encoded(), samples: range, context: context)
            let inspection = try StreamInspection(cut)
            #expect(inspection.faults.isEmpty, "VRVQ_SEED=\(seed) \(inspection.faults)")
            #expect(inspection.totals?.sampleCount == range.count, "VRVQ_SEED=\(seed)")
            let both = try StreamCut.joined([cut, cut])
            #expect(try StreamInspection(both).faults.isEmpty, "VRVQ_SEED=\(seed)")
            #expect(try StreamInspection(both).totals?.sampleCount == 2 * range.count, "VRVQ_SEED=\(seed)")
        }
    }

    @Test func streamsThatDoNotFit() throws {
        let first = try ContainerFixtures.worked.encoded()
        let second = try ContainerFixtures.constantRate.encoded()
        let error = #expect(throws: VRVQError.self) { try StreamCut.joined([first, second]) }
        #expect(error?.code == .badSetting && error?.message.contains("source rate") == true)
        var other = ContainerFixtures.worked
        other.format.networkFingerprint = Fingerprint(hex: "0000000000000001")!
        let model = #expect(throws: VRVQError.self) { try StreamCut.joined([first, try other.encoded()]) }
        #expect(model?.message.contains("model") == true)
    }

    /// Chunks of another length, and of another rate's syntax, are written anew.
    @Test func constantAndVariableRateJoin() throws {
        var constant = InspectionTests.stream()
        constant.format.constantDepth = 3
        constant.format.framesPerChunk = 7
        let bytes = [try InspectionTests.stream().encoded(), try constant.encoded()]
        var reader = StreamReader()
        reader.push(try StreamCut.joined(bytes))
        var grid = CodeGrid(stages: 8, entries: 1024)
        while let event = try reader.next() {
            if case .chunk(let grids, _) = event { grid.append(grids[0]) }
        }
        var expected = constant.grids[0]
        expected.append(constant.grids[0])
        #expect(grid.codes == expected.codes && grid.depth == expected.depth)
    }

    @Test func nothingToCut() throws {
        let bytes = try ContainerFixtures.worked.encoded()
        let context = FrameContext(back: 0, ahead: 0)
        for range in [0..<0, 6244..<9000, 9000..<9001] {
            let error = #expect(throws: VRVQError.self) {
                try StreamCut.cut(bytes, samples: range, context: context)
            }
            #expect(error?.code == .badSetting)
        }
    }

    @Test func transcodingKeepsSegments() throws {
        let codec = try TestModel.tiny.codec()
        var random = ContainerRandom(seed: 9)
        let bytes = try recording(.tiny, codec, &random)
        let piece = try StreamCut.cut(bytes, samples: 50..<200, context: FrameContext(codec.model))
        var transcoder = StreamTranscoder(codebooks: 2)
        let result = try transcoder.push(try StreamCut.joined([piece, piece]))
        try transcoder.finish()
        #expect(try codec.decode(result)[0].count == 300)
    }
}
