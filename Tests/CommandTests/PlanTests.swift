import Foundation
import Testing

extension CommandTests {
    @Suite("Inputs and outputs") struct PlanTests {
        private func tree() throws -> Scratch {
            let folder = try Scratch()
            try folder.copy("mono-8k-16bit.wav", as: "in/a.wav")
            try folder.copy("stereo-correlated.flac", as: "in/deep/er/b.flac")
            try folder.copy("one-sample.wav", as: "in/deep/with space.WAV")
            try folder.copy("one-sample.wav", as: "in/.hidden.wav")
            try folder.file("in/notes.txt", Array("no audio".utf8))
            return folder
        }

        @Test func foldersKeepTheirTree() throws {
            let folder = try tree()
            try Program.succeed("encode", folder["in"], "-o", folder["out"], "--jobs", "2")
            let streams = ["out/a.vrvq", "out/deep/er/b.vrvq", "out/deep/with space.vrvq"]
            #expect(folder.contents.filter { $0.hasPrefix("out/") } == streams)
            try Program.succeed("decode", folder["out"] + "/", "-o", folder["back"])
            let sounds = ["back/a.wav", "back/deep/er/b.wav", "back/deep/with space.wav"]
            #expect(folder.contents.filter { $0.hasPrefix("back/") } == sounds)
            try expectSameShape(folder["in/deep/er/b.flac"], folder["back/deep/er/b.wav"])
        }

        @Test func outputsWithoutANameStandBesideTheirInputs() throws {
            let folder = try tree()
            try Program.succeed("encode", "in", folder: folder.path)
            #expect(
                folder.contents.filter { $0.hasSuffix(".vrvq") }
                    == ["in/a.vrvq", "in/deep/er/b.vrvq", "in/deep/with space.vrvq"])
        }

        @Test func severalFilesAtOnce() throws {
            let folder = try tree()
            let files = [folder["in/a.wav"], folder["in/deep/er/b.flac"], folder["in/deep/with space.WAV"]]
            let result = try Program.run(["encode"] + files + ["-o", folder["flat"], "--jobs", "2", "--json"])
            #expect(result.status == 0 && result.error == "")
            let inputs = try result.objects().compactMap { $0["input"] as? String }
            #expect(inputs.sorted() == files.sorted())
            #expect(
                folder.contents.filter { $0.hasPrefix("flat/") }
                    == ["flat/a.vrvq", "flat/b.vrvq", "flat/with space.vrvq"])
            let one = try Program.succeed("encode", folder["in/deep/er/b.flac"], "-o", "-").output
            #expect(try bytes(of: folder["flat/b.vrvq"]) == one)
        }

        @Test func oneFailureLeavesTheOthers() throws {
            let folder = try tree()
            try folder.file("in/broken.wav", Array("RIFF".utf8))
            let result = try Program.run(["encode", folder["in"], "-o", folder["out"]])
            #expect(result.status == 66)
            #expect(result.errorLines.count == 2 && result.error.contains("broken.wav"))
            #expect(result.error.contains("1 of 4 files failed"))
            #expect(folder.contents.filter { $0.hasPrefix("out/") }.count == 3)
        }

        @Test func collisionsAreRefused() throws {
            let folder = try Scratch()
            try folder.copy("mono-8k-16bit.wav", as: "x.wav")
            try folder.copy("stereo-correlated.flac", as: "x.flac")
            try folder.copy("mono-8k-16bit.wav", as: "b/x.wav")
            for inputs in [["x.wav", "x.flac"], ["x.wav", "x.wav"], ["x.wav", "./x.flac"]] {
                try Program.fail(64, ["encode"] + inputs, saying: "would both become", folder: folder.path)
            }
            try Program.fail(
                64, ["encode", "x.wav", "b/x.wav", "-o", "out"], saying: "x.vrvq", folder: folder.path)
            #expect(folder.contents == ["b/x.wav", "x.flac", "x.wav"])
        }

        @Test func nothingIsOverwrittenUnasked() throws {
            let folder = try Scratch()
            try folder.copy("mono-8k-16bit.wav", as: "x.wav")
            try folder.file("x.vrvq", [1, 2, 3])
            try Program.fail(73, ["encode", folder["x.wav"]], saying: "x.vrvq", "exists already", "--force")
            #expect(try bytes(of: folder["x.vrvq"]) == [1, 2, 3])
            try Program.succeed("encode", folder["x.wav"], "--force")
            #expect(try bytes(of: folder["x.vrvq"]).count > 100)
            try Program.fail(73, ["decode", folder["x.vrvq"]], saying: "x.wav", "exists already")
            try Program.fail(73, ["depth-map", folder["x.wav"], "-o", folder["x.vrvq"]], saying: "exists already")
            #expect(folder.contents == ["x.vrvq", "x.wav"])
        }

        @Test func outputsAreNoInputs() throws {
            let folder = try Scratch()
            try folder.copy("mono-8k-16bit.wav", as: "x.wav")
            try folder.copy("mono-8k-16bit.wav", as: "y.vrvq")
            try folder.copy("mono-8k-16bit.wav", as: "y.wav")
            try FileManager.default.createSymbolicLink(atPath: folder["link.vrvq"], withDestinationPath: "x.wav")
            let before = try bytes(of: folder["x.wav"])
            for arguments in [
                ["encode", "x.wav", "-o", "x.wav"], ["encode", "x.wav", "-o", "./x.wav"],
                ["encode", "x.wav", "-o", "link.vrvq"], ["encode", "y.vrvq", "y.wav"], ["decode", "x.wav"],
                ["depth-map", "x.wav", "-o", "x.wav"],
            ] {
                try Program.fail(64, arguments + ["--force"], saying: "same file", folder: folder.path)
            }
            #expect(try bytes(of: folder["x.wav"]) == before)
        }

        @Test func missingFoldersAreMade() throws {
            let folder = try Scratch()
            try folder.copy("mono-8k-16bit.wav", as: "x.wav")
            try Program.succeed("encode", folder["x.wav"], "-o", folder["new/er/x.vrvq"])
            try Program.succeed("decode", folder["new/er/x.vrvq"], "-o", folder["other/"])
            try Program.succeed("depth-map", folder["x.wav"], "-o", folder["pictures/x.svg"])
            #expect(folder.contents == ["new/er/x.vrvq", "other/x.wav", "pictures/x.svg", "x.wav"])
            try Program.fail(73, ["encode", folder["x.wav"], "-o", folder["x.wav/y.vrvq"]], saying: "x.wav/y.vrvq")
        }

        @Test func anExistingFolderTakesTheOutput() throws {
            let folder = try Scratch()
            try folder.copy("mono-8k-16bit.wav", as: "x.wav")
            try FileManager.default.createDirectory(atPath: folder["out"], withIntermediateDirectories: false)
            try Program.succeed("encode", folder["x.wav"], "-o", folder["out"])
            try Program.succeed("depth-map", folder["x.wav"], "-o", folder["out"])
            #expect(folder.contents == ["out/x.svg", "out/x.vrvq", "x.wav"])
        }

        @Test func namesLikeOptions() throws {
            let folder = try Scratch()
            try folder.copy("mono-8k-16bit.wav", as: "--scale")
            try folder.copy("mono-8k-16bit.wav", as: "-x.wav")
            try folder.copy("mono-8k-16bit.wav", as: "\u{FC}ml\u{E4}ut \u{1F3B5}.wav")
            try Program.succeed("encode", "--", "--scale", "-x.wav", folder: folder.path)
            try Program.succeed("encode", "\u{FC}ml\u{E4}ut \u{1F3B5}.wav", folder: folder.path)
            #expect(folder.contents.filter { $0.hasSuffix(".vrvq") }.count == 3)
            #expect(folder.contents.contains("--scale.vrvq") && folder.contents.contains("-x.vrvq"))
            try Program.fail(64, ["encode", "-x.wav"], saying: "put -- before", folder: folder.path)
        }

        @Test func linksThatFormLoops() throws {
            let folder = try tree()
            for (name, target) in [("loop", ".."), ("self", "."), ("deep/up", "../..")] {
                try FileManager.default.createSymbolicLink(atPath: folder["in/\(name)"], withDestinationPath: target)
            }
            let start = ContinuousClock.now
            let result = try Program.run(["encode", folder["in"], "-o", folder["out"], "--json"])
            #expect(result.status == 0 && ContinuousClock.now - start < .seconds(20))
            #expect(try result.objects().count == 3)
        }

        @Test func namesThatAreNoText() throws {
            let folder = try Scratch()
            let script = "cp \"$1\" \"$2/$(printf 'a\\377b.wav')\""
            let made = try Program.run(
                ["-c", script, "sh", Fixture.audio("mono-8k-16bit.wav"), folder.path], program: "/bin/sh")
            // File systems that take only text refuse the name themselves.
            guard made.status == 0 else { return print("skipped: the file system refuses names that are not UTF-8") }
            try Program.fail(66, ["encode", folder.path, "-o", folder["out"]], saying: "not valid UTF-8")
            let direct = try Program.run(
                ["-c", "\"$1\" encode \"$(printf 'a\\377b.wav')\"", "sh", Program.path], folder: folder.path,
                program: "/bin/sh")
            #expect(direct.status == 66 && direct.error.contains("not valid UTF-8"))
        }

        @Test func foldersWithoutWork() throws {
            let folder = try Scratch()
            try folder.file("notes.txt", [1])
            try Program.fail(66, ["encode", folder.path], saying: ".wav", ".flac")
            try Program.fail(66, ["decode", folder.path], saying: ".vrvq")
        }
    }
}
