import Foundation
import Testing
import VRVQAudio

extension CommandTests {
    @Suite("Standard streams") struct StandardStreamTests {
        @Test(arguments: ["stereo-44k.mp3", "stereo-correlated.flac", "mono-8k-16bit.wav", "stereo-48k-opus.ogg"])
        func pipesGiveWhatFilesGive(_ name: String) throws {
            let folder = try Scratch()
            try Program.succeed("encode", Fixture.audio(name), "-o", folder["x.vrvq"])
            let file = try bytes(of: folder["x.vrvq"])
            #expect(try Program.succeed("encode", "-", "-o", "-", input: bytes(of: Fixture.audio(name))).output == file)
            #expect(try Program.succeed("encode", "-", input: bytes(of: Fixture.audio(name))).output == file)
            try Program.succeed("decode", folder["x.vrvq"], "-o", folder["y.wav"])
            let piped = try Program.succeed("decode", "-", input: file).output
            try folder.file("z.wav", piped)
            #expect(
                try AudioReader(path: folder["y.wav"]).readAll() == AudioReader(path: folder["z.wav"]).readAll())
        }

        @Test(arguments: [UInt32(0), 0xFFFF_FFFF, 0x7FFF_F000])
        func wavOfUnknownLength(_ size: UInt32) throws {
            let sound = WAV.sound(seconds: 0.7, channels: 2)
            let known = try Program.succeed("encode", "-", input: WAV.file(sound, rate: 44100)).output
            let unknown = try Program.succeed("encode", "-", input: WAV.file(sound, rate: 44100, size: size)).output
            #expect(known == unknown && known.count > 100)
        }

        @Test func rawSamplesInAndOut() throws {
            let folder = try Scratch()
            let sound = WAV.sound(seconds: 0.7, rate: 22050, channels: 2)
            let wav = try Program.succeed("encode", "-", input: WAV.file(sound, rate: 22050)).output
            let raw = try Program.succeed(
                "encode", "-", "--raw-format", "s16le:22050:2", "-o", folder["x.vrvq"], input: WAV.samples(sound))
            #expect(raw.output.isEmpty)
            #expect(try bytes(of: folder["x.vrvq"]) == wav)
            let float = WAV.samples(sound, float: true)
            #expect(
                try Program.succeed("encode", "-", "--raw-format", "f32le:22050:2", input: float).output.count > 50)

            try Program.succeed("decode", folder["x.vrvq"], "-o", folder["y.wav"])
            let samples = try Program.succeed("decode", folder["x.vrvq"], "-o", "-", "--raw-format", "s16le").output
            #expect(samples.count == sound[0].count * 4)
            #expect(try bytes(of: folder["y.wav"]).suffix(samples.count) == samples[...])
            let wide = try Program.succeed("decode", "-", "--raw-format", "f32le", input: wav).output
            #expect(wide.count == sound[0].count * 8)
        }

        @Test func rawSamplesThatEndInTheMiddleOfOne() throws {
            let sound = WAV.sound(seconds: 0.2, channels: 2)
            let whole = try Program.succeed(
                "encode", "-", "--raw-format", "s16le:44100:2", input: WAV.samples(sound))
            let broken = try Program.run(
                ["encode", "-", "--raw-format", "s16le:44100:2"], input: WAV.samples(sound) + [1, 2, 3])
            #expect(broken.status == 0 && broken.output == whole.output)
            #expect(broken.errorLines.count == 1 && broken.error.hasPrefix("vrvq: warning: "))
        }

        @Test func aFolderTakesStandardInput() throws {
            let folder = try Scratch()
            let sound = WAV.file(WAV.sound(seconds: 0.2), rate: 44100)
            try Program.succeed("encode", "-", "-o", folder["out/"], input: sound)
            #expect(folder.contents == ["out/standard-input.vrvq"])
        }

        @Test func infoReadsAPipe() throws {
            let stream = try Program.succeed(
                "encode", "-", input: WAV.file(WAV.sound(seconds: 0.5), rate: 44100)
            ).output
            #expect(try Program.succeed("info", "-", input: stream).text.contains("0.50 s (22050 samples)"))
        }

        /// Names from elsewhere must not steer a terminal.
        @Test func controlCharactersAreNotPrinted() throws {
            for command in ["encode", "decode", "info", "depth-map"] {
                let result = try Program.fail(66, [command, "/nonexistent/a\u{1B}[31m\n\u{7}b.wav"])
                #expect(result.error.dropLast().utf8.allSatisfy { $0 >= 32 }, "\(command)")
            }
        }

        @Test func nothingCanBeReadTwice() throws {
            try Program.fail(64, ["encode", "-", "-"], saying: "standard input")
            let folder = try Scratch()
            try folder.copy("mono-8k-16bit.wav", as: "x.wav")
            try Program.fail(64, ["encode", "-", folder["x.wav"], "-o", "-"], saying: "standard output takes one file")
        }

        @Test func aTerminalGetsNoBytes() throws {
            let folder = try Scratch()
            try folder.copy("mono-8k-16bit.wav", as: "x.wav")
            try Program.succeed("encode", folder["x.wav"])
            for command in ["encode '\(folder["x.wav"])' -o -", "decode '\(folder["x.vrvq"])' -o -"] {
                guard let result = try Terminal.run(command) else { return }
                #expect(result.status == 64)
                let words = result.text.contains("vrvq: error: ") && result.text.contains("would go to the terminal")
                #expect(words && result.text.split(separator: "\n").count == 1, "\(result.text)")
            }
            guard let input = try Terminal.run("decode - -o '\(folder["y.wav"])'") else { return }
            #expect(input.status == 66 && input.text.contains("a terminal"), "\(input.text)")
        }

        @Test func aTerminalSeesWhatWasDone() throws {
            let folder = try Scratch()
            try folder.copy("stereo-44k.mp3", as: "x.mp3")
            guard let result = try Terminal.run("encode '\(folder["x.mp3"])'") else { return }
            #expect(result.status == 0)
            #expect(result.text.contains("kbit/s") && result.text.contains("times real time"))
            let piped = try Program.run(["encode", "--verbose", "--force", folder["x.mp3"]])
            #expect(piped.status == 0 && piped.errorLines.count == 1 && piped.error.contains("kbit/s"))
        }
    }
}

/// Runs in a pseudo-terminal.
private enum Terminal {
    /// Nil, and a line that says so, where the machine cannot make one for us.
    static func run(_ command: String) throws -> Program.Result? {
        let script = "/usr/bin/script"
        #if os(Linux)
            if FileManager.default.isExecutableFile(atPath: script) {
                return try Program.run(["-qec", "'\(Program.path)' \(command)", "/dev/null"], program: script)
            }
        #endif
        print("skipped: \(script) of util-linux is not there, so nothing can be shown a terminal")
        return nil
    }
}
