import Foundation
import TestSupport
import Testing
import VRVQ
import VRVQDefaultModel

extension CommandTests {
    /// A model whose file has a context model: streams in coding 4 through the real program.
    @Suite("Entropy model") struct EntropyTests {
        /// Noise, and the built-in network with a context model that knows how often each of its codes occurs.
        private func model(into folder: Scratch) throws -> String {
            let plain = try DefaultModel.load()
            let codec = try Codec(model: plain)
            var generator = SeededGenerator(seed: 1)
            let samples = (0..<codec.sampleRate).map { _ in generator.sample() / 2 }
            try folder.file("x.wav", WAV.file([samples], rate: codec.sampleRate))
            let packed = try VRVQStream(decoding: codec.encode([samples], entropy: .packed))
            let (stages, entries) = (packed.format.stages, packed.format.entries)
            var counts = [Double](repeating: 0.01, count: stages * entries)
            for frame in 0..<packed.grids[0].frames {
                for (stage, code) in packed.grids[0].codes(ofFrame: frame).enumerated() {
                    counts[stage * entries + Int(code)] += 1
                }
            }
            let shape = ContextModel.Shape(stages: stages, entries: entries, width: 2, hidden: 3, inner: 4)
            var arrays: [ContextField: [Int]] = [:]
            for field in ContextField.allCases { arrays[field] = Array(repeating: 0, count: field.count(shape)) }
            arrays[.outputBias] = counts.map { Int(256 * log2($0)) }
            arrays[.gateBias] = Array(repeating: -10_000, count: stages)
            let model = try plain.replacingContextModel(try ContextModel(shape, arrays))
            return try folder.file("model.safetensors", model.serialized())
        }

        @Test func everyCommandReadsWhatEncodeWrites() throws {
            let folder = try Scratch()
            let model = try model(into: folder)
            let here = ["VRVQ_MODEL_PATH": model]
            try Program.succeed("encode", folder["x.wav"], "--model", model)
            let stream = folder["x.vrvq"]
            try Program.succeed(
                "encode", folder["x.wav"], "-o", folder["p.vrvq"])
            #expect(try bytes(of: stream).count < bytes(of: folder["p.vrvq"]).count)
            try Program.succeed("decode", stream, "-o", folder["y.wav"], environment: here)
            try Program.succeed("decode", stream, "-o", folder["m.wav"], "--model", model)
            #expect(try bytes(of: folder["y.wav"]) == bytes(of: folder["m.wav"]))
            let info = try #require(try Program.succeed("info", stream, "--json", environment: here).objects().first)
            #expect((info["bits_per_code"] as? [Any])?.isEmpty == false)
            #expect(try Program.succeed("info", stream, environment: here).text.contains("bits/code"))
            #expect(try Program.succeed("verify", stream, environment: here).text.contains("whole"))
            try Program.succeed("transcode", stream, folder["t.vrvq"], "--codebooks", "1", environment: here)
            try Program.succeed(
                "cut", stream, folder["c.vrvq"], "--start", "0.3", "--end", "0.9", environment: here)
            try Program.succeed("cat", stream, stream, "-o", folder["j.vrvq"], environment: here)
            try Program.succeed("tags", stream, "--set", "a=b", environment: here)
            for made in ["t.vrvq", "c.vrvq", "j.vrvq", "x.vrvq"] {
                try Program.succeed("decode", folder[made], "-o", folder["\(made).wav"], environment: here)
            }
            let summary = try #require(try Program.succeed("model", "info", model, "--json").objects().first)
            #expect((summary["entropy_model"] as? String)?.count == 16)
        }

        @Test func aStreamWithoutItsContextModelIsOneError() throws {
            let folder = try Scratch()
            let model = try model(into: folder)
            try Program.succeed("encode", folder["x.wav"], "--model", model)
            let context = try #require(try Model(try bytes(of: model)).contextModel)
            // The network is there, its context model is not.
            try Program.fail(
                69, ["decode", folder["x.vrvq"], "-o", folder["y.wav"]],
                saying: context.fingerprint.description)
            #expect(!folder.contents.contains("y.wav"))
            try Program.fail(69, ["info", folder["x.vrvq"]], saying: context.fingerprint.description)
            try Program.fail(69, ["verify", folder["x.vrvq"]], saying: context.fingerprint.description)
            // Chunks are copied as they are.
            try Program.succeed("cat", folder["x.vrvq"], folder["x.vrvq"], "-o", folder["j.vrvq"])
            let samples = try StreamOverview(try bytes(of: folder["x.vrvq"])).sampleCount
            #expect(try StreamOverview(try bytes(of: folder["j.vrvq"])).sampleCount == 2 * samples)
            try Program.succeed("decode", folder["j.vrvq"], "-o", folder["j.wav"], "--model", model)
        }
    }
}
