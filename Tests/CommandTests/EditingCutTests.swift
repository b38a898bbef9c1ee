import Testing
import VRVQ

extension CommandTests {
    /// Pieces of recordings, and recordings of pieces.
    @Suite("Cutting and joining streams") struct EditingCutTests {
        private func stream(_ folder: Scratch, _ name: String, rate: Int = 44100, seconds: Double = 3) throws -> String
        {
            let sound = WAV.file(WAV.sound(seconds: seconds, rate: rate, channels: 2), rate: rate)
            try folder.file(name, try Program.succeed("encode", "-", input: sound).output)
            return folder[name]
        }

        /// Samples of both channels, interleaved.
        private func samples(_ arguments: String...) throws -> [Float] {
            let bytes = try Program.run(["decode"] + arguments + ["-o", "-", "--raw-format", "f32le"])
            #expect(bytes.status == 0, "\(arguments): \(bytes.error)")
            return stride(from: 0, to: bytes.output.count, by: 4).map { start in
                Float(bitPattern: bytes.output[start..<start + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) })
            }
        }

        @Test func aPieceDecodesToTheSameSpan() throws {
            let folder = try Scratch()
            let input = try stream(folder, "x.vrvq")
            let whole = try samples(input)
            let span = Array(whole[2 * 36383..<2 * 80041])
            let times = ["--start", "0.825011", "--end", "1.81499"]
            for arguments in [times, times + ["--margin", "100"]] {
                let json = try Program.succeed("cut", input, folder["y.vrvq"], "--force", "--json", input: [])
                #expect(json.text.contains("\"sample_count\":132300"))
                let result = try Program.run(["cut", input, folder["y.vrvq"], "--force"] + arguments)
                #expect(result.status == 0 && result.error == "", "\(result.error)")
                #expect(try samples(folder["y.vrvq"]) == span)
            }
            #expect(try samples(input, "--start", "0:0.825011", "--duration", "0.989977") == span)
            #expect(try samples(input, "--start", "2.5") == Array(whole[2 * 110250..<whole.count]))
            #expect(try samples(input, "--duration", "100") == whole)
            #expect(try Program.succeed("info", folder["y.vrvq"]).text.contains("segments   1"))
            try Program.succeed("verify", folder["y.vrvq"])
        }

        /// With a conversion of the rate the instants are the same, and the samples agree to 16 bits and better.
        @Test(arguments: [48000, 22050, 44101]) func aPieceOfAnotherRate(_ rate: Int) throws {
            let folder = try Scratch()
            let input = try stream(folder, "x.vrvq", rate: rate)
            let whole = try samples(input)
            let first = Int((1.1 * Double(rate)).rounded())
            let span = whole[2 * first..<2 * (first + rate)]
            let piece = try samples(input, "--start", "1.1", "--duration", "1")
            #expect(piece.count == span.count)
            let error = zip(piece, span).map { abs($0 - $1) }.max() ?? 1
            #expect(error < 1e-5, "\(error)")
        }

        @Test func joinedPiecesAreTheWhole() throws {
            let folder = try Scratch()
            let input = try stream(folder, "x.vrvq")
            try Program.succeed("cut", input, folder["a.vrvq"], "--end", "1.3")
            try Program.succeed("cut", input, folder["b.vrvq"], "--start", "1.3")
            try Program.succeed("cat", folder["a.vrvq"], folder["b.vrvq"], "-o", folder["c.vrvq"])
            let whole = try samples(input)
            #expect(try samples(folder["c.vrvq"]) == whole)
            let piped = try Program.succeed("cat", folder["a.vrvq"], "-", "-o", "-", input: try bytes(of: input)).output
            try folder.file("d.vrvq", piped)
            #expect(try samples(folder["d.vrvq"]) == Array(whole[..<(2 * 57330)]) + whole)
            try Program.succeed("verify", folder["c.vrvq"], folder["d.vrvq"])
            try Program.succeed("info", folder["c.vrvq"])
            try Program.succeed("depth-map", folder["c.vrvq"])
        }

        @Test func refusals() throws {
            let folder = try Scratch()
            let input = try stream(folder, "x.vrvq", seconds: 0.3)
            let other = try stream(folder, "y.vrvq", rate: 48000, seconds: 0.3)
            let out = folder["z.vrvq"]
            try Program.fail(64, ["cat", input, other, "-o", out], saying: "source rate", "44100", "48000")
            try Program.fail(64, ["cut", input, out, "--start", "9"], saying: "begins at sample 396900")
            try Program.fail(64, ["cut", input, out, "--start", "0.2", "--end", "0.1"], saying: "--end")
            for time in ["x", "-1", "nan", "1:60", "1:2:3:4", "inf", "0x10", "1e5"] {
                try Program.fail(64, ["cut", input, out, "--start=\(time)"], saying: "--start needs")
                try Program.fail(64, ["decode", input, "--duration=\(time)"], saying: "--duration needs")
            }
            try Program.fail(64, ["cut", input, out, "--margin", "2000"], saying: "0 to 1024")
            try Program.fail(64, ["cut", input, input, "--force"], saying: "same file")
            var damaged = try bytes(of: input)
            damaged[damaged.count / 2] ^= 1
            try folder.file("bad.vrvq", damaged)
            try Program.fail(65, ["cut", folder["bad.vrvq"], out, "--start", "0.1"], saying: "checksum")
            try Program.fail(65, ["cat", input, folder["bad.vrvq"], "-o", out], saying: "bad.vrvq")
            #expect(folder.contents == ["bad.vrvq", "x.vrvq", "y.vrvq"])
        }
    }
}
