import Torch
import VRVQ
import VRVQNetwork

/// Makes the trainer of step 0, as `start` in the configuration says.
package struct Start {
    let configuration: TrainingConfiguration
    let device: Device
    let team: ProcessTeam
    /// Asked for excerpts only where the start learns from audio.
    let dataset: ExcerptDataset
    /// Told what is done, a line at a time.
    let report: (String) -> Void

    package init(
        _ configuration: TrainingConfiguration, device: Device = .cpu, team: ProcessTeam = ProcessTeam(),
        dataset: ExcerptDataset, report: @escaping (String) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.device = device
        self.team = team
        self.dataset = dataset
        self.report = report
    }

    /// The trainer before its first step.
    package func trainer() throws -> Trainer {
        try Torch.seed(UInt64(configuration.seed))
        switch configuration.start.origin {
        case .random: return try clustered(Self.untrained(configuration, device))
        case .lappedTransform: return try transformed()
        case .checkpoint: return try continued()
        case .weights: return try Trainer(configuration, store: imported(), device: device, team: team)
        }
    }

    /// A store with the arrays that a configuration trains, to be filled: factored where it started as a transform.
    static func untrained(_ configuration: TrainingConfiguration, _ device: Device) throws -> ParameterStore {
        let network = Network(configuration.model.architecture)
        return try ParameterStore(
            initializing: network, kernels: configuration.model.weightNorm ? .normalized : .folded, on: device)
    }

    /// The same as `untrained` with the factors of the lapped transform, where arrays have them.
    static func empty(_ configuration: TrainingConfiguration, isFactored: Bool, _ device: Device) throws
        -> ParameterStore
    {
        let store = try untrained(configuration, device)
        guard isFactored else { return store }
        return try LappedTransform.factored(store, of: Network(configuration.model.architecture))
    }

    private func clustered(_ store: ParameterStore) throws -> Trainer {
        guard configuration.quantizer.kmeans.enabled else {
            return try Trainer(configuration, store: store, device: device, team: team)
        }
        report("codebooks start from k-means")
        let frames = configuration.model.architecture.frames(ofSamples: configuration.excerpt.samples)
        let excerpts = (configuration.quantizer.kmeans.frames + frames - 1) / frames
        let clusters = try ClusterStart(
            network: Network(configuration.model.architecture), store: store, kmeans: configuration.quantizer.kmeans,
            seed: UInt64(configuration.seed)
        ).apply(audio(excerpts))
        let trainer = try Trainer(configuration, store: store, device: device, team: team)
        try trainer.codebooks.start(from: clusters)
        return trainer
    }

    private func transformed() throws -> Trainer {
        let network = Network(configuration.model.architecture)
        let store = try Self.empty(configuration, isFactored: true, device)
        let excerpts = configuration.start.lapped.excerpts
        report("starting as a transform codec, from \(excerpts) excerpts")
        let start = TransformStart(
            network: network, store: store, settings: configuration.start.lapped,
            kmeans: configuration.quantizer.kmeans, seed: UInt64(configuration.seed), report: report)
        let clusters = try start.apply(Tensor.cat(audio(excerpts)))
        let trainer = try Trainer(configuration, store: store, device: device, team: team)
        try trainer.codebooks.start(from: clusters)
        return trainer
    }

    /// At least so many excerpts of the training data, by batches; the same in every process.
    private func audio(_ count: Int) throws -> [Tensor] {
        let loader = try BatchLoader(
            dataset, threads: configuration.data.loaders, prefetch: configuration.data.prefetch)
        defer { loader.stop() }
        var batches: [Tensor] = []
        for _ in 0..<(count + configuration.batch - 1) / configuration.batch {
            batches.append(try loader.next().tensor(on: device))
        }
        return batches
    }
}

// From other runs and other programs.
extension Start {
    /// A checkpoint of another run, whose optimisers and discriminators are taken over where that is asked for.
    private func continued() throws -> Trainer {
        let checkpoint = try Checkpoint(reading: Self.folder(configuration.start.path))
        let arrays = try checkpoint.arrays("weights")
        let isFactored = arrays.keys.contains { $0.hasSuffix(".basis") }
        let store = try Self.empty(configuration, isFactored: isFactored, device)
        try take(store.entries) { arrays[$0] }
        let trainer = try Trainer(configuration, store: store, device: device, team: team)
        let start = configuration.start
        if start.discriminatorState, let discriminators = trainer.discriminators {
            try Trainer.copy(checkpoint.arrays("discriminators"), into: discriminators.parameters)
        }
        if start.optimiserState {
            let state = try checkpoint.arrays("optimisers")
            try trainer.generatorOptimiser.restore(state.stripped("generator"))
            if start.discriminatorState {
                try trainer.discriminatorOptimiser?.restore(state.stripped("discriminators"))
            }
        }
        if let average = checkpoint.files["average"], let store = trainer.averagedStore {
            let arrays = Dictionary(average.map { ($0.name, $0.tensor) }) { $1 }
            try take(store.entries) { arrays[$0] }
        }
        return trainer
    }

    /// The folder of a checkpoint: the path itself, or the last one of the run there.
    private static func folder(_ path: String) -> String {
        let run = RunFolder(path)
        return run.steps.last.map(run.checkpoint) ?? path
    }

    /// Weights of a model file or of a checkpoint of the published code.
    private func imported() throws -> ParameterStore {
        let store = try Self.untrained(configuration, device)
        var options = ImportOptions()
        options.allowPartial = true
        let result = try ModelImport.read(ModelBytes(Files.read(configuration.start.path)), options: options)
        let model = try result.model()
        let missing = Set(result.report.missing)
        let network = Network(configuration.model.architecture)
        let source = ImportedWeights(model: model.weights, missing: missing, own: try store.exported())
        let mismatch = network.parameters.first { parameter in
            source.shape(of: parameter.name).map { $0 != parameter.shape } ?? !Self.isCodebook(parameter.name)
        }
        if let mismatch {
            throw RunError(
                .usage, "\(configuration.start.path): has no fitting \(mismatch.name); set model to its architecture")
        }
        try store.load(source)
        return store
    }

    /// Codebooks may be added: a stage that is not stored keeps what it has.
    private func take(_ entries: [(name: String, tensor: Tensor)], from stored: (String) -> Tensor?) throws {
        try Torch.noGrad {
            for (name, tensor) in entries {
                guard let value = stored(name) else {
                    if Self.isCodebook(name) { continue }
                    throw RunError(.usage, "\(configuration.start.path): lacks \(name); it is of another configuration")
                }
                guard value.shape == tensor.shape else {
                    throw RunError(
                        .usage, "\(configuration.start.path): \(name) has shape \(value.shape), not \(tensor.shape)")
                }
                try tensor.copy_(value)
            }
        }
    }

    private static func isCodebook(_ name: String) -> Bool { name.hasPrefix("quantizer.quantizers.") }
}

/// Weights of a file, and a store's own where the file has none.
private struct ImportedWeights: WeightSource {
    let model: any WeightSource
    let missing: Set<String>
    let own: WeightDictionary

    private func source(of name: String) -> any WeightSource {
        missing.contains(name) || model.shape(of: name) == nil ? own : model
    }

    func shape(of name: String) -> [Int]? { source(of: name).shape(of: name) }

    func values(of name: String) throws(WeightError) -> [Float] { try source(of: name).values(of: name) }
}
