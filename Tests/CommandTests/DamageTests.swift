import Foundation
import Testing
import VRVQ

extension CommandTests {
    /// Broken, foreign and hostile streams: status 65, one line, nothing left under the output's name or any other.
    @Suite("Damaged streams") struct DamageTests {
        private func stream(seconds: Double = 0.4, channels: Int = 2) throws -> [UInt8] {
            let sound = WAV.file(WAV.sound(seconds: seconds, channels: channels), rate: 44100)
            return try Program.succeed("encode", "-", "--scale", "3", input: sound).output
        }

        private func expectDamaged(
            _ bytes: [UInt8], _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
        )
            throws
        {
            let folder = try Scratch()
            try folder.file("x.vrvq", bytes)
            for arguments in [["decode", folder["x.vrvq"], "-o", folder["y.wav"]], ["info", folder["x.vrvq"]]] {
                let result = try Program.fail(65, arguments, saying: "x.vrvq", sourceLocation: sourceLocation)
                for word in words {
                    #expect(result.error.contains(word), "\(result.error)", sourceLocation: sourceLocation)
                }
            }
            #expect(folder.contents == ["x.vrvq"], sourceLocation: sourceLocation)
        }

        @Test func everyTruncation() throws {
            let stream = try stream()
            #expect((150..<800).contains(stream.count), "\(stream.count) bytes")
            let folder = try Scratch()
            for length in 0..<stream.count {
                try folder.file("x.vrvq", Array(stream[..<length]))
                try Program.fail(65, ["decode", folder["x.vrvq"], "-o", folder["y.wav"]], saying: "x.vrvq")
                if folder.contents != ["x.vrvq"] { Issue.record("length \(length) left \(folder.contents)") }
            }
            try folder.file("x.vrvq", stream)
            try Program.succeed("decode", folder["x.vrvq"], "-o", folder["y.wav"])
        }

        @Test func truncationInAPipeIsAnErrorToo() throws {
            let stream = try stream()
            for length in [0, 3, 40, stream.count / 2, stream.count - 1] {
                try Program.fail(65, ["decode", "-", "-o", "-"], input: Array(stream[..<length]))
                try Program.fail(65, ["info", "-"], input: Array(stream[..<length]))
            }
        }

        @Test func everyFlippedByteNearTheStartAndSomeLater() throws {
            let stream = try stream()
            let folder = try Scratch()
            for index in Array(0..<60) + Array(Swift.stride(from: 60, to: stream.count, by: 7)) {
                var bytes = stream
                bytes[index] ^= 0x10
                try folder.file("x.vrvq", bytes)
                try Program.fail(65, ["decode", folder["x.vrvq"], "-o", folder["y.wav"]], saying: "x.vrvq")
                if folder.contents != ["x.vrvq"] { Issue.record("byte \(index) left \(folder.contents)") }
            }
        }

        @Test func foreignFiles() throws {
            var noise = SplitMix(state: 7)
            try expectDamaged([])
            try expectDamaged(Array("just some text\n".utf8), "not a VRVQ stream")
            try expectDamaged((0..<5000).map { _ in UInt8.random(in: 0...255, using: &noise) })
            try expectDamaged(
                Array("VRVQ".utf8) + [1] + (0..<5000).map { _ in UInt8.random(in: 0...255, using: &noise) })
            try expectDamaged(try bytes(of: Fixture.audio("mono-8k-16bit.wav")), "not a VRVQ stream")
        }

        @Test func aNewerVersion() throws {
            var stream = try stream()
            stream[4] = 2
            try expectDamaged(stream, "version 2")
        }

        @Test func whatFollowsTheEnd() throws {
            let stream = try stream()
            try expectDamaged(stream + [0])
            try expectDamaged(stream + stream)
        }

        @Test func anotherModel() throws {
            let folder = try Scratch()
            let format = StreamFormat(
                sourceRate: 44100, channels: 1, modelRate: 44100, hop: 512, stages: 8, entries: 1024,
                networkFingerprint: try #require(Fingerprint(hex: "0123456789abcdef")), modelName: "elsewhere")
            var grid = CodeGrid(stages: 8, entries: 1024)
            grid.append(depth: 2, codes: [5, 6])
            try folder.file("x.vrvq", try VRVQStream(format: format, grids: [grid], sampleCount: 512).encoded())
            try Program.fail(
                69, ["decode", folder["x.vrvq"]], saying: "elsewhere", "0123456789abcdef", "installed are")
            try Program.fail(69, ["decode", folder["x.vrvq"], "--model", "small"], saying: "0123456789abcdef")
            #expect(try Program.succeed("info", folder["x.vrvq"]).text.contains("elsewhere"))
            #expect(folder.contents == ["x.vrvq"])
        }

        private func builtInFingerprint() throws -> Fingerprint {
            let object = try #require(try Program.succeed("model", "info", "--json").objects().first)
            let text = try #require(object["fingerprint"] as? String)
            return try #require(Fingerprint(hex: text))
        }

        /// The fingerprint is right and the shape is not: a forged header.
        @Test func aHeaderThatContradictsItsModel() throws {
            let folder = try Scratch()
            let print = try builtInFingerprint()
            for (hop, stages, entries, rate) in [
                (256, 8, 1024, 44100), (512, 9, 1024, 44100), (512, 8, 4096, 44100), (512, 8, 1024, 8000),
            ] {
                let format = StreamFormat(
                    sourceRate: rate, channels: 1, modelRate: rate, hop: hop, stages: stages, entries: entries,
                    networkFingerprint: print, modelName: "small")
                var grid = CodeGrid(stages: stages, entries: entries)
                grid.append(depth: stages, codes: Array(repeating: entries - 1, count: stages).map { UInt16($0) })
                try folder.file("x.vrvq", try VRVQStream(format: format, grids: [grid], sampleCount: 10).encoded())
                let result = try Program.run(["decode", folder["x.vrvq"]])
                #expect([65, 69].contains(result.status) && result.errorLines.count == 1, "\(result)")
                #expect(folder.contents == ["x.vrvq"])
            }
        }

        /// A few bytes may claim hours of silence: legal, and no reason to need memory.
        @Test func hoursOfSilenceInBoundedMemory() throws {
            let folder = try Scratch()
            let print = try builtInFingerprint()
            let (frames, channels) = (1 << 18, 2)
            let format = StreamFormat(
                sourceRate: 44100, channels: channels, modelRate: 44100, hop: 512, stages: 8, entries: 1024,
                networkFingerprint: print, modelName: "small")
            var grid = CodeGrid(stages: 8, entries: 1024)
            grid.appendSilence(frames: frames)
            let bytes = try VRVQStream(
                format: format, grids: Array(repeating: grid, count: channels), sampleCount: frames * 512
            ).encoded()
            #expect(bytes.count < 100)
            try folder.file("x.vrvq", bytes)
            let before = Program.peakOfChildren
            try Program.succeed("info", folder["x.vrvq"])
            let decoded = try #require(
                try Program.succeed("decode", folder["x.vrvq"], "-o", "/dev/null", "--json").objects().first)
            #expect(decoded["sample_count"] as? Int == frames * 512)
            let peak = Program.peakOfChildren
            #expect(peak == before || peak < 200_000_000, "\(peak) bytes")
        }
    }
}

/// SplitMix64.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
