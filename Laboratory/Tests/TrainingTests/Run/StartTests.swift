import Foundation
import Testing
import Torch
import VRVQ
import VRVQNetwork

@testable import Training

/// Runs that start from weights of other runs and programs.
@Suite("Starting from weights", .needsTorch, .serialized) struct StartTests {
    /// At step 0 a run from a model file codes audio as the file does: bit for bit where kernels are trained multiplied
    /// out, to rounding where they are magnitudes and directions.
    @Test(arguments: ["small", "micro"]) func modelGivesItsOwnOutputs(preset: String) throws {
        let scratch = try RunScratch()
        let settings = try RunScratch.narrow(preset) + ["steps=2"]
        let first = try TrainingRun.start(scratch.configuration(preset, settings), in: RunFolder(scratch["first"]))
        #expect(try first.run() == .finished)
        let path = scratch["model.safetensors"]
        _ = try ExportedModel.write(RunFolder(scratch["first"]).checkpoint(2), to: path)
        let source = try StartSource(path)
        var configuration = source.started(try source.configuration(["steps=1"]))
        configuration.data.sources = [scratch["tones"]]
        #expect(configuration.model == first.configuration.model)
        // The card holds no folders of the machine that trained.
        let card = try Model([UInt8](Data(contentsOf: URL(fileURLWithPath: path)))).card.json
        let recorded = try #require(card["training"]?["configuration"]?.stringValue)
        #expect(recorded.contains("tones") && !recorded.contains(scratch.path))
        let own = try TrainingRun.start(configuration, in: RunFolder(scratch["second"])).trainer.model()
        let model = try Model([UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
        for parameter in Network(model.architecture).parameters {
            let (a, b) = (
                try model.weights.values(of: parameter.name), try own.weights.values(of: parameter.name)
            )
            #expect(preset == "small" ? a == b : distance(a, b) < 1e-6, "\(parameter.name)")
        }
        if preset == "small" {
            let (a, b) = (try Self.coded(model), try Self.coded(own))
            #expect(a == b)
        }
        // It goes on without the file.
        try FileManager.default.removeItem(atPath: path)
        let resumed = try TrainingRun.resume(RunFolder(scratch["second"]))
        #expect(resumed.configuration.start.origin == .weights && resumed.configuration.start.path == path)
        #expect(try resumed.run() == .finished)
    }

    /// Where a run starts depends on its configuration alone, k-means included.
    @Test(arguments: ["small", "micro"]) func startsAreRepeatable(preset: String) throws {
        let scratch = try RunScratch()
        let settings = try RunScratch.narrow(preset) + ["steps=0", "seed=8", "quantizer.kmeans.enabled=true"]
        let runs = try (0..<2).map { index in
            // Whatever this generator's state is.
            try Torch.seed(UInt64(index))
            return try TrainingRun.start(scratch.configuration(preset, settings), in: RunFolder(scratch["\(index)"]))
        }
        for file in ["weights", "codebooks"] {
            let paths = runs.map { $0.folder.checkpoint(0) + "/\(file).safetensors" }
            #expect(FileManager.default.contentsEqual(atPath: paths[0], andPath: paths[1]), "\(file)")
        }
    }

    /// A tone through a model's codec.
    private static func coded(_ model: Model) throws -> [Float] {
        let codec = try Codec(model: model)
        let tone = (0..<8000).map { Float(sin(0.05 * Double($0))) / 3 }
        return try codec.decode(codec.encode([tone], rate: .scale(8)))[0]
    }

    /// Published arrays of a constant-rate network, as DAC's are: a codebook is dropped, another run adds one, and both
    /// get a new importance subnet.
    @Test(arguments: [7, 10]) func importedWeightsFit(stages: Int) throws {
        let scratch = try RunScratch()
        let narrow = try RunScratch.narrow("micro")
        let constant = narrow.filter { !$0.hasPrefix("model.importance") } + ["model.importance=null"]
        let first = try TrainingRun.start(
            scratch.configuration("micro", constant + ["steps=0", "model.quantizer.stages=9"]),
            in: RunFolder(scratch["first"]))
        let path = RunFolder(scratch["first"]).checkpoint(0) + "/weights.safetensors"
        var configuration = try scratch.configuration(
            "micro",
            narrow + [
                "steps=2", "model.quantizer.stages=\(stages)", "quantizer.kmeans.enabled=true", "seed=4",
                "start.frozen_steps=1", "log_every=1",
            ])
        configuration = try StartSource(path).started(configuration)
        var messages: [String] = []
        let second = try TrainingRun.start(configuration, in: RunFolder(scratch["second"])) {
            if case .message(let line) = $0 { messages.append(line) }
        }
        let note = stages > 9 ? "; new: 1 codebook, importance subnet" : "; new: importance subnet"
        #expect(messages.contains { $0.hasPrefix("weights of \(path)") && $0.hasSuffix(note) }, "\(messages)")
        for layer in ["encoder.block.0", "decoder.model.0", "quantizer.quantizers.6.out_proj"] {
            let (a, b) = (
                try first.trainer.store.kernel(layer).floats(), try second.trainer.store.kernel(layer).floats()
            )
            #expect(distance(a, b) < 1e-6, "\(layer)")
        }
        let last = "quantizer.quantizers.6.codebook.weight"
        let kept = (try first.trainer.store.array(last).floats(), try second.trainer.store.array(last).floats())
        #expect(kept.0 == kept.1)
        #expect(try second.run() == .finished)
        #expect(try scratch.journal("second").map { $0["mel"] != nil } == [false, true])
    }

    /// A codec of another shape is refused with the key that decides it.
    @Test func misfitNamesItsKey() throws {
        let scratch = try RunScratch()
        let narrow = try RunScratch.narrow("micro")
        _ = try TrainingRun.start(scratch.configuration("micro", narrow + ["steps=0"]), in: RunFolder(scratch["first"]))
        let path = scratch["model.safetensors"]
        _ = try ExportedModel.write(RunFolder(scratch["first"]).checkpoint(0), to: path)
        for (setting, key) in [
            ("model.encoder.width=4", "model.encoder"), ("model.quantizer.entries=32", "model.quantizer.entries"),
            ("model.importance.form=paper", "model.importance"),
            ("model.decoder.strides=[8,4,8,2]", "model.decoder"),
        ] {
            let other = try StartSource(path).started(scratch.configuration("micro", narrow + [setting]))
            let error = try #require(throws: RunError.self, "\(setting)") {
                try TrainingRun.start(other, in: RunFolder(scratch["second-\(key)"]))
            }
            #expect(error.kind == .usage && error.description.contains("set \(key) "), "\(error)")
        }
    }

    /// Moments, steps and averages of codebooks come along where they are asked for, and not otherwise.
    @Test(arguments: [true, false]) func checkpointBringsItsState(hasState: Bool) throws {
        let scratch = try RunScratch()
        let settings = try RunScratch.narrow("small") + ["steps=3"]
        let first = try TrainingRun.start(scratch.configuration("small", settings), in: RunFolder(scratch["first"]))
        _ = try first.run()
        let source = try StartSource(scratch["first"])
        var configuration = source.started(try source.configuration(["start.optimiser_state=\(hasState)", "steps=4"]))
        #expect(configuration.data.sources == [scratch["tones"]])
        configuration.batch = 3
        let second = try TrainingRun.start(configuration, in: RunFolder(scratch["second"]))
        #expect(second.trainer.step == 0)
        for (a, b) in zip(first.trainer.store.entries, second.trainer.store.entries) {
            let values = (try a.tensor.floats(), try b.tensor.floats())
            #expect(a.name == b.name && values.0 == values.1, "\(a.name)")
        }
        let moments = (try first.trainer.generatorOptimiser.state(), try second.trainer.generatorOptimiser.state())
        for (a, b) in zip(moments.0, moments.1) where a.name.hasSuffix(".square") {
            let isSame = try a.tensor.floats() == b.tensor.floats()
            let isZero = try a.tensor.abs().amax().item() == 0
            #expect(isSame == hasState || isZero, "\(a.name)")
        }
        let counts = "quantizer.quantizers.0.codebook.counts"
        let averages = (first.trainer.codebooks.state, second.trainer.codebooks.state)
        let (a, b) = (averages.0.first { $0.name == counts }, averages.1.first { $0.name == counts })
        let isSame = try a?.tensor.floats() == b?.tensor.floats()
        #expect(isSame == hasState)
    }

    /// Discriminators that fit no more, or optimisers of other parameters, are named with the setting that helps.
    @Test func misfittingStateNamesItsSetting() throws {
        let scratch = try RunScratch()
        let narrow = try RunScratch.narrow("micro")
        _ = try TrainingRun.start(scratch.configuration("micro", narrow + ["steps=0"]), in: RunFolder(scratch["first"]))
        let source = try StartSource(scratch["first"])
        for (setting, key) in [
            ("discriminators.mrd.channels=3", "start.discriminator_state=false"),
            ("model.quantizer.stages=9", "start.optimiser_state=false"),
        ] {
            let other = source.started(try scratch.configuration("micro", narrow + [setting]))
            let error = try #require(throws: RunError.self) {
                try TrainingRun.start(other, in: RunFolder(scratch["second-\(key)"]))
            }
            #expect(error.kind == .usage && error.description.contains("--set \(key) "), "\(error)")
        }
    }
}

/// Largest absolute difference; infinite where lengths differ.
private func distance(_ a: [Float], _ b: [Float]) -> Float {
    a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
}
