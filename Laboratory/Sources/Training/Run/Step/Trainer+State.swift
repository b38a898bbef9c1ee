import Torch
import VRVQ
import VRVQNetwork

// Checkpoints of the whole state, and the model that comes out.
extension Trainer {
    /// The state as a checkpoint. Tensors share memory with the trainer: write it before the next step.
    /// - Parameter manifest: what the run adds.
    package func checkpoint(_ manifest: [String: JSON] = [:]) throws -> Checkpoint {
        var files: [String: Checkpoint.Arrays] = ["weights": store.entries, "codebooks": codebooks.state]
        files["optimisers"] = try generatorOptimiser.state().prefixed("generator")
        if let averagedStore { files["average"] = averagedStore.entries }
        if let discriminators, let discriminatorOptimiser {
            files["discriminators"] = discriminators.parameters
            files["optimisers"]! += try discriminatorOptimiser.state().prefixed("discriminators")
        }
        files["random"] = [("cpu", try Torch.generatorState())]
        if !device.isCPU { files["random"]!.append(("device", try Torch.generatorState(of: device))) }
        var manifest = manifest
        manifest["step"] = .integer(step)
        return Checkpoint(files: files, manifest: manifest, configuration: configuration)
    }

    /// The trainer that wrote a checkpoint, as it was then.
    /// - Parameter configuration: the checkpoint's, but for what may change in between, such as the number of steps.
    package convenience init(
        _ checkpoint: Checkpoint, _ configuration: TrainingConfiguration, device: Device = .cpu,
        team: ProcessTeam = ProcessTeam()
    ) throws {
        let weights = try checkpoint.arrays("weights")
        let isFactored = weights.keys.contains { $0.hasSuffix(".basis") }
        let store = try Start.empty(configuration, isFactored: isFactored, device)
        try Self.copy(weights, into: store.entries)
        try self.init(configuration, store: store, device: device, team: team)
        guard let step = checkpoint.manifest["step"]?.integerValue, step >= 0 else {
            throw RunError(.damaged, "the checkpoint does not say its step")
        }
        self.step = step
        try restore(checkpoint)
    }

    private func restore(_ checkpoint: Checkpoint) throws {
        if let averagedStore { try Self.copy(checkpoint.arrays("average"), into: averagedStore.entries) }
        try codebooks.restore(checkpoint.arrays("codebooks"))
        let optimisers = try checkpoint.arrays("optimisers")
        try generatorOptimiser.restore(optimisers.stripped("generator"))
        if let discriminators, let discriminatorOptimiser {
            try Self.copy(checkpoint.arrays("discriminators"), into: discriminators.parameters)
            try discriminatorOptimiser.restore(optimisers.stripped("discriminators"))
        }
        let random = try checkpoint.arrays("random")
        if let state = random["cpu"] { try Torch.setGeneratorState(state) }
        if let state = random["device"], !device.isCPU { try Torch.setGeneratorState(state, on: device) }
    }

    /// Takes stored values into arrays, all of which must be there.
    static func copy(_ stored: [String: Tensor], into arrays: [(name: String, tensor: Tensor)]) throws {
        try Torch.noGrad {
            for (name, tensor) in arrays {
                guard let value = stored[name], value.shape == tensor.shape else {
                    throw RunError(.damaged, "the checkpoint has no fitting \(name); it is of another configuration")
                }
                try tensor.copy_(value)
            }
        }
    }

    /// The model to validate and export: averaged weights where they are kept.
    /// - Parameter results: what the card says of quality, if anything.
    package func model(halfPrecision: Bool = false, results: JSON? = nil) throws -> Model {
        try ExportedModel(configuration, step: step, results: results).model(
            exportedStore, halfPrecision: halfPrecision)
    }
}
