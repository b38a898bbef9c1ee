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
        switch configuration.start.origin {
        case .random: return try clustered(Self.untrained(configuration, device))
        case .lappedTransform: return try transformed()
        case .checkpoint: return try continued()
        case .weights: return try imported()
        }
    }

    /// A store with the arrays that a configuration trains, to be filled: factored where it started as a transform.
    static func untrained(_ configuration: TrainingConfiguration, _ device: Device) throws -> ParameterStore {
        let network = Network(configuration.model.architecture)
        return try ParameterStore(
            initializing: network, seed: UInt64(configuration.seed),
            kernels: configuration.model.weightNorm ? .normalized : .folded, on: device)
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
        let clusters = try clusters(store)
        let trainer = try Trainer(configuration, store: store, device: device, team: team)
        try trainer.codebooks.start(from: clusters)
        return trainer
    }

    /// K-means over the training data, for the codebooks from stage `first` on.
    func clusters(_ store: ParameterStore, from first: Int = 0) throws -> [KMeans.Clusters] {
        let frames = configuration.model.architecture.frames(ofSamples: configuration.excerpt.samples)
        let excerpts = (configuration.quantizer.kmeans.frames + frames - 1) / frames
        return try ClusterStart(
            network: Network(configuration.model.architecture), store: store, kmeans: configuration.quantizer.kmeans,
            seed: UInt64(configuration.seed)
        ).apply(audio(excerpts), from: first)
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
    func audio(_ count: Int) throws -> [Tensor] {
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
