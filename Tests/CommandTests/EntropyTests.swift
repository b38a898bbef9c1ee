import Foundation
import Testing
import VRVQ

extension CommandTests {
    /// A model whose file has a context model: streams in coding 4 through the real program.
    @Suite("Entropy model") struct EntropyTests {
        /// The tiny imported model with a context model that favours what was there before.
        private func model(into folder: Scratch) throws -> String {
            try Program.succeed(
                "model", "import", Fixture.model("vrvq.pth"), "-o", folder["plain.safetensors"], "--name", "tiny")
            let plain = try Model(try bytes(of: folder["plain.safetensors"]))
            let format = try Codec(model: plain).encode([[0, 0, 0, 0, 0, 0, 0, 0]])
            let stream = try VRVQStream(decoding: format).format
            let shape = ContextModel.Shape(
                stages: stream.stages, entries: stream.entries, width: 2, hidden: 3, inner: 4)
            var arrays: [ContextField: [Int]] = [:]
            for field in ContextField.allCases { arrays[field] = Array(repeating: 0, count: field.count(shape)) }
            arrays[.copyLag] = Array(repeating: 500, count: ContextField.copyLag.count(shape))
            let model = try plain.replacingContextModel(try ContextModel(shape, arrays))
            return try folder.file("model.safetensors", model.serialized())
        }

        @Test func everyCommandReadsWhatEncodeWrites() throws {
            let folder = try Scratch()
            let model = try model(into: folder)
            let here = ["VRVQ_MODEL_PATH": model]
            try folder.copy("mono-8k-16bit.wav", as: "x.wav")
            try Program.succeed("encode", folder["x.wav"], "--model", model)
            let stream = folder["x.vrvq"]
            #expect(try bytes(of: stream).contains(0x85))
            try Program.succeed("decode", stream, "-o", folder["y.wav"], environment: here)
            try Program.succeed("decode", stream, "-o", folder["m.wav"], "--model", model)
            #expect(try bytes(of: folder["y.wav"]) == bytes(of: folder["m.wav"]))
            let info = try #require(try Program.succeed("info", stream, "--json", environment: here).objects().first)
            #expect((info["bits_per_code"] as? [Any])?.isEmpty == false)
            #expect(try Program.succeed("info", stream, environment: here).text.contains("bits/code"))
            #expect(try Program.succeed("verify", stream, environment: here).text.contains("whole"))
            try Program.succeed("transcode", stream, "-o", folder["t.vrvq"], "--codebooks", "1", environment: here)
            try Program.succeed(
                "cut", stream, "-o", folder["c.vrvq"], "--start", "0", "--end", "0.01", environment: here)
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
            try folder.copy("mono-8k-16bit.wav", as: "x.wav")
            try Program.succeed("encode", folder["x.wav"], "--model", model)
            let context = try #require(try Model(try bytes(of: model)).contextModel)
            // The network is there, its context model is not.
            try Program.fail(
                69, ["decode", folder["x.vrvq"], "-o", folder["y.wav"], "--model", folder["plain.safetensors"]],
                saying: context.fingerprint.description)
            #expect(!folder.contents.contains("y.wav"))
            try Program.fail(69, ["info", folder["x.vrvq"]], saying: context.fingerprint.description)
            try Program.fail(69, ["verify", folder["x.vrvq"]], saying: context.fingerprint.description)
        }
    }
}
