import Torch
import VRVQ
import VRVQNetwork

/// Everything that changes in training, and the step that changes it.
package final class Trainer {
    package let configuration: TrainingConfiguration
    package let device: Device
    package let team: ProcessTeam
    package let network: Network
    /// The codec's parameters, as trained.
    package let store: ParameterStore
    /// Their moving averages; nil where none are kept.
    package let averagedStore: ParameterStore?
    package let codebooks: Codebooks
    package let discriminators: Discriminators?
    /// Steps done.
    package internal(set) var step = 0

    let generatorOptimiser: AdamW
    let discriminatorOptimiser: AdamW?
    let average: WeightAverage?
    let objective: Objective
    let mask: TrainingMask
    private let backend: TorchBackend

    /// A training over parameters that exist.
    /// - Parameter store: of the configuration's network, on the device.
    package init(
        _ configuration: TrainingConfiguration, store: ParameterStore, device: Device = .cpu,
        team: ProcessTeam = ProcessTeam()
    ) throws {
        self.configuration = configuration
        self.device = device
        self.team = team
        self.store = store
        let architecture = configuration.model.architecture
        network = Network(architecture)
        backend = TorchBackend(store, products: configuration.precision.bf16 ? .bfloat16 : nil)
        let isAverage = configuration.quantizer.learning == .average
        try store.requireGrad { name in
            !(isAverage && name.hasSuffix(".codebook.weight")) && !LappedTransform.isFixed(name)
        }
        try team.takeFirst(store.entries.map(\.tensor))
        codebooks = try Codebooks(network, store, configuration)
        discriminators = try Self.discriminators(configuration, device)
        try team.takeFirst(discriminators?.parameters.map(\.tensor) ?? [])
        generatorOptimiser = try AdamW(store.trained, configuration.optimiser.generator) {
            configuration.optimiser.rateFactor(of: $0)
        }
        discriminatorOptimiser = try discriminators.map {
            try AdamW($0.parameters, configuration.optimiser.discriminator)
        }
        averagedStore = configuration.averaging > 0 ? try LappedTransform.copy(of: store) : nil
        average = averagedStore.map { Self.average(of: store, in: $0, decay: configuration.averaging) }
        objective = try Objective(configuration.objective, sampleRate: architecture.sampleRate, on: device)
        mask = TrainingMask(
            scaling: configuration.importance.scaling, smoothing: configuration.importance.smoothing,
            stages: architecture.quantizer.stages)
    }

    private static func discriminators(_ configuration: TrainingConfiguration, _ device: Device) throws
        -> Discriminators?
    {
        guard configuration.discriminators.enabled else { return nil }
        let architecture = DiscriminatorArchitecture(
            configuration.discriminators, sampleRate: configuration.model.architecture.sampleRate)
        guard !(architecture.periods + architecture.divisors + architecture.windows).isEmpty else { return nil }
        let weights = try Discriminators.initialWeights(
            architecture, seed: UInt64(configuration.seed), on: device)
        return try Discriminators(architecture, weights: weights)
    }

    /// Averages of what is trained; constants and averaged codebooks are copied instead.
    private static func average(of store: ParameterStore, in copy: ParameterStore, decay: Double) -> WeightAverage {
        let trained = store.trained
        let averages = trained.map { (name: $0.name, tensor: copy[$0.name]!) }
        return WeightAverage(trained, averages: averages, decay: decay)
    }

    /// What is validated and exported.
    package var exportedStore: ParameterStore { averagedStore ?? store }

    /// Whether the discriminators take part in a step.
    func isAdversarial(_ step: Int) -> Bool { discriminators != nil && step >= configuration.discriminators.startStep }
}

// The step.
extension Trainer {
    /// Trains on a batch.
    /// - Parameters:
    ///   - batch: this process's share of the step `step`.
    ///   - logsAll: also computes terms of weight 0, and what is drawn from the pass.
    package func train(_ batch: Batch, logsAll: Bool = false) throws -> StepRecord {
        precondition(batch.step == step, "a batch of step \(batch.step) in step \(step)")
        let audio = try batch.tensor(on: device)
        let positions = team.rank * batch.items..<(team.rank + 1) * batch.items
        let allItems = ItemRoles.items(configuration, step: step)
        let items = Array(allItems[positions])
        var record = StepRecord(step: step + 1, origins: batch.origins)
        let trainsGenerator = step >= configuration.start.frozenSteps
        let pass = try trainsGenerator ? self.pass(audio, items) : Torch.noGrad { try self.pass(audio, items) }
        if isAdversarial(step) { try trainDiscriminators(pass.estimate.detach(), audio, &record) }
        if trainsGenerator {
            try trainGenerator(pass, audio, items, allItems, logsAll: logsAll, &record)
        }
        if logsAll {
            record.depths = try pass.mask.detach().sum([1]).to(.int64).flatten(0, -1).bincount(mask.stages + 1)
        }
        step += 1
        return record
    }

    private func pass(_ audio: Tensor, _ items: [ItemDepth]) throws -> CodecPass {
        try CodecPass(
            audio, items: items, mask: mask, detachesFeature: configuration.importance.detach, network: network,
            on: backend)
    }

    private func trainDiscriminators(_ estimate: Tensor, _ audio: Tensor, _ record: inout StepRecord) throws {
        guard let discriminators, let optimiser = discriminatorOptimiser else { return }
        for (_, tensor) in discriminators.parameters { try tensor.requiringGrad(true) }
        let (fake, real) = try mixed { try discriminators(estimate, audio) }
        let loss = try AdversarialLosses.discriminator(estimate: fake, reference: real)
        try record.add("discriminator", loss)
        try check(loss, record)
        let settings = configuration.optimiser.discriminator
        try record.add("discriminator_gradient", descend(loss, optimiser, settings))
        // What follows needs gradients through them, not to them.
        for (_, tensor) in discriminators.parameters { try tensor.requiringGrad(false) }
    }

    private func trainGenerator(
        _ pass: CodecPass, _ audio: Tensor, _ items: [ItemDepth], _ allItems: [ItemDepth], logsAll: Bool,
        _ record: inout StepRecord
    ) throws {
        let maps = isAdversarial(step) ? try featureMaps(pass.estimate, audio) : nil
        var terms = try objective.terms(pass, audio, items: items, maps: maps, step: step, logsAll: logsAll)
        terms = try shared(terms, items, allItems)
        let loss = try Objective.total(terms)
        try record.add("loss", loss)
        for term in terms { try record.add(term.name, term.value) }
        try record.add("depth", try pass.meanDepth())
        try check(loss, record)
        try record.add("gradient", descend(loss, generatorOptimiser, configuration.optimiser.generator))
        try codebooks.update(pass.stages, step: step, team: team)
        try updateAverage()
    }

    private func featureMaps(_ estimate: Tensor, _ audio: Tensor) throws -> ([[Tensor]], [[Tensor]])? {
        guard let discriminators else { return nil }
        let real = try Torch.noGrad { try mixed { try discriminators(audio) } }
        return (try mixed { try discriminators(estimate) }, real)
    }

    /// The mean over processes of their mean importances would count items of a process with few of them more.
    private func shared(_ terms: [Objective.Term], _ items: [ItemDepth], _ all: [ItemDepth]) throws -> [Objective.Term]
    {
        guard team.size > 1 else { return terms }
        let own = items.count(where: \.isByImportance), global = all.count(where: \.isByImportance)
        let factor = Double(own * team.size) / Double(max(1, global))
        var terms = try terms.map { term in
            guard term.name == "rate" else { return term }
            return Objective.Term(name: term.name, value: try term.value * factor, weight: term.weight)
        }
        // Every process logs the same terms, so that they can be added up.
        if global > 0 && own == 0 {
            terms.append(Objective.Term(name: "rate", value: try Tensor.zeros([], on: device), weight: 0))
        }
        return terms
    }

    /// One step of an optimiser down a loss; gives the norm of the gradients before they were clipped.
    private func descend(_ loss: Tensor, _ optimiser: AdamW, _ settings: AdamWSettings) throws -> Tensor {
        try optimiser.zeroGradients()
        try loss.backward()
        if team.size > 1 {
            // A process without items by importance has no gradient where others have one.
            for (_, tensor) in optimiser.parameters where try tensor.grad() == nil {
                try tensor.setGrad(tensor.detach().zerosLike())
            }
            try team.average(optimiser.gradients())
        }
        let norm = try optimiser.clipGradients(to: settings.clip)
        let factor = configuration.optimiser.schedule.factor(step: step, of: configuration.steps)
        try optimiser.step(rate: settings.rate * factor)
        return norm
    }

    private func updateAverage() throws {
        guard let average, let averagedStore else { return }
        try average.update(step: step + 1)
        let fixed = store.entries.filter { !$0.tensor.requiresGrad }
        guard !fixed.isEmpty else { return }
        try Torch.noGrad { try Foreach.copy_(fixed.map { averagedStore[$0.name]! }, fixed.map(\.tensor)) }
    }

    /// On the host a look at the loss costs nothing, and comes before it can spoil the weights.
    private func check(_ loss: Tensor, _ record: StepRecord) throws {
        if device.isCPU, !(try loss.item().isFinite) { throw record.failure }
    }

    /// The discriminators' precision.
    private func mixed<R>(_ body: () throws -> R) throws -> R {
        guard configuration.precision.bf16 else { return try body() }
        return try Torch.autocast(device, .bfloat16, body)
    }

    /// Learning rates of generator and discriminators in the step that was done last.
    package var learningRates: (generator: Double, discriminator: Double) {
        let factor = configuration.optimiser.schedule.factor(step: max(0, step - 1), of: configuration.steps)
        return (
            configuration.optimiser.generator.rate * factor, configuration.optimiser.discriminator.rate * factor
        )
    }
}
