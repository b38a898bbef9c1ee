import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension CommandTests {
    /// Inputs that cannot be read and outputs that cannot be written.
    @Suite("Input and output trouble") struct TroubleTests {
        @Test(arguments: ["encode", "decode", "info", "depth-map", "evaluate"])
        func missingInput(_ command: String) throws {
            try Program.fail(66, [command, "/nonexistent/x.vrvq"], saying: "/nonexistent/x.vrvq", "No such file")
        }

        @Test func notAudio() throws {
            let folder = try Scratch()
            try folder.file("text.wav", Array("this is text, whatever its name says\n".utf8))
            try folder.file("empty.wav", [])
            try folder.file("head.wav", Array(try bytes(of: Fixture.audio("mono-8k-16bit.wav"))[..<30]))
            for name in ["text.wav", "empty.wav", "head.wav"] {
                try Program.fail(66, ["encode", folder[name]], saying: name)
                try Program.fail(66, ["encode", "-"], input: try bytes(of: folder[name]))
            }
            try Program.fail(66, ["info", folder.path], saying: "folder")
            #expect(folder.contents == ["empty.wav", "head.wav", "text.wav"])
        }

        @Test(arguments: [Float.nan, .infinity, -.infinity], [0, 1])
        func samplesThatAreNoNumbers(_ value: Float, channel: Int) throws {
            let folder = try Scratch()
            var sound = WAV.sound(seconds: 2, channels: 2)
            sound[channel][70_123] = value
            let wav = WAV.file(sound, rate: 44100, float: true)
            try folder.file("x.wav", wav)
            let words = ["70123", "channel \(channel + 1)"]
            let result = try Program.fail(66, ["encode", folder["x.wav"]], saying: "x.wav")
            for word in words { #expect(result.error.contains(word), "\(result.error)") }
            try Program.fail(66, ["encode", "-", "-o", folder["y.vrvq"]], input: wav)
            #expect(folder.contents == ["x.wav"])
        }

        /// Of another rate than the model's: the sample that is named is one of the file.
        @Test func samplesThatAreNoNumbersAtAnotherRate() throws {
            let folder = try Scratch()
            var sound = WAV.sound(seconds: 1, rate: 48000)
            sound[0][40_001] = .nan
            try folder.file("x.wav", WAV.file(sound, rate: 48000, float: true))
            try Program.fail(66, ["encode", folder["x.wav"]], saying: "40001", "channel 1")
            #expect(folder.contents == ["x.wav"])
        }

        @Test func aFileThatEndsEarlyIsEncodedWithAWarning() throws {
            let folder = try Scratch()
            let whole = try bytes(of: Fixture.audio("mono-8k-16bit.wav"))
            try folder.file("x.wav", Array(whole[..<(whole.count / 2)]))
            let result = try Program.run(["encode", folder["x.wav"]])
            #expect(result.status == 0 && result.errorLines.count == 1)
            #expect(result.error.hasPrefix("vrvq: warning: ") && result.error.contains("x.wav"))
        }

        @Test func foldersThatCannotBeWritten() throws {
            let folder = try Scratch()
            // Root may write everywhere but in the kernel's own tree.
            let place = getuid() == 0 ? "/proc" : folder["locked"]
            if getuid() != 0 {
                try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
                chmod(place, 0o555)
            }
            defer { chmod(place == "/proc" ? folder.path : place, 0o755) }
            let stream = try folder.file(
                "x.vrvq", try Program.succeed("encode", Fixture.audio("one-sample.wav"), "-o", "-").output)
            try Program.fail(
                73, ["encode", Fixture.audio("one-sample.wav"), "-o", "\(place)/x.vrvq"], saying: "\(place)/x.vrvq")
            try Program.fail(73, ["decode", stream, "-o", "\(place)/x.wav"], saying: "\(place)/x.wav")
            try Program.fail(
                73, ["encode", Fixture.audio("one-sample.wav"), "-o", "\(place)/new/x.vrvq"], saying: "\(place)/new")
        }

        @Test func theFullDevice() throws {
            guard FileManager.default.fileExists(atPath: "/dev/full") else { return print("skipped: no /dev/full") }
            let folder = try Scratch()
            try folder.copy("stereo-44k.mp3", as: "x.mp3")
            try Program.succeed("encode", folder["x.mp3"])
            for arguments in [
                ["encode", folder["x.mp3"], "-o", "/dev/full"], ["decode", folder["x.vrvq"], "-o", "/dev/full"],
                ["depth-map", folder["x.vrvq"], "-o", "/dev/full"],
            ] { try Program.fail(73, arguments, saying: "No space left") }
            for command in [
                "encode '\(folder["x.mp3"])' -o -", "decode '\(folder["x.vrvq"])' -o -", "info '\(folder["x.vrvq"])'",
                "info --frames --json '\(folder["x.vrvq"])'", "--help", "--version", "model list",
            ] {
                let result = try shell("\(command) >/dev/full")
                #expect(result.status == 73 && result.errorLines.count == 1, "\(command): \(result)")
            }
        }

        @Test func aFullDisk() throws {
            let folder = try Scratch()
            try folder.copy("stereo-44k.mp3", as: "x.mp3")
            try Program.succeed("encode", folder["x.mp3"])
            let disk = folder["disk"]
            try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
            let mount = ["-t", "tmpfs", "-o", "size=64k", "none", disk]
            guard getuid() == 0, FileManager.default.isExecutableFile(atPath: "/bin/mount"),
                try Program.run(mount, program: "/bin/mount").status == 0
            else { return print("skipped: no small file system can be mounted here") }
            defer { _ = try? Program.run([disk], program: "/bin/umount") }
            for name in ["y.wav", "y.flac", "y.caf"] {
                try Program.fail(
                    73, ["decode", folder["x.vrvq"], "-o", "\(disk)/\(name)"], saying: name, "No space left")
                #expect(try FileManager.default.contentsOfDirectory(atPath: disk) == [], "\(name)")
            }
        }

        @Test func aLimitOfTheFileSize() throws {
            let folder = try Scratch()
            try folder.copy("stereo-44k.mp3", as: "x.mp3")
            try Program.succeed("encode", folder["x.mp3"])
            let command = "ulimit -f 20; exec \"$1\" decode \"$2\" -o \"$3\""
            let result = try Program.run(
                ["-c", command, "bash", Program.path, folder["x.vrvq"], folder["y.wav"]], program: "/bin/bash")
            #expect(result.status == 73 && result.errorLines.count == 1, "\(result)")
            #expect(folder.contents == ["x.mp3", "x.vrvq"])
        }

        @Test func aReaderThatGoesAway() throws {
            let folder = try Scratch()
            try folder.copy("stereo-44k.mp3", as: "x.mp3")
            try Program.succeed("encode", folder["x.mp3"])
            for command in [
                "decode '\(folder["x.vrvq"])' -o -", "info --frames --json '\(folder["x.vrvq"])'",
            ] {
                let result = try shell("\(command) | head -c 10 >/dev/null; exit ${PIPESTATUS[0]}")
                #expect(result.status == 73 && result.errorLines.count == 1, "\(command): \(result)")
                #expect(result.error.contains("the reader has closed the pipe"))
            }
        }

        /// Without standard streams the files that are opened must not be taken for them.
        @Test func closedStandardStreams() throws {
            let folder = try Scratch()
            try folder.copy("mono-8k-16bit.wav", as: "x.wav")
            let before = try bytes(of: folder["x.wav"])
            #expect(try shell("encode '\(folder["x.wav"])' -o '\(folder["x.vrvq"])' <&- >&- 2>&-").status == 0)
            let (stream, plain) = (
                try bytes(of: folder["x.vrvq"]), try Program.succeed("encode", folder["x.wav"], "-o", "-").output
            )
            #expect(stream == plain)
            #expect(try shell("encode '\(folder["x.wav"])' -o - <&- >&-").status == 73)
            #expect(try shell("encode - -o '\(folder["y.vrvq"])' <&-").status == 66)
            #expect(try shell("encode '\(folder["x.wav"])' -o '\(folder["x.vrvq"])' 2>&-").status == 73)
            #expect(try bytes(of: folder["x.wav"]) == before && bytes(of: folder["x.vrvq"]) == stream)
            #expect(folder.contents == ["x.vrvq", "x.wav"])
        }

        private func shell(_ command: String) throws -> Program.Result {
            try Program.run(["-c", "'\(Program.path)' \(command)"], program: "/bin/bash")
        }
    }

    @Suite("Signals") struct SignalTests {
        @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
        func anEncoderLeavesNothing(_ number: Int32) throws {
            let folder = try Scratch()
            // Started in the background of a shell, the tests ignore SIGINT, and so would the program.
            signal(number, SIG_DFL)
            // One thread writes as it goes; several work in rounds of half a minute.
            let samples = WAV.samples(WAV.sound(seconds: 20))
            let program = try Program([
                "encode", "-", "--raw-format", "s16le:44100:1", "-o", folder["x.vrvq"], "--threads", "1",
            ])
            program.send(samples, last: false)
            try waitFor { folder.contents.count == 1 && size(folder[folder.contents[0]]) > 1000 }
            #expect(folder.contents.allSatisfy { $0.hasPrefix(".vrvq-") })
            program.signal(number)
            let result = try program.wait(seconds: 10)
            #expect(result.status == 128 + number && result.output.isEmpty, "\(result)")
            #expect(folder.contents == [])
        }

        @Test func aDecoderLeavesNothingAndKeepsWhatWasThere() throws {
            let folder = try Scratch()
            signal(SIGINT, SIG_DFL)
            let sound = WAV.file(WAV.sound(seconds: 20), rate: 44100)
            let stream = try Program.succeed("encode", "-", input: sound).output
            try folder.file("x.wav", [1, 2, 3])
            let program = try Program(["decode", "-", "-o", folder["x.wav"], "--force", "--threads", "1"])
            program.send(Array(stream[..<(stream.count - 10)]), last: false)
            try waitFor { folder.contents.count == 2 && size(folder[folder.contents[0]]) > 1000 }
            program.signal(SIGINT)
            #expect(try program.wait(seconds: 10).status == 130)
            #expect(folder.contents == ["x.wav"])
            #expect(try bytes(of: folder["x.wav"]) == [1, 2, 3])
        }

        private func size(_ path: String) -> Int {
            (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
        }

        private func waitFor(_ condition: () -> Bool) throws {
            for _ in 0..<500 where !condition() { usleep(20_000) }
            try #require(condition(), "the program has not begun within ten seconds")
        }
    }
}
