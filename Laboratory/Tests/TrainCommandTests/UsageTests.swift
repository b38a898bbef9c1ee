import Foundation
import Testing
import VRVQ

extension TrainCommandTests {
    @Suite("Usage") struct UsageTests {
        /// Every mistake is one line that names it, and has its documented status.
        @Test(
            .needsTorch,
            arguments: [
                (64, ["run", "--out", "x"], "--preset"),
                (64, ["run", "--preset", "micro", "--out", "x"], "--data"),
                (64, ["run", "--preset", "mikro", "--data", "TONES", "--out", "x"], "'micro'"),
                (64, ["run", "--preset", "micro", "--data", "TONES", "--out", "x", "--set", "bacth=2"], "batch"),
                (66, ["run", "--preset", "micro", "--data", "nowhere", "--out", "x"], "nowhere"),
                (66, ["run", "--config", "none.yaml", "--data", "TONES", "--out", "x"], "none.yaml"),
                (69, ["run", "--preset", "micro", "--data", "TONES", "--out", "x", "--device", "cuda:77"], "cuda:77"),
                (73, ["run", "--preset", "micro", "--data", "TONES", "--out", "/proc/none/x"], "/proc/none"),
                (66, ["run", "--from", "nothing", "--data", "TONES", "--out", "x"], "nothing"),
                (66, ["resume", "nothing"], "nothing"),
                (66, ["export", "nothing", "-o", "x"], "nothing"),
                (66, ["plot", "nothing"], "nothing"),
                (64, ["entropy", "nothing", "-o", "x"], "--data"),
                (66, ["entropy", "nothing", "--data", "TONES", "-o", "x"], "nothing"),
                (64, ["entropy", "nothing", "--data", "TONES", "-o", "x", "--steps", "0"], "steps"),
                (66, ["validate", "nothing"], "nothing"),
                (64, ["presets", "smal"], "'small'"),
                (64, ["fly"], "fly"),
            ])
        func mistakesAreNamed(status: Int, arguments: [String], word: String) throws {
            let scratch = try Scratch()
            let tones = try scratch.audio(pieces: 1, seconds: 0.5)
            let place = arguments.map { argument in
                switch argument {
                case "TONES": tones
                case "x", "nowhere", "nothing", "none.yaml": scratch[argument]
                default: argument
                }
            }
            let result = try Program.run(place, folder: scratch.path)
            #expect(result.status == Int32(status), "\(result.error)")
            #expect(
                result.lastLine.hasPrefix("vrvq-train: error: ") && result.lastLine.contains(word), "\(result.error)")
            #expect(result.error.split(separator: "\n").count { $0.contains("error") } == 1)
        }

        @Test func presetsAreListed() throws {
            let scratch = try Scratch()
            let list = try Program.run(["presets"], folder: scratch.path)
            #expect(list.status == 0 && list.output.contains("small ") && list.output.contains("alpha-inf"))
            let one = try Program.run(["presets", "small"], folder: scratch.path)
            #expect(one.output.contains("lapped-transform"))
        }

        /// From a run's model to the same model with a context model, whose table shows real bytes.
        @Test(.needsTorch) func entropyWritesTheModelWithItsContextModel() throws {
            let scratch = try Scratch()
            let tones = try scratch.audio()
            let run = try Program.run(
                ["run", "--preset", "micro", "--data", tones, "--out", scratch["run"], "--steps", "1"] + quick,
                folder: scratch.path)
            try #require(run.status == 0, "\(run.error)")
            let arguments = [
                "entropy", scratch["run"], "--data", tones, "--validation", tones, "-o", scratch["model.safetensors"],
                "--steps", "2", "--batch", "2", "--width", "4", "--hidden", "5", "--inner", "6",
            ]
            let entropy = try Program.run(arguments, folder: scratch.path)
            try #require(entropy.status == 0, "\(entropy.error)")
            #expect(entropy.output.contains("full depth, learned: "))
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: scratch["model.safetensors"])))
            let model = try Model(bytes)
            let context = try #require(try model.contextModel)
            #expect(entropy.output.contains(context.fingerprint.description))
            #expect(context.shape.width == 4 && context.shape.hidden == 5 && context.shape.inner == 6)
            let again = try Program.run(arguments, folder: scratch.path)
            #expect(again.status == 73 && again.lastLine.contains("--force"))
        }

        /// From audio to a model that codes audio.
        @Test(.needsTorch) func runExportPlot() throws {
            let scratch = try Scratch()
            let tones = try scratch.audio()
            let run = try Program.run(
                ["run", "--preset", "micro", "--data", tones, "--out", scratch["run"], "--steps", "3"] + quick,
                folder: scratch.path)
            try #require(run.status == 0, "\(run.error)")
            #expect(run.error.contains("it/s") && run.error.contains("waiting"))
            for flags in [[], ["--f16"]] {
                let file = scratch["model\(flags.count).safetensors"]
                let export = try Program.run(["export", scratch["run"], "-o", file] + flags, folder: scratch.path)
                try #require(export.status == 0, "\(export.error)")
                let model = try Model([UInt8](Data(contentsOf: URL(fileURLWithPath: file))))
                let codec = try Codec(model: model)
                let samples = (0..<4000).map { Float($0 % 100) / 100 - 0.5 }
                let decoded = try codec.decode(codec.encode([samples], rate: .scale(8)))
                #expect(decoded[0].count == 4000 && decoded[0].allSatisfy(\.isFinite))
                #expect(model.card.json["training"]?["steps"]?.integerValue == 3)
            }
            for source in [scratch["run"], scratch["run/checkpoints/000000003"], scratch["model0.safetensors"]] {
                let out = scratch["from-\(source.split(separator: "/").last!)"]
                let from = try Program.run(
                    ["run", "--from", source, "--data", tones, "--out", out, "--steps", "1"], folder: scratch.path)
                #expect(from.status == 0 && from.error.contains("weights of "), "\(from.error)")
            }
            let again = try Program.run(
                ["export", scratch["run"], "-o", scratch["model0.safetensors"]], folder: scratch.path)
            #expect(again.status == 73)
            let validated = try Program.run(["validate", scratch["run"], "--data", tones], folder: scratch.path)
            #expect(validated.status == 0 && validated.output.contains("kbit/s"), "\(validated.error)")
            let plot = try Program.run(["plot", scratch["run"]], folder: scratch.path)
            #expect(plot.status == 0)
            let picture = try String(contentsOfFile: scratch["run/plot.svg"], encoding: .utf8)
            #expect(picture.contains("<polyline") && picture.hasSuffix("</svg>\n") && picture.contains("perplexity"))
            let second = try Program.run(
                ["run", "--preset", "micro", "--data", tones, "--out", scratch["run"]] + quick, folder: scratch.path)
            #expect(second.status == 73 && second.lastLine.contains("resume"))
        }
    }
}
