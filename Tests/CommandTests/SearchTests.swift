import Foundation
import Testing
import VRVQ
import VRVQAudio

extension CommandTests {
    /// How the encoder spends bits, on recorded sound with the built-in model.
    @Suite("Allocation and search") struct SearchTests {
        private func input() throws -> Scratch {
            let folder = try Scratch()
            try folder.file("in.wav", try TargetTests.recording())
            return folder
        }

        private func encode(_ folder: Scratch, _ options: String...) throws -> (stream: [UInt8], json: [String: Any]) {
            let result = try Program.succeed(
                "encode", folder["in.wav"], "-o", folder["out.vrvq"], "--force", "--json", arguments: options)
            return (try bytes(of: folder["out.vrvq"]), try #require(try result.objects().first))
        }

        private func codes(_ stream: [UInt8]) throws -> Int { try decoded(stream).grids[0].usedCodes }

        @Test func defaultsAreTheMapAndTheGreedySearch() throws {
            let folder = try input()
            let (plain, json) = try encode(folder)
            #expect(json["allocation"] as? String == "importance" && json["search"] as? Int == 1)
            #expect(try encode(folder, "--allocation", "importance", "--search", "1").stream == plain)
        }

        /// Other codes in the same depths; as many threads as one likes; a pipe.
        @Test func searchesFindOtherCodes() throws {
            let folder = try input()
            let greedy = try decoded(encode(folder, "--scale", "16").stream)
            let (bytes, json) = try encode(folder, "--scale", "16", "--search", "4", "--threads", "1")
            let found = try decoded(bytes)
            #expect(json["search"] as? Int == 4)
            #expect(found.grids[0].depth == greedy.grids[0].depth && found.grids[0].codes != greedy.grids[0].codes)
            #expect(found.format == greedy.format)
            #expect(try encode(folder, "--scale", "16", "--search", "4", "--threads", "3").stream == bytes)
            let piped = try Program.succeed(
                "encode", "-", "--scale", "16", "--search", "4", input: try TargetTests.recording())
            #expect(piped.output == bytes)
            #expect(try encode(folder, "--scale", "16", "--search", "16").stream != bytes)
        }

        /// `--live` and a file with the same chunks.
        @Test func liveStreamsAreSearched() throws {
            let folder = try input()
            let recording = try TargetTests.recording()
            let live = try Program.succeed(
                "encode", "-", "--live", "--latency", "200", "--search", "3", "--entropy", "none", input: recording)
            let (file, _) = try encode(folder, "--chunk", "0.1974", "--search", "3", "--entropy", "none")
            let grids = try [live.output, file].map { try decoded($0).grids }
            #expect(grids[0] == grids[1])
        }

        @Test(arguments: [["--allocation", "rd"], ["--allocation", "rd", "--search", "4"], ["--search", "4"]])
        func ratesAndSizesAreMet(_ options: [String]) throws {
            let folder = try input()
            for kbps in [1.5, 3] {
                let result = try Program.succeed(
                    "encode", folder["in.wav"], "--bitrate", "\(kbps)", "--force", "--json", arguments: options)
                let stream = try bytes(of: folder["in.vrvq"])
                #expect(abs(Double(stream.count) * 8 / 16000 / kbps - 1) < 0.01)
                let json = try #require(try result.objects().first)
                #expect(json["outcome"] as? String == "met")
                #expect(json["allocation"] as? String == (options.contains("rd") ? "rd" : "importance"))
                try Program.succeed("decode", folder["in.vrvq"], "-o", folder["back.wav"], "--force")
            }
            try Program.succeed("encode", folder["in.wav"], "--size", "5k", "--force", arguments: options)
            #expect((4950...5000).contains(try bytes(of: folder["in.vrvq"]).count))
        }

        /// As many codes as the map has at the scale, elsewhere; also under a cap.
        @Test func scalesOfMeasuredDistortion() throws {
            let folder = try input()
            for options in [["--scale", "16"], []] {
                let map = try Program.succeed("encode", folder["in.wav"], "-o", "-", arguments: options).output
                let measured = try Program.succeed(
                    "encode", folder["in.wav"], "-o", "-", "--allocation", "rd", arguments: options
                ).output
                let counts = try [codes(measured), codes(map)]
                #expect(counts[0] <= counts[1] && counts[1] - counts[0] < 9, "\(counts)")
                let streams = try [measured, map].map { try decoded($0) }
                #expect(streams[0].grids != streams[1].grids && streams[0].format.scale == nil)
            }
            let (capped, json) = try encode(folder, "--allocation", "rd", "--max-bitrate", "3")
            #expect(capped.count < 6000 && json["max_bitrate"] as? Double == 3)
            #expect(try encode(folder, "--allocation", "rd", "--scale", "16").json["scale"] as? Double == 16)
        }

        @Test(arguments: [
            (["--search", "0"], "1 to 16"), (["--search", "17"], "1 to 16"), (["--search", "-3"], "1 to 16"),
            (["--search", "x"], "--search"), (["--search", "1.5"], "--search"),
            (["--allocation", "best"], "importance"),
            (["--allocation", "rd", "--codebooks", "3"], "nothing to choose"),
            (["--allocation", "rd", "--live"], "whole recording"),
            (["--allocation", "rd", "--scale", "3", "--bitrate", "2"], "exclude"),
        ])
        func nonsense(_ options: [String], _ word: String) throws {
            let folder = try Scratch()
            try folder.copy("one-sample.wav", as: "x.wav")
            try Program.fail(64, ["encode", "x.wav"] + options, saying: word, folder: folder.path)
            #expect(folder.contents == ["x.wav"])
        }

        @Test func evaluationAtBitrates() throws {
            let folder = try Scratch()
            let samples = try AudioReader(path: Fixture.sample("tabla.flac")).readAll()[0]
            try folder.file("in.wav", WAV.file([Array(samples.prefix(4 * 44100))], rate: 44100))
            let arguments = ["evaluate", folder["in.wav"], "--bitrates", "1.5,3"]
            let lines = try Program.run(arguments, seconds: 300).text.split(separator: "\n")
            #expect(lines.count == 5 && lines[1] == "| kbit/s | in | work |" && lines[3].hasPrefix("| 1.5 | "))
            let options = ["--allocation", "rd", "--search", "2", "--json"]
            let objects = try Program.run(arguments + options, seconds: 300).objects()
            #expect(objects.count == 2)
            for (object, kbps) in zip(objects, [1.5, 3]) {
                let found = try #require(object["kbps"] as? Double)
                #expect(abs(found / kbps - 1) < 0.01 && object["allocation"] as? String == "rd")
                #expect(object["search"] as? Int == 2 && object["si_sdr"] is Double && object["log_mel"] is Double)
                #expect(try #require(object["encode_work"] as? Double) > 0)
            }
            for (options, word) in [
                (["--bitrates", "x"], "--bitrates"), (["--bitrates", "0"], "--bitrates"),
                (["--bitrates", ""], "empty"),
                (["--bitrates", "2", "--loss", "1"], "exclude"), (["--search", "2"], "--bitrates"),
                (["--allocation", "rd"], "--bitrates"), (["--bitrates", "2", "--search", "0"], "1 to 16"),
            ] {
                try Program.fail(64, ["evaluate", folder["in.wav"]] + options, saying: word)
            }
        }
    }
}
