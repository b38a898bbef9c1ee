import Foundation
import Testing
import VRVQAudio

extension CommandTests {
    @Suite("Round trip") struct RoundTripTests {
        @Test(arguments: [
            "empty.wav", "one-sample.wav", "silence-16k.wav", "mono-22k-8bit.wav", "mono-44k-24bit.wav",
            "mono-44k-float.wav", "mono-8k-16bit.wav", "mono-44k.caf", "stereo-44k.aiff", "stereo-44k.mp3",
            "stereo-48k-opus.ogg", "stereo-44k-vorbis.ogg", "stereo-correlated.flac",
        ])
        func lengthRateAndChannelsStay(_ name: String) throws {
            let folder = try Scratch()
            try Program.succeed("encode", Fixture.audio(name), "-o", folder["x.vrvq"])
            // One fixture is beyond full scale, which 16 bits would warn of.
            try Program.succeed("decode", folder["x.vrvq"], "--encoding", "float32")
            #expect(folder.contents == ["x.vrvq", "x.wav"])
            try expectSameShape(Fixture.audio(name), folder["x.wav"])
        }

        @Test(arguments: [(192_000, 8, 0.3), (44100, 3, 0.2), (11025, 1, 1.01), (7919, 2, 0.5)])
        func oddRatesAndChannels(rate: Int, channels: Int, seconds: Double) throws {
            let folder = try Scratch()
            try folder.file("x.wav", WAV.file(WAV.sound(seconds: seconds, rate: rate, channels: channels), rate: rate))
            try Program.succeed("encode", folder["x.wav"])
            try Program.succeed("decode", folder["x.vrvq"], "-o", folder["y.wav"])
            try expectSameShape(folder["x.wav"], folder["y.wav"])
        }

        @Test(arguments: ["y.wav", "y.flac", "y.aiff", "y.caf", "y.ogg"])
        func outputsFollowTheirName(_ name: String) throws {
            let folder = try Scratch()
            try Program.succeed("encode", Fixture.audio("stereo-44k.mp3"), "-o", folder["x.vrvq"])
            try Program.succeed("decode", folder["x.vrvq"], "-o", folder[name])
            try expectSameShape(Fixture.audio("stereo-44k.mp3"), folder[name])
        }

        @Test func anotherRateAndEncoding() throws {
            let folder = try Scratch()
            try Program.succeed("encode", Fixture.audio("stereo-44k.aiff"), "-o", folder["x.vrvq"])
            try Program.succeed("decode", folder["x.vrvq"], "--rate", "16000", "--encoding", "float32")
            let (source, decoded) = (
                try AudioReader(path: Fixture.audio("stereo-44k.aiff")), try AudioReader(path: folder["x.wav"])
            )
            let wanted = try #require(source.frameCount) * 16000
            #expect(decoded.format == AudioFormat(sampleRate: 16000, channels: 2))
            #expect(decoded.frameCount == (wanted + 44099) / 44100)
        }

        /// A sound that comes back as noise, shifted or with its channels exchanged is no round trip.
        @Test func theSoundComesBack() throws {
            let folder = try Scratch()
            let source = WAV.sound(seconds: 1.5, channels: 2)
            try folder.file("x.wav", WAV.file(source, rate: 44100))
            try Program.succeed("encode", folder["x.wav"], "--codebooks", "8")
            try Program.succeed("decode", folder["x.vrvq"], "-o", folder["y.wav"])
            let decoded = try AudioReader(path: folder["y.wav"]).readAll()
            #expect(correlation(source[0], decoded[0]) > 0.8)
            #expect(correlation(source[1], decoded[1]) > 0.8)
            #expect(abs(correlation(source[0], decoded[1])) < 0.6)
        }

        @Test func threadsDoNotMatter() throws {
            let folder = try Scratch()
            try folder.file("x.wav", WAV.file(WAV.sound(seconds: 5), rate: 44100))
            var streams: Set<[UInt8]> = []
            var sounds: Set<[UInt8]> = []
            for threads in ["1", "2", "3"] {
                let stream = try Program.succeed("encode", folder["x.wav"], "-o", "-", "--threads", threads).output
                streams.insert(stream)
                sounds.insert(try Program.succeed("decode", "-", "--threads", threads, input: stream).output)
            }
            #expect(streams.count == 1 && sounds.count == 1)
        }

        @Test func theScalarBodyWorks() throws {
            let folder = try Scratch()
            try folder.file("x.wav", WAV.file(WAV.sound(seconds: 0.3), rate: 44100))
            let environment = ["VRVQ_ISA": "scalar"]
            try Program.succeed("encode", folder["x.wav"], environment: environment)
            try Program.succeed("decode", folder["x.vrvq"], "-o", folder["y.wav"], environment: environment)
            try expectSameShape(folder["x.wav"], folder["y.wav"])
            try Program.fail(
                64, ["encode", folder["x.wav"], "-o", "-"], saying: "VRVQ_ISA", "scalar",
                environment: ["VRVQ_ISA": "mmx"])
        }

        /// Loading the program, the model and one second of sound, and a generous margin for a machine at work.
        @Test func aColdDecodeIsQuick() throws {
            let folder = try Scratch()
            try folder.file("x.wav", WAV.file(WAV.sound(seconds: 1), rate: 44100))
            try Program.succeed("encode", folder["x.wav"])
            let start = ContinuousClock.now
            try Program.succeed("decode", folder["x.vrvq"], "-o", folder["y.wav"])
            let time = ContinuousClock.now - start
            print("cold decode of one second: \(time)")
            #expect(time < .seconds(1.5))
        }
    }
}

/// Expects equal rate, channels and exact sample count.
func expectSameShape(_ a: String, _ b: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let (first, second) = (try AudioReader(path: a), try AudioReader(path: b))
    #expect(first.format == second.format, sourceLocation: sourceLocation)
    let (count, other) = (try first.readAll()[0].count, try second.readAll()[0].count)
    #expect(count == other, sourceLocation: sourceLocation)
}

private func correlation(_ a: [Float], _ b: [Float]) -> Float {
    func dot(_ x: [Float], _ y: [Float]) -> Float { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
    return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
}
