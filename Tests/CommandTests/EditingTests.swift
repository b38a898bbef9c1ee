import Foundation
import Testing
import VRVQ
import VRVQDefaultModel

extension CommandTests {
    /// Work on compressed files, without a model.
    @Suite("Editing streams") struct EditingTests {
        static func stream(_ folder: Scratch, _ name: String = "x.vrvq", _ options: [String] = ["--scale", "8"])
            throws -> String
        {
            let sound = WAV.file(WAV.sound(seconds: 4, channels: 2), rate: 44100)
            try folder.file(name, try Program.run(["encode", "-"] + options, input: sound).output)
            return folder[name]
        }

        @Test func transcodingGivesWhatEncodingGives() throws {
            let folder = try Scratch()
            let full = try Self.stream(folder, "8.vrvq", ["--codebooks", "8"])
            for count in [1, 3, 8] {
                let wanted = try bytes(of: try Self.stream(folder, "wanted.vrvq", ["--codebooks", "\(count)"]))
                try Program.succeed("transcode", full, folder["out.vrvq"], "--codebooks", "\(count)", "--force")
                #expect(try bytes(of: folder["out.vrvq"]) == wanted)
                let piped = try Program.succeed(
                    "transcode", "-", "-", "--codebooks", "\(count)", input: try bytes(of: full))
                #expect(piped.output == wanted)
            }
        }

        @Test func transcodingVariableRateLimitsTheDepth() throws {
            let folder = try Scratch()
            let input = try Self.stream(folder)
            let report = try #require(
                try Program.succeed("transcode", input, folder["out.vrvq"], "--codebooks", "2", "--json").objects()
                    .first)
            #expect(report["bytes"] as? Int == (try bytes(of: folder["out.vrvq"]).count))
            #expect(report["input_bytes"] as? Int == (try bytes(of: input).count))
            let models = ContextModels(try DefaultModel.load())
            var stream = try VRVQStream(decoding: try bytes(of: input), contextModels: models)
            stream.format.scale = nil
            stream.grids = stream.grids.map { $0.limited(to: 2) }
            #expect(try VRVQStream(decoding: try bytes(of: folder["out.vrvq"]), contextModels: models) == stream)
        }

        @Test func transcodingRefuses() throws {
            let folder = try Scratch()
            let input = try Self.stream(folder)
            let before = try bytes(of: input)
            try Program.fail(64, ["transcode", input, folder["y.vrvq"], "--codebooks", "9"], saying: "1 to 8")
            try Program.fail(64, ["transcode", input, folder["y.vrvq"], "--codebooks", "0"], saying: "at least 1")
            try Program.fail(64, ["transcode", input, folder["y.vrvq"]], saying: "--codebooks")
            try Program.fail(64, ["transcode", input, input, "--codebooks", "1", "--force"], saying: "same file")
            try folder.file("y.vrvq", [1])
            try Program.fail(73, ["transcode", input, folder["y.vrvq"], "--codebooks", "1"], saying: "--force")
            try folder.file("cut.vrvq", Array(before.dropLast(1)))
            try Program.fail(
                65, ["transcode", folder["cut.vrvq"], folder["z.vrvq"], "--codebooks", "1"], saying: "cut")
            #expect(folder.contents == ["cut.vrvq", "x.vrvq", "y.vrvq"])
            #expect(try bytes(of: input) == before)
        }

        @Test func tagsAreListedSetAndRemoved() throws {
            let folder = try Scratch()
            let input = try Self.stream(folder)
            let before = try bytes(of: input)
            #expect(try Program.succeed("tags", input).text == "")
            try Program.succeed("tags", input, "--set", "artist=A = b", "--set", "Title=Ö\u{1b}[2J")
            #expect(try Program.succeed("tags", input).text == "artist=A = b\nTitle=Ö?[2J\n")
            let json = try #require(try Program.succeed("tags", input, "--json").objects().first)
            #expect((json["tags"] as? [[String: String]])?.last == ["key": "Title", "value": "Ö\u{1b}[2J"])
            try Program.succeed("tags", input, "--set", "ARTIST=", "--remove", "title")
            #expect(try Program.succeed("tags", "-", input: try bytes(of: input)).text == "ARTIST=\n")
            try Program.succeed("tags", input, "--remove", "artist")
            #expect(try bytes(of: input) == before)
            #expect(folder.contents == ["x.vrvq"])
        }

        @Test func tagsRefuse() throws {
            let folder = try Scratch()
            let input = try Self.stream(folder)
            let before = try bytes(of: input)
            try Program.fail(64, ["tags", input, "--set", "novalue"], saying: "KEY=VALUE")
            try Program.fail(64, ["tags", input, "--set", "=x"], saying: "KEY=VALUE")
            try Program.fail(64, ["tags", input, "--set", "ä=x"], saying: "ASCII")
            try Program.fail(64, ["tags", "-", "--set", "a=x"], saying: "standard input", input: before)
            try folder.file("cut.vrvq", Array(before.dropLast(1)))
            try Program.fail(65, ["tags", folder["cut.vrvq"], "--set", "a=b"], saying: "cut off")
            #expect(try bytes(of: input) == before)
            #expect(folder.contents == ["cut.vrvq", "x.vrvq"])
        }

        @Test func verifyTellsWhichSecondsAreLost() throws {
            let folder = try Scratch()
            let input = try Self.stream(folder)
            let whole = try Program.succeed("verify", input)
            #expect(whole.text.contains("whole, 4.00 s in 5 chunks"))
            var damaged = try bytes(of: input)
            let inspection = try StreamInspection(damaged, contextModels: ContextModels(try DefaultModel.load()))
            #expect(inspection.faults.isEmpty)
            // Behind the header the second chunk begins about a fifth of the rest further on.
            damaged[damaged.count * 2 / 5] ^= 0x40
            try folder.file("bad.vrvq", damaged)
            let result = try Program.fail(65, ["verify", input, folder["bad.vrvq"]], saying: "1 of 2 files")
            #expect(result.text.contains("bad.vrvq: damaged, 0.998 s of 4.00 s are lost"), "\(result.text)")
            let json = try Program.fail(65, ["verify", "--json", folder["bad.vrvq"]]).objects()
            let fault = try #require((json.first?["faults"] as? [[String: Any]])?.first)
            #expect(json.first?["whole"] as? Bool == false)
            let start = try #require(fault["start_seconds"] as? Double)
            #expect(abs(start - 86 * 512 / 44100) < 1e-9, "\(start)")
        }

        @Test func repairAndTolerantDecoding() throws {
            let folder = try Scratch()
            let input = try Self.stream(folder)
            var damaged = try bytes(of: input)
            damaged[damaged.count * 2 / 5] ^= 0x40
            try folder.file("bad.vrvq", damaged)
            try Program.fail(65, ["decode", folder["bad.vrvq"]], saying: "checksum")
            let result = try Program.run(["repair", folder["bad.vrvq"], folder["good.vrvq"]])
            #expect(result.status == 0 && result.error.contains("warning") && result.error.contains("0.998 s"))
            try Program.succeed("verify", folder["good.vrvq"])
            try Program.succeed("decode", folder["good.vrvq"], "-o", folder["a.wav"])
            let tolerant = try Program.run(["decode", "--tolerant", folder["bad.vrvq"], "-o", folder["b.wav"]])
            #expect(tolerant.status == 0 && tolerant.errorLines.count == 1, "\(tolerant.error)")
            #expect(try bytes(of: folder["a.wav"]) == bytes(of: folder["b.wav"]))
            try Program.succeed("decode", input, "-o", folder["c.wav"])
            #expect(try bytes(of: folder["a.wav"]).count == bytes(of: folder["c.wav"]).count)
            try Program.succeed("repair", input, folder["same.vrvq"])
            #expect(try bytes(of: folder["same.vrvq"]) == bytes(of: input))
            try Program.fail(65, ["repair", "-", folder["no.vrvq"]], saying: "VRVQ", input: Array("RIFFRIFF".utf8))
        }

        @Test func verifyTakesAnything() throws {
            let folder = try Scratch()
            let input = try Self.stream(folder)
            let bytes = try bytes(of: input)
            for length in [0, 3, 40, bytes.count / 2, bytes.count - 1] {
                let result = try Program.fail(65, ["verify", "-"], saying: "damaged", input: Array(bytes[..<length]))
                #expect(result.text.contains("damaged"), "\(length) bytes: \(result.text)")
            }
            try Program.fail(66, ["verify", folder["none.vrvq"]], saying: "none.vrvq")
        }
    }
}
