import TestSupport
import Testing
import VRVQ

/// Streams of every stereo mode cut, joined, lowered and mended without decoding.
@Suite("Editing: stereo")
struct StereoEditingTests {
    private func sound(_ seed: UInt64, _ mode: StereoMode, channels: Int = 2) -> [[Float]] {
        var generator = SeededGenerator(seed: seed)
        let first = generator.signal(500)
        return (0..<channels).map { mode == .equal || $0 == 0 ? first : generator.signal(500) }
    }

    private func stream(
        _ codec: Codec, _ seed: UInt64, _ mode: StereoMode, channels: Int = 2, rate: Codec.Rate = .scale(8)
    ) throws -> [UInt8] {
        try codec.encode(sound(seed, mode, channels: channels), rate: rate, stereo: mode)
    }

    /// What the header says.
    private func mode(_ bytes: [UInt8]) throws -> StereoMode? {
        guard case .format(let format) = try ContainerFixtures.events([bytes[...]]).first else { return nil }
        return format.stereoMode
    }

    @Test(arguments: StereoMode.allCases) func aPieceDecodesToTheSameSpan(_ mode: StereoMode) throws {
        let codec = try TestModel.tiny.codec()
        let bytes = try stream(codec, 1, mode)
        let piece = try StreamCut.cut(bytes, samples: 101..<350, context: FrameContext(codec.model))
        #expect(try codec.decode(piece).bits == codec.decode(bytes).map { Array($0[101..<350]) }.bits)
        #expect(try self.mode(piece) == mode)
    }

    /// Streams of any modes joined decode each as by itself, to the bit, and can be cut and joined again.
    @Test(arguments: [2, 3]) func streamsOfDifferentModesAreJoined(_ channels: Int) throws {
        let codec = try TestModel.tiny.codec()
        let context = FrameContext(codec.model)
        for round in 0..<12 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            let modes = (0..<random.int(2...4)).map { _ in random.pick(StereoMode.allCases) }
            let rate = random.pick([Codec.Rate.scale(8), .codebooks(2)])
            let streams = try modes.map { try stream(codec, random.next(), $0, channels: channels, rate: rate) }
            let joined = try StreamCut.joined(streams)
            var wanted: [[Float]] = []
            for bytes in streams { wanted.join(try codec.decode(bytes)) }
            #expect(try codec.decode(joined).bits == wanted.bits, "VRVQ_SEED=\(seed) \(modes)")
            #expect(try StreamInspection(joined).faults.isEmpty, "VRVQ_SEED=\(seed) \(modes)")
            let start = random.int(0...wanted[0].count - 1)
            let range = start..<random.int(start + 1...wanted[0].count)
            let cut = try StreamCut.cut(joined, samples: range, context: context)
            let span = wanted.map { Array($0[range]) }
            #expect(try codec.decode(cut).bits == span.bits, "VRVQ_SEED=\(seed) \(modes) \(range)")
            let again = try codec.decode(try StreamCut.joined([cut, streams[0]]))
            #expect(again.map { Array($0[..<range.count]) }.bits == span.bits, "VRVQ_SEED=\(seed) \(modes) \(range)")
        }
    }

    /// Joined to a stream that codes both, equal channels cost what they did and a silent side.
    @Test func equalChannelsStayCheapInAJoin() throws {
        let codec = try TestModel.tiny.codec()
        let (equal, both) = (try stream(codec, 1, .equal), try stream(codec, 2, .independent))
        let joined = try StreamCut.joined([equal, both])
        #expect(joined.count < equal.count + both.count + 40)
        #expect(try mode(joined) == .independent)
    }

    @Test(arguments: StereoMode.allCases) func loweringKeepsTheMode(_ mode: StereoMode) throws {
        let codec = try TestModel.tiny.codec()
        let bytes = try stream(codec, 4, mode)
        var transcoder = StreamTranscoder(codebooks: 1)
        let fewer = try transcoder.push(bytes)
        #expect(try fewer == stream(codec, 4, mode, rate: .codebooks(1)))
        let reduction = try RateReduction(bytes)
        let size = (bytes.count + fewer.count) / 2
        let smaller = try reduction.reduced(.size(size)).bytes
        #expect(try smaller.count <= size && self.mode(smaller) == mode)
        #expect(try codec.decode(smaller).map(\.count) == [500, 500])
    }

    /// What is lost is made up on the coded channels: the length stays, and equal channels stay equal.
    @Test(arguments: StereoMode.allCases) func aDamagedStreamIsMended(_ mode: StereoMode) throws {
        let codec = try TestModel.tiny.codec()
        var encoder = try StreamEncoder(codec, channels: 2, stereoMode: mode, framesPerChunk: 8)
        var bytes = try encoder.push(sound(5, mode))
        bytes += try encoder.finish()
        bytes[bytes.count / 2] ^= 0x10
        let inspection = try StreamInspection(bytes)
        #expect(!inspection.faults.isEmpty)
        let decoded = try codec.decode(try inspection.repaired())
        #expect(decoded.map(\.count) == [500, 500] && (mode != .equal || [decoded[0]].bits == [decoded[1]].bits))
    }

    /// A segment cannot change the number of coded channels.
    @Test func segmentsThatDoNotFit() throws {
        let format = try VRVQStream(decoding: stream(try TestModel.tiny.codec(), 1, .midSide)).format
        for (header, own, fits) in [
            (.independent, .midSide, true), (.midSide, .independent, true), (.independent, .equal, false),
            (.midSide, .equal, false), (.equal, .equal, true), (.equal, .midSide, false),
        ] as [(StereoMode, StereoMode, Bool)] {
            var format = format
            format.stereoMode = header
            var writer = try StreamWriter(format)
            var bytes = writer.header()
            let section = Section.bytes(.segment, payload: [0, 0, 0, 0, 0, own.rawValue])
            bytes += section
            let totals = StreamTotals(sampleCount: 0, frames: 0, chunks: 0)
            bytes += Section.bytes(.trailer, payload: totals.payload())
            if fits {
                let wanted = Segment(stereoMode: own == header ? nil : own)
                #expect(try ContainerFixtures.events([bytes[...]])[1] == .segment(wanted))
                #expect(try writer.segment(wanted) == section)
            } else {
                let error = #expect(throws: VRVQError.self) { try ContainerFixtures.events([bytes[...]]) }
                #expect(error?.message.contains("does not go with") == true)
                #expect(throws: VRVQError.self) { try writer.segment(Segment(stereoMode: own)) }
            }
        }
    }
}
