import Foundation
import Testing
import VRVQ
import VRVQAudio
import VRVQDefaultModel

extension CommandTests {
    /// How channels are coded, as users choose it.
    @Suite("Stereo") struct StereoTests {
        /// A sound, a weaker copy and another sound.
        private static let sounds = WAV.sound(seconds: 1.3, rate: 48000, channels: 3)

        private func file(_ folder: Scratch, _ channels: [[Float]]) throws -> String {
            try folder.file("x.wav", WAV.file(channels, rate: 48000))
        }

        private func encode(_ folder: Scratch, _ options: [String] = [], mode: String) throws -> [UInt8] {
            let result = try Program.succeed(
                "encode", folder["x.wav"], "-o", folder["x.vrvq"], "--json", "--force", arguments: options)
            let object = try #require(try result.objects().first)
            #expect(object["stereo"] as? String == mode)
            return try bytes(of: folder["x.vrvq"])
        }

        /// What the sound says, and what the person says.
        @Test func theModeIsChosen() throws {
            let folder = try Scratch()
            let (one, other) = (Self.sounds[0], Self.sounds[2])
            // Music whose right channel is 0.9 times the left one.
            try folder.copy("stereo-correlated.flac", as: "x.wav")
            let small = try encode(folder, mode: "mid-side")
            #expect(try encode(folder, ["--stereo", "independent"], mode: "independent").count > small.count)
            #expect(try encode(folder, ["--stereo", "mid-side"], mode: "mid-side") == small)
            _ = try file(folder, [one, other])
            _ = try encode(folder, mode: "independent")
            _ = try encode(folder, ["--stereo", "mid-side", "--bitrate", "6"], mode: "mid-side")
            _ = try file(folder, [one])
            #expect(
                try encode(folder, mode: "independent")
                    == encode(folder, ["--stereo", "mid-side"], mode: "independent"))
            try Program.fail(64, ["encode", folder["x.wav"], "--stereo", "joint"], saying: "mid-side")
        }

        /// Equal channels cost what one does, with the rate converted and any target, and come back equal.
        @Test(arguments: [[], ["--size", "900"], ["--codebooks", "2"]])
        func equalChannelsAreCodedOnce(_ options: [String]) throws {
            let folder = try Scratch()
            _ = try file(folder, [Self.sounds[0]])
            let mono = try encode(folder, options, mode: "independent")
            _ = try file(folder, [Self.sounds[0], Self.sounds[0]])
            #expect(try encode(folder, options, mode: "equal").count == mono.count)
            try Program.succeed("decode", folder["x.vrvq"], "-o", folder["y.wav"])
            let sound = try AudioReader(path: folder["y.wav"]).readAll()
            #expect(sound.count == 2 && sound[0] == sound[1] && sound[0].count == Self.sounds[0].count)
            #expect(try Program.succeed("info", folder["x.vrvq"]).text.contains("2 channels, equal and coded once"))
        }

        /// Of a pipe nobody knows whether channels stay equal.
        @Test(arguments: [[], ["--live", "--latency", "200"]]) func pipesDecideByTheirBeginning(_ options: [String])
            throws
        {
            let sound = WAV.file([Self.sounds[0], Self.sounds[0]], rate: 48000)
            let result = try Program.succeed("encode", "-", "-o", "-", arguments: options, input: sound)
            let stream = try VRVQStream(
                decoding: result.output, contextModels: ContextModels(try DefaultModel.load()))
            #expect(stream.format.stereoMode == .midSide)
            #expect(options.isEmpty == (stream.grids[1].usedCodes == 0))
        }

        @Test func reportsNameMidAndSide() throws {
            let folder = try Scratch()
            _ = try file(folder, [Self.sounds[0], Self.sounds[0].map { 0.9 * $0 }])
            _ = try encode(folder, mode: "mid-side")
            #expect(try Program.succeed("info", folder["x.vrvq"]).text.contains("coded as mid and side\n"))
            let frames = try Program.succeed("info", folder["x.vrvq"], "--frames", "--json").objects()
            let signals = Set(frames.compactMap { $0["signal"] as? String })
            #expect(signals == ["mid", "side"])
            try Program.succeed("depth-map", folder["x.vrvq"], "-o", folder["x.svg"])
            let picture = String(decoding: try bytes(of: folder["x.svg"]), as: UTF8.self)
            #expect(picture.contains(">mid<") && picture.contains(">side<"))
            let codes = try Program.run(["tokens", folder["x.vrvq"], "-o", folder["x.npy"]])
            #expect(codes.status == 0 && codes.error.contains("does not tell"))
        }

        /// A recording that is narrow, then wide, is coded as either where it is.
        @Test func theModeMayChange() throws {
            let folder = try Scratch()
            let left = WAV.sound(seconds: 8, rate: 44100)[0]
            let wide = [Array(left[..<(7 * 44100)]), left[..<(7 * 44100)].reversed()]
            let narrow = [left, left]
            try folder.file("x.wav", WAV.file((0..<2).map { narrow[$0] + wide[$0] }, rate: 44100))
            _ = try encode(folder, mode: "mid-side")
            #expect(try Program.succeed("info", folder["x.vrvq"]).text.contains("mid and side in parts"))
            try Program.succeed("verify", folder["x.vrvq"])
            try Program.succeed("decode", folder["x.vrvq"], "-o", folder["y.wav"])
            #expect(try AudioReader(path: folder["y.wav"]).readAll().map(\.count) == [15 * 44100, 15 * 44100])
            try Program.succeed("depth-map", folder["x.vrvq"], "-o", folder["x.svg"])
            let picture = String(decoding: try bytes(of: folder["x.svg"]), as: UTF8.self)
            #expect(picture.contains(">left or mid<") && picture.contains(">right or side<"))
            #expect(try encode(folder, ["--size", "5000"], mode: "mid-side").count <= 5000)
        }

        /// Joined, every file decodes as by itself.
        @Test func filesOfDifferentModesAreJoined() throws {
            let folder = try Scratch()
            let (one, other) = (Self.sounds[0], Self.sounds[2])
            var wanted: [[Float]] = [[], []]
            var names: [String] = []
            for (name, channels) in [("a", [one, one]), ("b", [one, other]), ("c", [one, one.map { 0.9 * $0 }])] {
                _ = try file(folder, channels)
                try Program.succeed("encode", folder["x.wav"], "-o", folder["\(name).vrvq"])
                try Program.succeed("decode", folder["\(name).vrvq"], "-o", folder["\(name).wav"])
                let sound = try AudioReader(path: folder["\(name).wav"]).readAll()
                for channel in 0..<2 { wanted[channel] += sound[channel] }
                names.append(folder["\(name).vrvq"])
            }
            try Program.succeed("cat", "-o", folder["all.vrvq"], arguments: names)
            try Program.succeed("decode", folder["all.vrvq"], "-o", folder["all.wav"])
            #expect(try AudioReader(path: folder["all.wav"]).readAll() == wanted)
            #expect(try Program.succeed("info", folder["all.vrvq"]).text.contains("mid and side in parts"))
            try Program.succeed("tokens", folder["all.vrvq"])
            try Program.succeed("tokens", folder["all.npz"], "-o", folder["again.vrvq"])
            #expect(try bytes(of: folder["again.vrvq"]) == bytes(of: folder["all.vrvq"]))
        }
    }
}
