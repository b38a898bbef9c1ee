import Foundation
import Testing
import VRVQ
import VRVQAudio

extension CommandTests {
    /// Rates that only the whole recording can decide, on recorded sound with the built-in model.
    @Suite("Rates that are asked for") struct TargetTests {
        /// A recorded tabla, 16 s of it; in the second channel, if there is one, it begins 3 s in.
        static func recording(channels: Int = 1) throws -> [UInt8] {
            let samples = try AudioReader(path: Fixture.sample("tabla.flac")).readAll()[0]
            let late = 3 * 44100
            let planar = [samples + samples, samples[late...] + samples + samples[..<late]]
            return WAV.file(Array(planar.prefix(channels)), rate: 44100)
        }

        /// A file of a recording, and what is below it.
        private func input(channels: Int = 1) throws -> Scratch {
            let folder = try Scratch()
            try folder.file("in.wav", try Self.recording(channels: channels))
            return folder
        }

        private func encode(_ folder: Scratch, _ options: String...) throws -> (stream: [UInt8], json: [String: Any]) {
            let result = try Program.succeed(
                "encode", folder["in.wav"], "-o", folder["out.vrvq"], "--force", "--json", arguments: options)
            let stream = try bytes(of: folder["out.vrvq"])
            let json = try #require(try result.objects().first)
            #expect(json["bytes"] as? Int == stream.count)
            return (stream, json)
        }

        /// Whether 16 s have this rate within 1 %.
        private func isNear(_ bytes: Int, kbps: Double) -> Bool {
            abs(Double(bytes) * 8 / 16000 / kbps - 1) < 0.01
        }

        @Test(arguments: [1, 2]) func averagesAreMetOnDisk(channels: Int) throws {
            let folder = try input(channels: channels)
            for kbps in [1.0, 2, 3.3].map({ $0 * Double(channels) }) {
                let (stream, json) = try encode(folder, "--bitrate", "\(kbps)")
                #expect(isNear(stream.count, kbps: kbps))
                #expect(json["outcome"] as? String == "met" && json["bitrate"] as? Double == kbps)
                #expect(json["frames"] as? Int == (16 * 44100 + 511) / 512)
            }
        }

        @Test func ratesOutOfReachAreTheNearest() throws {
            let folder = try input()
            for (kbps, words, name) in [("0.1", "least is", "least_possible"), ("64", "most is", "most_possible")] {
                let result = try Program.run(
                    ["encode", folder["in.wav"], "--bitrate", kbps, "--force", "--json"])
                #expect(result.status == 0 && result.errorLines.count == 1)
                #expect(result.error.hasPrefix("vrvq: warning: ") && result.error.contains(words), "\(result.error)")
                #expect(try result.objects().first?["outcome"] as? String == name)
            }
            let most = try decoded(bytes(of: folder["in.vrvq"]))
            #expect(most.grids[0].depth.allSatisfy { $0 == 8 })
        }

        @Test func sizesAreNotExceeded() throws {
            let folder = try input()
            for (text, size) in [("4000", 4000), ("4.5k", 4500), ("4Ki", 4096), ("0.005MB", 5000)] {
                let (stream, json) = try encode(folder, "--size", text)
                let range = size * 99 / 100...size
                #expect(range.contains(stream.count), "\(stream.count) of \(size)")
                #expect(json["size"] as? Int == size)
            }
            let (most, _) = try encode(folder, "--size", "1M")
            #expect(try decoded(most).grids[0].depth.allSatisfy { $0 == 8 })
        }

        @Test func impossibleSizesNameTheLeast() throws {
            let folder = try input()
            let failed = try Program.fail(
                64, ["encode", folder["in.wav"], "--size", "100"], saying: "100 bytes", "takes")
            #expect(folder.contents == ["in.wav"])
            let least = try #require(failed.error.split(separator: " ").last.flatMap { Int($0.dropLast()) })
            let (stream, _) = try encode(folder, "--size", "\(least)")
            #expect(stream.count == least)
            try Program.fail(64, ["encode", folder["in.wav"], "--size", "\(least - 1)"], saying: "\(least)")
        }

        /// Every second, counted in plain bits: none is above the cap, and the bound is made use of.
        @Test func capsHoldInEverySecond() throws {
            let folder = try input()
            let (stream, json) = try encode(folder, "--max-bitrate", "3", "--entropy", "none")
            #expect(json["max_bitrate"] as? Double == 3 && json["window_seconds"] as? Double == 1)
            let worst = try worstSecond(stream)
            #expect(worst <= 3 && worst > 2.7, "\(worst) kbit/s")
            let (average, _) = try encode(folder, "--bitrate", "2", "--max-bitrate", "3", "--entropy", "none")
            #expect(try worstSecond(average) <= 3)
            #expect(isNear(average.count, kbps: 2))
            let (free, _) = try encode(folder, "--scale", "40", "--entropy", "none")
            let (scaled, _) = try encode(folder, "--scale", "40", "--max-bitrate", "3", "--entropy", "none")
            #expect(try worstSecond(free) > 3 && worstSecond(scaled) <= 3)
            // What entropy coding saves may be spent.
            let (coded, _) = try encode(folder, "--max-bitrate", "3")
            #expect(try worstSecond(coded) > 3.3 && coded.count <= stream.count)
            let result = try Program.run(["encode", folder["in.wav"], "--max-bitrate", "0.2"])
            #expect(result.status == 0 && result.errorLines.count == 1 && result.error.contains("--max-bitrate"))
        }

        /// kbit/s of the costliest 86 frames in plain bits, all channels together: 3 bits a depth and 10 a code.
        private func worstSecond(_ stream: [UInt8]) throws -> Double {
            let grids = try decoded(stream).grids
            let bits = (0..<grids[0].frames).map { frame in
                grids.reduce(0.0) { $0 + 3 + 10 * Double($1.depth[frame]) }
            }
            let sums = (0...bits.count - 86).map { bits[$0..<$0 + 86].reduce(0, +) }
            return sums.max()! / (86 * 512 / 44100.0) / 1000
        }

        @Test func pipesAreWrittenAtTheEnd() throws {
            let folder = try input()
            let (file, _) = try encode(folder, "--bitrate", "2")
            let recording = try Self.recording()
            #expect(try Program.succeed("encode", "-", "--bitrate", "2", input: recording).output == file)
            let raw = try Program.succeed(
                "encode", "-", "--bitrate", "2", "--raw-format", "s16le:44100:1", input: Array(recording.dropFirst(44)))
            #expect(raw.output == file)
        }

        @Test func quietFramesAreLeftOut() throws {
            let folder = try Scratch()
            let noise = WAV.sound(seconds: 2)[0].map { $0 * 0.0005 }
            let sound = WAV.sound(seconds: 1)[0]
            try folder.file("in.wav", WAV.file([sound + noise + noise + sound], rate: 44100))
            let (plain, _) = try encode(folder)
            let (left, json) = try encode(folder, "--dtx", "-60")
            #expect(left.count < plain.count)
            let depths = try decoded(left).grids[0].depth
            let silent = depths.indices.filter { depths[$0] == 0 }
            // The decoder's reach is kept on both sides: 6 frames behind the sound, 56 before the next.
            let expected = Array(87 + 6..<430 - 56)
            #expect(silent == expected)
            #expect(json["silent_frames"] as? Int == 2 * 86)
            try Program.succeed("decode", folder["out.vrvq"], "-o", folder["back.wav"])
            let back = try AudioReader(path: folder["back.wav"]).readAll()[0]
            #expect(back.count == 6 * 44100 && back[93 * 512..<374 * 512].allSatisfy { $0 == 0 })
        }

        @Test func silenceCanBeKept() throws {
            let folder = try Scratch()
            try folder.file("in.wav", WAV.file([[Float](repeating: 0, count: 5 * 44100)], rate: 44100))
            let (left, _) = try encode(folder)
            let (kept, _) = try encode(folder, "--keep-silence")
            #expect(try decoded(left).grids[0].depth.allSatisfy { $0 == 0 })
            #expect(try decoded(kept).grids[0].depth.allSatisfy { $0 > 0 })
            #expect(left.count < kept.count)
        }

        @Test func chunksAndPlainBits() throws {
            let folder = try input()
            let (adaptive, _) = try encode(folder, "--scale", "8")
            let (plain, _) = try encode(folder, "--scale", "8", "--entropy", "none")
            let (long, json) = try encode(folder, "--scale", "8", "--chunk", "8")
            #expect(adaptive.count < plain.count && long.count < adaptive.count)
            #expect(json["frames_per_chunk"] as? Int == 689 && json["chunks"] as? Int == 3)
            let grids = try [adaptive, plain, long].map { try decoded($0).grids }
            #expect(grids[0] == grids[1] && grids[0] == grids[2])
            let (target, _) = try encode(folder, "--bitrate", "2", "--chunk", "0.2")
            #expect(isNear(target.count, kbps: 2))
            #expect(try decoded(target).format.framesPerChunk == 17)
        }

        /// On the depths that a file has; its own rate is the most.
        @Test func transcodingMeetsTargets() throws {
            let folder = try input(channels: 2)
            let (whole, _) = try encode(folder, "--scale", "24")
            let input = folder["out.vrvq"]
            func transcode(_ options: String...) throws -> (stream: [UInt8], json: [String: Any]) {
                let result = try Program.succeed(
                    "transcode", input, folder["small.vrvq"], "--force", "--json", arguments: options)
                let stream = try bytes(of: folder["small.vrvq"])
                let json = try #require(try result.objects().first)
                #expect(json["bytes"] as? Int == stream.count && json["input_bytes"] as? Int == whole.count)
                return (stream, json)
            }
            let own = Double(whole.count) * 8 / 16000
            let half = own * 0.6
            let (average, json) = try transcode("--bitrate", "\(half)")
            #expect(isNear(average.count, kbps: half) && json["outcome"] as? String == "met")
            let depths = try [whole, average].map { try decoded($0).grids.flatMap(\.depth) }
            #expect(zip(depths[1], depths[0]).allSatisfy { $0 <= $1 && $0 > 0 })
            let size = whole.count * 2 / 3
            let (fitted, _) = try transcode("--size", "\(size)")
            #expect(fitted.count <= size && fitted.count > size * 99 / 100)
            let (capped, _) = try transcode("--max-bitrate", "3", "--entropy", "none")
            #expect(try worstSecond(whole) > 3 && worstSecond(capped) <= 3)
            let piped = try Program.succeed("transcode", "-", "-", "--size", "\(size)", input: whole)
            #expect(piped.output == fitted)
            let more = try Program.run(["transcode", input, folder["same.vrvq"], "--bitrate", "99"])
            #expect(more.status == 0 && more.errorLines.count == 1 && more.error.contains("more than this stream"))
            #expect(try bytes(of: folder["same.vrvq"]) == whole)
            try Program.fail(64, ["transcode", input, "-", "--size", "10"], saying: "10 bytes", "takes")
        }

        @Test func transcodingRefusesTargets() throws {
            for (options, word) in [
                (["--codebooks", "2", "--bitrate", "2"], "exclude"), (["--size", "2k", "--bitrate", "2"], "exclude"),
                (["--codebooks", "2", "--max-bitrate", "2"], "exclude"), ([], "--bitrate"),
                (["--window", "2"], "--max-bitrate"), (["--codebooks", "2", "--window", "2"], "--max-bitrate"),
                (["--bitrate", "0"], "positive"), (["--bitrate", "2", "--max-bitrate", "1"], "above"),
            ] {
                try Program.fail(64, ["transcode", "in.vrvq", "out.vrvq"] + options, saying: word)
            }
        }

        @Test func emptySoundHasNoRate() throws {
            let folder = try Scratch()
            try folder.copy("empty.wav", as: "in.wav")
            for options in [["--bitrate", "2"], ["--max-bitrate", "2"], ["--size", "100"]] {
                try Program.succeed("encode", folder["in.wav"], "--force", arguments: options)
                #expect(try decoded(bytes(of: folder["in.vrvq"])).sampleCount == 0)
            }
        }
    }
}
