import Foundation
import Testing
import VRVQ

extension CommandTests {
    /// Streams as NumPy's arrays and back.
    @Suite("Tokens") struct TokensTests {
        private static let golden = [
            "mono-packed", "mono-adaptive", "stereo-tags", "constant", "silence", "segments", "eight-stages", "empty",
            "mid-side", "equal", "stereo-segments",
        ]

        /// The exact bytes from a stored grid, and the stream again from what is made of these.
        @Test(arguments: golden) func goldenFiles(_ name: String) throws {
            let folder = try Scratch()
            let wanted = try bytes(of: Fixture.shared("golden/\(name).vrvq"))
            try Program.succeed("tokens", Fixture.shared("golden/\(name).npz"), "-o", folder["a.vrvq"])
            #expect(try bytes(of: folder["a.vrvq"]) == wanted)
            try Program.succeed("tokens", folder["a.vrvq"])
            try Program.succeed("tokens", folder["a.npz"], "-o", folder["b.vrvq"])
            #expect(try bytes(of: folder["b.vrvq"]) == wanted)
            #expect(folder.contents == ["a.npz", "a.vrvq", "b.vrvq"])
        }

        private func stream(_ folder: Scratch, _ options: [String]) throws -> String {
            let sound = WAV.file(WAV.sound(seconds: 2.3, rate: 48000, channels: 2), rate: 48000)
            try folder.file("x.vrvq", try Program.run(["encode", "-"] + options, input: sound).output)
            return folder["x.vrvq"]
        }

        /// Whatever the program itself writes comes back to the byte: rates, tags, pieces, joins.
        @Test(arguments: [["--scale", "6"], ["--codebooks", "3"]]) func everyStreamComesBack(_ options: [String]) throws
        {
            let folder = try Scratch()
            let input = try stream(folder, options)
            try Program.succeed("cut", input, folder["cut.vrvq"], "--start", "0.7", "--end", "1.9")
            try Program.succeed("cat", folder["cut.vrvq"], input, "-o", folder["cat.vrvq"])
            try Program.succeed("tags", folder["cat.vrvq"], "--set", "title=Ä=b\u{1b}", "--set", "x=")
            for name in ["x", "cut", "cat"] {
                let before = try bytes(of: folder["\(name).vrvq"])
                try Program.succeed("tokens", folder["\(name).vrvq"])
                try Program.succeed("tokens", folder["\(name).npz"], "--force")
                #expect(try bytes(of: folder["\(name).vrvq"]) == before, "\(name)")
            }
        }

        /// Codes alone go by the model, which they do not name, and by the rate and length that are given.
        @Test func codesAlone() throws {
            let folder = try Scratch()
            let input = try stream(folder, ["--scale", "6"])
            let whole = try decoded(bytes(of: input))
            try Program.succeed("tokens", input, "-o", folder["c.npy"])
            let piped = try Program.succeed("tokens", "-", "-o", "-", input: try bytes(of: input))
            #expect(try piped.output == bytes(of: folder["c.npy"]))
            try Program.succeed("tokens", folder["c.npy"])
            let plain = try decoded(bytes(of: folder["c.vrvq"]))
            #expect(plain.grids.map(\.codes) == whole.grids.map(\.codes) && plain.format.sourceRate == 44100)
            #expect(plain.sampleCount == whole.grids[0].frames * 512)
            let count = "\(whole.sampleCount)"
            let again = try Program.succeed(
                "tokens", "-", "-o", "-", "--rate", "48000", "--samples", count, "--model", "small",
                input: piped.output)
            var wanted = whole
            wanted.format.scale = nil
            #expect(try decoded(again.output) == wanted)
            try Program.succeed("decode", folder["c.vrvq"], "-o", folder["c.wav"])
        }

        @Test func report() throws {
            let folder = try Scratch()
            let input = try stream(folder, ["--scale", "6"])
            let object = try #require(try Program.succeed("tokens", input, "--json").objects().first)
            #expect(object["output"] as? String == folder["x.npz"])
            #expect(object["channels"] as? Int == 2 && object["stages"] as? Int == 8)
            #expect(object["bytes"] as? Int == (try bytes(of: folder["x.npz"]).count))
        }

        @Test func refusals() throws {
            let folder = try Scratch()
            let input = try stream(folder, ["--scale", "6"])
            try Program.succeed("tokens", input, "-o", folder["c.npy"])
            try Program.fail(64, ["tokens", input, "-o", folder["c.txt"]], saying: ".npy or .npz")
            try Program.fail(64, ["tokens", input, "--model", "small"], saying: "for arrays")
            try Program.fail(73, ["tokens", input, "-o", folder["c.npy"]], saying: "--force")
            try Program.fail(64, ["tokens", folder["c.npy"], "--samples", "5"], saying: "5 samples")
            try Program.fail(64, ["tokens", folder["c.npy"], "--rate", "0"], saying: "--rate")
            try Program.fail(64, ["tokens", folder["c.npy"], "-o", folder["c.npy"], "--force"], saying: "same file")
            try Program.fail(69, ["tokens", folder["c.npy"], "--model", "nosuch"], saying: "nosuch")
            try Program.fail(66, ["tokens", folder["none.npy"]], saying: "none.npy")
            try Program.fail(65, ["tokens", "-"], saying: "not a VRVQ stream", input: Array("text".utf8))
            let array = try bytes(of: folder["c.npy"])
            for length in [6, 60, 130, array.count - 1] {
                try folder.file("cut.npy", Array(array[..<length]))
                try Program.fail(65, ["tokens", folder["cut.npy"], "-o", folder["no.vrvq"]], saying: "cut.npy")
            }
            try folder.file("cut.vrvq", try bytes(of: input).dropLast())
            try Program.fail(65, ["tokens", folder["cut.vrvq"], "-o", folder["no.npz"]], saying: "cut off")
            #expect(folder.contents == ["c.npy", "cut.npy", "cut.vrvq", "x.vrvq"])
        }
    }
}
