import Foundation
import Testing
import VRVQ
import VRVQAudio

extension CommandTests {
    /// Files of the official program. That their samples are right is tested beside the library.
    @Suite("Import of .dac files") struct ImportDACTests {
        private func model(_ folder: Scratch) throws -> String {
            try Program.succeed(
                "model", "import", Fixture.array("dac.safetensors"), "--sample-rate", "8000", "-o",
                folder["dac.safetensors"], "--name", "dac")
            return folder["dac.safetensors"]
        }

        private func samples(_ path: String) throws -> [[Float]] {
            try AudioReader(path: path).readAll()
        }

        /// Length and rate are the source's; one gain for all channels, or one for each.
        @Test func decodingRestoresLengthAndLoudness() throws {
            let folder = try Scratch()
            let arguments = [
                "import-dac", Fixture.array("chunked.dac"), "--model", try model(folder), "--encoding", "float32",
            ]
            #expect(try Program.run(arguments + ["-o", folder["x.wav"]]).status == 0)
            #expect(try Program.run(arguments + ["-o", folder["y.wav"], "--separate-gain"]).status == 0)
            #expect(try Program.run(arguments + ["-o", folder["z.wav"], "--threads", "1"]).status == 0)
            #expect(try bytes(of: folder["x.wav"]) == bytes(of: folder["z.wav"]))
            let (together, separate) = (try samples(folder["x.wav"]), try samples(folder["y.wav"]))
            #expect(together.map(\.count) == [400, 400] && separate.map(\.count) == [400, 400])
            let ratios = (0..<2).map { channel in
                zip(together[channel], separate[channel]).map { Double($0 / $1) }.filter(\.isFinite)
            }
            for ratio in ratios { #expect((ratio.max() ?? 0) - (ratio.min() ?? 9) < 1e-3) }
            #expect(abs((ratios[0].first ?? 0) - (ratios[1].first ?? 0)) > 1e-3)
        }

        @Test func onePieceBecomesAStream() throws {
            let folder = try Scratch()
            let model = try model(folder)
            let result = try Program.run([
                "import-dac", Fixture.array("padded.dac"), "-o", folder["x.vrvq"], "--model", model, "--json",
            ])
            #expect(result.status == 0 && result.errorLines.count == 1 && result.error.contains("-23.5"))
            let object = try #require(try result.objects().first)
            #expect(object["frames"] as? Int == 50 && object["chunked"] as? Bool == false)
            let stream = try decoded(bytes(of: folder["x.vrvq"]))
            #expect(stream.sampleCount == 397 && stream.format.constantDepth == 2 && stream.grids[0].frames == 50)
            #expect(stream.tags == [Tag(key: "dac_input_db", value: "-23.500")])
            // The stream's sound is the file's but for its gain.
            try Program.succeed(
                "decode", folder["x.vrvq"], "-o", folder["a.wav"], "--model", model, "--encoding", "float32")
            try Program.succeed(
                "import-dac", Fixture.array("padded-protocol-2.dac"), "-o", folder["b.wav"], "--model", model,
                "--encoding", "float32")
            let (a, b) = (try samples(folder["a.wav"])[0], try samples(folder["b.wav"])[0])
            let gain = b[0] / a[0]
            #expect(a.count == 397 && zip(a, b).allSatisfy { abs($0 * gain - $1) < 1e-5 })
        }

        @Test func refusals() throws {
            let folder = try Scratch()
            let model = try model(folder)
            let chunked = Fixture.array("chunked.dac")
            func fail(_ status: Int32, _ file: String, _ words: String, model name: String = model) throws {
                try Program.fail(
                    status, ["import-dac", file, "-o", folder["x.wav"], "--model", name], saying: words)
            }
            try Program.fail(64, ["import-dac", chunked, "-o", folder["x.wav"]], saying: "--model")
            try Program.fail(
                65, ["import-dac", chunked, "-o", folder["x.vrvq"], "--model", model], saying: "chunks", "audio")
            try fail(69, chunked, "DAC model", model: "small")
            try fail(65, Fixture.array("int16.npy"), "not a .dac file")
            try fail(65, Fixture.audio("one-sample.wav"), "no NumPy array file")
            try fail(66, folder["none.dac"], "none.dac")
            let bytes = try bytes(of: chunked)
            for (name, change) in Self.changes {
                try folder.file("x.dac", try Self.replacing(change.old, change.new, in: bytes))
                try fail(65, folder["x.dac"], name)
            }
            #expect(folder.contents == ["dac.safetensors", "x.dac"])
        }

        /// Words of the error, and a change of equal length that causes it.
        private static let changes: [(String, (old: String, new: String))] = [
            ("version 9.0.0", ("1.0.0", "9.0.0")), ("numpy.ndarroy", ("ndarray", "ndarroy")),
            ("lacks original_length", ("original_length", "original_lengta")),
            ("no metadata", ("metadata", "metadate")),
            ("lacks codes", ("codes", "kodes")), ("not uint16", ("u2", "i2")),
        ]

        private static func replacing(_ old: String, _ new: String, in bytes: [UInt8]) throws -> [UInt8] {
            let (old, new) = (Array(old.utf8), Array(new.utf8))
            let place = try #require(bytes.indices.last { bytes[$0...].starts(with: old) })
            return bytes[..<place] + new + bytes[(place + old.count)...]
        }
    }
}
