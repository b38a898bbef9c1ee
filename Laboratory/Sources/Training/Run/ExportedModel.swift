import Torch
import VRVQ
import VRVQNetwork

/// The inference model of trained parameters, with a card that says how it was trained.
package struct ExportedModel {
    let configuration: TrainingConfiguration
    let step: Int
    let results: JSON?

    package init(_ configuration: TrainingConfiguration, step: Int, results: JSON? = nil) {
        self.configuration = configuration
        self.step = step
        self.results = results
    }

    /// The model that a checkpoint holds: its averaged weights where there are any.
    package static func read(
        _ folder: String, halfPrecision: Bool = false, results: JSON? = nil
    ) throws -> Model {
        let checkpoint = try Checkpoint(reading: folder)
        let arrays = try checkpoint.arrays(checkpoint.files["average"] == nil ? "weights" : "average")
        let isFactored = arrays.keys.contains { $0.hasSuffix(".basis") }
        let store = try Start.empty(checkpoint.configuration, isFactored: isFactored, .cpu)
        try Trainer.copy(arrays, into: store.entries)
        let step = checkpoint.manifest["step"]?.integerValue ?? 0
        return try ExportedModel(checkpoint.configuration, step: step, results: results).model(
            store, halfPrecision: halfPrecision)
    }

    /// The model of these parameters, kernels multiplied out.
    ///
    /// In half precision only kernels are; codebooks, biases and the projections that decide codes stay exact.
    package func model(_ store: ParameterStore, halfPrecision: Bool = false) throws -> Model {
        let name = configuration.model.preset + "-\(step)"
        let model = try Model(
            name: name, architecture: configuration.model.architecture, card: card, weights: store.exported())
        guard halfPrecision else { return model }
        var options = ImportOptions()
        options.halfKernels = true
        return try ModelImport.read(ModelBytes(model.serialized()), options: options).model()
    }

    private var card: ModelCard {
        var training: [String: JSON] = [
            "steps": .integer(step), "batch": .integer(configuration.batch),
            "seconds_per_item": .number(
                Double(configuration.excerpt.samples) / Double(configuration.model.architecture.sampleRate)),
            "configuration": .string(anonymous.yaml),
            "data": .array(configuration.trainingSources.map { .string(Self.lastName($0.path)) }),
        ]
        training["discriminators"] = .bool(configuration.discriminators.enabled)
        var members: [String: JSON] = ["training": .object(training)]
        if !configuration.description.isEmpty { members["description"] = .string(configuration.description) }
        if let results { members["results"] = results }
        return ModelCard(members)
    }

    /// The configuration with the names of files and folders alone.
    private var anonymous: TrainingConfiguration {
        var result = configuration
        result.data.sources = result.data.sources.map(Self.lastName)
        result.data.groups = result.data.groups.mapValues { $0.map(Self.lastName) }
        result.data.validation = result.data.validation.map(Self.lastName)
        result.start.path = Self.lastName(result.start.path)
        return result
    }

    /// Folders of the machine that trained are nobody's business.
    private static func lastName(_ path: String) -> String {
        path.split(separator: "/").last.map { String($0) } ?? path
    }
}

extension ExportedModel {
    /// Writes the model of a checkpoint; gives a line about it.
    package static func write(
        _ folder: String, to path: String, halfPrecision: Bool = false, overwrite: Bool = false
    ) throws -> String {
        if Files.exists(path) && !overwrite {
            throw RunError(.output, "\(path): exists already; choose another name or give --force")
        }
        let model = try read(folder, halfPrecision: halfPrecision, results: results(of: folder))
        let bytes = model.serialized()
        try Files.replace(path, with: bytes)
        return "\(model.name), \(decimal(Double(bytes.count) / 1e6, 2)) MB, fingerprint \(model.fingerprint)"
    }

    /// What the run's journal says of the checkpoint's quality.
    private static func results(of folder: String) -> JSON? {
        let parts = folder.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count > 2, parts[parts.count - 2] == "checkpoints", let step = Int(parts[parts.count - 1]) else {
            return nil
        }
        let run = RunFolder(parts.dropLast(2).joined(separator: "/"))
        guard Files.exists(run.validation), let lines = try? Journal.lines(of: run.validation) else { return nil }
        return lines.last { $0["step"]?.integerValue == step }?["rows"]
    }
}
