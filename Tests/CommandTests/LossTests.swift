import Foundation
import Testing
import VRVQ

extension CommandTests {
    /// Packets that are lost, and reading from the middle.
    @Suite("Lost packets and seeking") struct LossTests {
        private func live(_ folder: Scratch, seconds: Double = 4) throws -> String {
            let sound = WAV.file(WAV.sound(seconds: seconds, channels: 2), rate: 44100)
            try folder.file(
                "x.vrvq", try Program.succeed("encode", "-", "--live", "--latency", "60", input: sound).output)
            return folder["x.vrvq"]
        }

        @Test func lostPacketsAreToldAndConcealed() throws {
            let folder = try Scratch()
            let input = try live(folder)
            let options = ["--rate", "10%", "--burst", "3", "--seed", "4"]
            let report = try #require(
                try Program.run(["simulate-loss", input, "-o", folder["y.vrvq"], "--json"] + options).objects().first)
            let lost = try #require(report["lost_packets"] as? Int)
            #expect(report["packets"] as? Int == 69 && (1...25).contains(lost), "\(report)")
            let piped = try Program.run(["simulate-loss", "-", "-o", "-"] + options, input: try bytes(of: input))
            #expect(piped.output == (try bytes(of: folder["y.vrvq"])))
            try Program.fail(65, ["decode", folder["y.vrvq"]])
            let verdict = try Program.fail(65, ["verify", "--json", folder["y.vrvq"]]).objects()
            let seconds = try #require(verdict.first?["lost_seconds"] as? Double)
            // Five frames a packet, but for the last one.
            #expect(abs(seconds - Double(lost) * 5 * 512 / 44100) < 0.06, "\(seconds)")
            let result = try Program.run(["decode", "--tolerant", folder["y.vrvq"], "-o", folder["y.wav"]])
            #expect(result.status == 0 && result.errorLines.count == 1, "\(result.error)")
            try Program.succeed("decode", input, "-o", folder["x.wav"])
            #expect(try bytes(of: folder["x.wav"]).count == bytes(of: folder["y.wav"]).count)
            try Program.succeed("simulate-loss", input, "-o", folder["z.vrvq"], "--rate", "0")
            try Program.succeed("verify", folder["z.vrvq"])
        }

        @Test func refusals() throws {
            let folder = try Scratch()
            let input = try live(folder, seconds: 0.3)
            for rate in ["101%", "-1", "x", "nan", ""] {
                try Program.fail(
                    64, ["simulate-loss", input, "-o", folder["y.vrvq"], "--rate=\(rate)"], saying: "--rate")
            }
            try Program.fail(
                64, ["simulate-loss", input, "-o", folder["y.vrvq"], "--rate", "5%", "--burst", "0"], saying: "--burst")
            try Program.fail(64, ["simulate-loss", input, "-o", input, "--rate", "5%", "--force"], saying: "same file")
            try Program.fail(65, ["simulate-loss", "-", "-o", "-", "--rate", "5"], input: Array("RIFF".utf8))
            #expect(folder.contents == ["x.vrvq"])
        }

        @Test func evaluationUnderLoss() throws {
            let folder = try Scratch()
            try folder.file("a-1.wav", WAV.file(WAV.sound(seconds: 0.6), rate: 44100))
            let rows = try Program.run(
                ["evaluate", folder["a-1.wav"], "--loss", "0,50", "--burst", "2", "--packet", "60", "--json"],
                seconds: 300
            ).objects()
            let quality = rows.compactMap { $0["si_sdr"] as? Double }
            let distance = rows.compactMap { $0["log_mel"] as? Double }
            #expect(rows.count == 2 && quality[0] > quality[1])
            // Of a tone, silence can be as near in its spectrum as what a small model makes of it.
            #expect(distance.count == 2 && distance.allSatisfy { $0 > 0 } && distance[0] != distance[1])
            #expect(rows[0]["lost_percent"] as? Double == 0 && (rows[1]["lost_percent"] as? Double ?? 0) > 5)
            let table = try Program.run(["evaluate", folder["a-1.wav"], "--loss", "0"], seconds: 300).text
            #expect(table.contains("| 0 % | ") && table.contains("packets of 5 frames"))
            try Program.fail(64, ["evaluate", folder["a-1.wav"], "--loss", "0,x"], saying: "--loss")
            try Program.fail(64, ["evaluate", folder["a-1.wav"], "--loss", "1", "--packet", "1"], saying: "--packet")
        }

        /// Chunks before the piece may be anything: they are not read.
        @Test func aPieceOfALongFileIsReadThroughItsIndex() throws {
            let folder = try Scratch()
            let sound = WAV.file(WAV.sound(seconds: 22.5), rate: 44100)
            let original = try Program.run(["encode", "-", "--codebooks", "1"], input: sound, seconds: 400).output
            try folder.file("x.vrvq", original)
            let span = ["--start", "21", "--duration", "0.7"]
            let raw = ["-o", "-", "--raw-format", "s16le"]
            let whole = try Program.run(["decode", folder["x.vrvq"]] + raw, seconds: 400).output
            let piece = Array(whole[2 * 926_100..<2 * 956_970])
            #expect(try Program.run(["decode", folder["x.vrvq"]] + span + raw).output == piece)
            #expect(try Program.run(["decode", "-"] + span + raw, input: original).output == piece)
            var damaged = original
            for offset in 200..<300 { damaged[offset] = 0xff }
            try folder.file("bad.vrvq", damaged)
            let result = try Program.run(["decode", folder["bad.vrvq"]] + span + raw)
            #expect(result.status == 0 && result.output == piece, "\(result.error)")
            try Program.fail(65, ["decode", folder["bad.vrvq"], "-o", folder["y.wav"]])
            // An index that leads astray is passed over, and told by verify.
            let trailer = original.count - Int(original[original.count - 5])
            let index = try #require(
                (trailer - 60..<trailer).first { original[$0] == 2 && $0 + 6 + Int(original[$0 + 1]) == trailer })
            var payload = Array(original[index + 2..<trailer - 4])
            payload[0] ^= 1
            let lie = Section.bytes(.chunkIndex, payload: payload)
            try folder.file("lie.vrvq", Array(original[..<index]) + lie + original[trailer...])
            #expect(try Program.run(["decode", folder["lie.vrvq"]] + span + raw).output == piece)
            let verdict = try Program.fail(65, ["verify", folder["lie.vrvq"]])
            #expect(verdict.text.contains("chunk index"), "\(verdict.text)")
        }
    }
}
