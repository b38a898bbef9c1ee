import Foundation
import Testing

extension CommandTests {
    @Suite("Models") struct ModelTests {
        /// An imported network with importance map, made of the checkpoint that the import's tests use.
        private func imported(into folder: Scratch) throws -> String {
            try Program.succeed(
                "model", "import", Fixture.model("vrvq.pth"), "-o", folder["tiny.safetensors"], "--name", "tiny")
            return folder["tiny.safetensors"]
        }

        private func fingerprint(_ path: String) throws -> String {
            let object = try #require(try Program.succeed("model", "info", path, "--json").objects().first)
            return try #require(object["fingerprint"] as? String)
        }

        @Test func listNamesTheBuiltInModel() throws {
            let text = try Program.succeed("model", "list").text
            #expect(text.contains("built in") && text.contains("vrvq-44k") && text.contains("/nonexistent/.local"))
            let objects = try Program.succeed("model", "list", "--json").objects()
            #expect(objects.count == 1 && objects[0]["path"] is NSNull)
            #expect((objects[0]["fingerprint"] as? String)?.count == 16)
        }

        @Test func infoDescribesTheBuiltInModel() throws {
            let text = try Program.succeed("model", "info").text
            for words in ["fingerprint", "sample rate", "GMAC", "look-ahead", "licence", "card"] {
                #expect(text.contains(words), "\(words)")
            }
            let object = try #require(try Program.succeed("model", "info", "--json").objects().first)
            #expect(object["name"] as? String == "small")
            let listed = try Program.succeed("model", "list", "--json").objects()[0]["fingerprint"] as? String
            #expect(object["fingerprint"] as? String == listed)
            let named = try Program.succeed("model", "info", try #require(listed), "--json")
            #expect(named.text == (try Program.succeed("model", "info", "small", "--json").text))
        }

        @Test func importReportsAndRefusesToOverwrite() throws {
            let folder = try Scratch()
            let model = try imported(into: folder)
            let before = try bytes(of: model)
            try Program.fail(
                73, ["model", "import", Fixture.model("vrvq.pth"), "-o", model, "--name", "x"],
                saying: "exists already")
            #expect(try bytes(of: model) == before)
            let report = try Program.succeed(
                "model", "import", Fixture.model("vrvq.pth"), "-o", folder["again.safetensors"], "--json"
            ).objects()
            #expect(report.count == 1 && (report[0]["missing"] as? [Any])?.isEmpty == true)
        }

        @Test func streamsFindTheirModelByFingerprint() throws {
            let folder = try Scratch()
            let model = try imported(into: folder)
            try folder.copy("mono-8k-16bit.wav", as: "x.wav")
            try Program.succeed("encode", folder["x.wav"], "--model", model)
            let print = try fingerprint(model)
            try Program.fail(69, ["decode", folder["x.vrvq"], "-o", folder["y.wav"]], saying: print, "tiny", "small")
            #expect(!folder.contents.contains("y.wav"))
            let places = [folder.path, model, "/nonexistent:\(folder.path)"]
            for (index, place) in places.enumerated() {
                try Program.succeed(
                    "decode", folder["x.vrvq"], "-o", folder["\(index).wav"], environment: ["VRVQ_MODEL_PATH": place])
                try expectSameShape(folder["x.wav"], folder["\(index).wav"])
            }
            try Program.succeed("decode", folder["x.vrvq"], "-o", folder["m.wav"], "--model", model)
            #expect(try bytes(of: folder["m.wav"]) == bytes(of: folder["0.wav"]))
            try Program.fail(
                69, ["decode", folder["x.vrvq"], "-o", folder["z.wav"], "--model", "small"], saying: print)
            #expect(try Program.succeed("info", folder["x.vrvq"]).text.contains("tiny (\(print))"))
        }

        @Test func modelsAreFoundInThePersonsFolder() throws {
            let folder = try Scratch()
            let model = try imported(into: folder)
            try folder.copy("mono-8k-16bit.wav", as: "x.wav")
            try folder.file(".local/share/vrvq/models/a.safetensors", try bytes(of: model))
            try folder.file(".local/share/vrvq/models/broken.safetensors", [1, 2, 3])
            let home = ["HOME": folder.path]
            #expect(try Program.succeed("model", "list", "--json", environment: home).objects().count == 2)
            try Program.succeed("encode", folder["x.wav"], "--model", "tiny", environment: home)
            try Program.succeed("decode", folder["x.vrvq"], "-o", folder["y.wav"], environment: home)
            try Program.succeed(
                "encode", folder["x.wav"], "--force", "--model", try fingerprint(model), environment: home)
        }

        @Test func unknownModelsAreAnsweredWithTheInstalledOnes() throws {
            for arguments in [
                ["encode", Fixture.audio("one-sample.wav"), "-o", "-"], ["model", "info"], ["bench"],
            ] {
                let model = arguments[0] == "model" ? ["nosuch"] : ["--model", "nosuch"]
                try Program.fail(69, arguments + model, saying: "nosuch", "installed are: small (")
            }
        }

        @Test func filesThatAreNoModels() throws {
            let folder = try Scratch()
            try folder.file("text.safetensors", Array("this is no model, whatever its name may say".utf8))
            try folder.file("empty.safetensors", [])
            for name in ["text.safetensors", "empty.safetensors", "missing.safetensors"] {
                let result = try Program.run(["model", "info", folder[name]])
                #expect([66, 69].contains(result.status) && result.errorLines.count == 1, "\(result.error)")
                #expect(result.error.contains(name))
                let read = try Program.run(["model", "import", folder[name], "-o", folder["out.safetensors"]])
                #expect([66, 69].contains(read.status) && read.errorLines.count == 1, "\(read.error)")
            }
            #expect(!folder.contents.contains("out.safetensors"))
        }

        /// A published DAC has no importance map.
        @Test func constantRateModels() throws {
            let folder = try Scratch()
            try Program.succeed(
                "model", "import", Fixture.model("huggingface.safetensors"), "--config",
                Fixture.model("huggingface-config.json"), "-o", folder["dac.safetensors"])
            try folder.copy("mono-8k-16bit.wav", as: "x.wav")
            let arguments = ["encode", folder["x.wav"], "--model", folder["dac.safetensors"]]
            try Program.fail(64, arguments + ["--scale", "4"], saying: "constant rate", "codebooks")
            #expect(!folder.contents.contains("x.vrvq"))
            #expect(try Program.run(arguments).status == 0)
            let object = try #require(try Program.succeed("info", folder["x.vrvq"], "--json").objects().first)
            #expect(object["codebooks"] as? Int == object["stages"] as? Int)
        }
    }
}
