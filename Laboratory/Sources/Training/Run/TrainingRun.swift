import Dispatch
import Torch
import VRVQ
import VRVQNetwork

/// A training from its first step, or from its last checkpoint, to its end: data, steps, journal, checkpoints,
/// validations.
package final class TrainingRun {
    /// What a run tells while it goes on.
    package enum Event {
        /// A line of its own.
        case message(String)
        /// How far it is, at every step.
        case progress(Progress)
    }

    /// How far a run is.
    package struct Progress: Sendable {
        package var step: Int
        package var steps: Int
        /// Over the time since the process started.
        package var stepsPerSecond: Double
        /// Share of the time that was waited for audio.
        package var waitingShare: Double
        /// The values of the last journal line.
        package var values: [(name: String, value: Double)]
    }

    /// How a run ended.
    package enum Outcome: Equatable, Sendable {
        case finished
        /// It was stopped by a signal of this number, and can be resumed.
        case stopped(Int32)
    }

    package let folder: RunFolder
    package let configuration: TrainingConfiguration
    package let trainer: Trainer
    private let dataset: ExcerptDataset
    private let report: (Event) -> Void
    private let lock: RunLock?
    private let clock = ContinuousClock()
    private var journal: Journal?
    private var validations: Journal?
    private var events: EventLog?
    private var pending: [[(name: String, value: Double)]] = []
    private var records: [StepRecord] = []
    private var latest: [(name: String, value: Double)] = []
    private var bestScore: Double?
    private var validator: Validation?
    /// Seconds of the processes before this one.
    private var earlierSeconds = 0.0
    private var lastSaved: Int?

    /// Starts a run in a new folder.
    package static func start(
        _ configuration: TrainingConfiguration, in folder: RunFolder, report: @escaping (Event) -> Void = { _ in }
    ) throws -> TrainingRun {
        let device = try prepare(configuration)
        let team = try ProcessTeam(.init(environment: ProcessTeam.environment), device: device)
        let dataset = try data(configuration, team, report)
        if team.isFirst { try folder.create(configuration) }
        return try begin(configuration, folder, device, team, dataset, report)
    }

    private static func begin(
        _ configuration: TrainingConfiguration, _ folder: RunFolder, _ device: Device, _ team: ProcessTeam,
        _ dataset: ExcerptDataset, _ report: @escaping (Event) -> Void
    ) throws -> TrainingRun {
        let lock = team.isFirst ? try folder.lock() : nil
        let trainer = try Start(configuration, device: device, team: team, dataset: dataset) {
            if team.isFirst { report(.message($0)) }
        }.trainer()
        let run = try TrainingRun(folder, configuration, trainer, dataset, lock, report)
        // From here on a killed run goes on where it was.
        try run.save()
        return run
    }

    /// Goes on with a run, from its last checkpoint, or from its start where it has none yet.
    /// - Parameter steps: steps in all; nil leaves the number that the run has.
    package static func resume(
        _ folder: RunFolder, steps: Int? = nil, settings: [String] = [], report: @escaping (Event) -> Void = { _ in }
    ) throws -> TrainingRun {
        var configuration = try folder.stored(settings: settings)
        if let steps { configuration.steps = steps }
        let device = try prepare(configuration)
        let team = try ProcessTeam(.init(environment: ProcessTeam.environment), device: device)
        let dataset = try data(configuration, team, report)
        guard let step = folder.steps.last else {
            return try begin(configuration, folder, device, team, dataset, report)
        }
        let lock = team.isFirst ? try folder.lock() : nil
        let checkpoint = try Checkpoint(reading: folder.checkpoint(step))
        let trainer = try Trainer(checkpoint, configuration, device: device, team: team)
        let run = try TrainingRun(folder, configuration, trainer, dataset, lock, report)
        run.restore(checkpoint)
        if team.isFirst { try folder.store(configuration) }
        return run
    }

    private init(
        _ folder: RunFolder, _ configuration: TrainingConfiguration, _ trainer: Trainer, _ dataset: ExcerptDataset,
        _ lock: RunLock?, _ report: @escaping (Event) -> Void
    ) throws {
        self.folder = folder
        self.configuration = configuration
        self.trainer = trainer
        self.dataset = dataset
        self.lock = lock
        self.report = report
        if trainer.team.isFirst {
            journal = try Journal(folder.journal, keepingTo: trainer.step)
            validations = try Journal(folder.validation, keepingTo: trainer.step)
            if configuration.tensorBoard { events = try EventLog(folder, after: trainer.step) }
        }
    }

    /// Chooses the device and sets how it computes.
    private static func prepare(_ configuration: TrainingConfiguration) throws -> Device {
        if let reason = Torch.unavailableReason { throw RunError(.torch, reason.description) }
        let place = try ProcessTeam.Place(environment: ProcessTeam.environment)
        let device = try DeviceChoice(configuration.device, localRank: place.localRank).device()
        if configuration.threads > 0 { try Torch.setThreads(configuration.threads) }
        if !device.isCPU {
            try Torch.setNumerics(deterministic: false, tf32: configuration.precision.tf32, cudnnBenchmark: true)
        }
        return device
    }

    private static func data(
        _ configuration: TrainingConfiguration, _ team: ProcessTeam, _ report: @escaping (Event) -> Void
    ) throws -> ExcerptDataset {
        let groups = try AudioGroup.read(configuration.trainingSources)
        let list = groups.map { "\($0.name) (\($0.files.count))" }.joined(separator: ", ")
        if team.isFirst { report(.message("files by group: \(list)")) }
        let dataset = try ExcerptDataset(groups, configuration.dataConfiguration)
        try dataset.configuration.validate(team.share)
        return dataset
    }

    /// The part of a checkpoint that is the run's and not the trainer's.
    private func restore(_ checkpoint: Checkpoint) {
        let manifest = checkpoint.manifest
        bestScore = manifest["best_score"]?.doubleValue
        earlierSeconds = manifest["seconds"]?.doubleValue ?? 0
        lastSaved = trainer.step
        pending = (manifest["pending"]?.arrayValue ?? []).map { record in
            (record.arrayValue ?? []).compactMap { pair in
                guard let name = pair.arrayValue?.first?.stringValue, let value = pair.arrayValue?.last?.doubleValue
                else { return nil }
                return (name, value)
            }
        }
    }
}

// The loop.
extension TrainingRun {
    /// Trains to the last step, or until a signal comes.
    package func run() throws -> Outcome {
        let loader = try BatchLoader(
            dataset, share: trainer.team.share, from: trainer.step, threads: configuration.data.loaders,
            prefetch: configuration.data.prefetch)
        defer { loader.stop() }
        let (start, firstStep) = (clock.now, trainer.step)
        let before = earlierSeconds
        var broken = 0
        while trainer.step < configuration.steps {
            let isLogged = (trainer.step + 1) % configuration.logEvery == 0 || trainer.step + 1 == configuration.steps
            let record = try trainer.train(loader.next(), logsAll: isLogged)
            try take(record)
            let seconds = Self.seconds(clock.now - start)
            earlierSeconds = before + seconds
            let pace = Double(trainer.step - firstStep) / max(seconds, 1e-9)
            if isLogged { try log(record, pace: pace, waiting: loader.statistics.waitingShare) }
            broken = tell(dataset.broken, after: broken)
            report(
                .progress(
                    Progress(
                        step: trainer.step, steps: configuration.steps, stepsPerSecond: pace,
                        waitingShare: loader.statistics.waitingShare, values: latest)))
            try validateAndSave()
            if let signal = try stopSignal() {
                if lastSaved != trainer.step { try save() }
                return .stopped(signal)
            }
        }
        if lastSaved != trainer.step { try save() }
        return .finished
    }

    /// The signal that any process was sent; all stop at the same step.
    private func stopSignal() throws -> Int32? {
        let own = StopRequest.signal ?? 0
        guard trainer.team.size > 1 else { return own == 0 ? nil : own }
        let highest = try Tensor([Float(own)]).to(trainer.device)
        try trainer.team.sum([highest])
        let sum = Int32(try highest.item())
        return sum == 0 ? nil : own == 0 ? 15 : own
    }

    private func tell(_ broken: [BrokenFile], after known: Int) -> Int {
        if broken.count > known, trainer.team.isFirst {
            report(.message("\(broken.count) files cannot be used; the latest: \(broken.last!.reason)"))
        }
        return broken.count
    }

    /// On the host values are looked at step by step. On a device they wait for the next line of the journal.
    private func take(_ record: StepRecord) throws {
        records.append(record)
        if trainer.device.isCPU { try settle() }
    }

    /// Brings the values of all steps since the last time to the host.
    private func settle() throws {
        for record in records { pending.append(try record.values(trainer.team)) }
        records = []
    }

    private func log(_ record: StepRecord, pace: Double, waiting: Double) throws {
        try settle()
        latest = Self.means(pending)
        pending = []
        var line: [String: JSON] = ["step": .integer(trainer.step)]
        for (name, value) in latest { line[name] = .number(value) }
        let rates = trainer.learningRates
        line["learning_rate"] = .number(rates.generator)
        if trainer.discriminators != nil { line["discriminator_learning_rate"] = .number(rates.discriminator) }
        line["seconds"] = .number(earlierSeconds)
        line["steps_per_second"] = .number(pace)
        line["waiting"] = .number(waiting)
        if let depths = record.depths { line["depths"] = .array(try depths.ints().map { .integer($0) }) }
        line["perplexity"] = .array(try trainer.codebooks.perplexities().map { .number($0) })
        if !trainer.device.isCPU {
            line["memory"] = .integer(try Torch.memory(trainer.device).allocatedPeak)
        }
        try journal?.append(line)
        try events?.append(journal: line, step: trainer.step)
    }

    /// Means of every name over the steps that have it, in the order of the first.
    static func means(_ steps: [[(name: String, value: Double)]]) -> [(name: String, value: Double)] {
        var order: [String] = []
        var sums: [String: (sum: Double, count: Int)] = [:]
        for (name, value) in steps.joined() {
            if sums[name] == nil { order.append(name) }
            let old = sums[name] ?? (0, 0)
            sums[name] = (old.sum + value, old.count + 1)
        }
        return order.map { ($0, sums[$0]!.sum / Double(sums[$0]!.count)) }
    }

    private static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }
}

// Checkpoints and validation.
extension TrainingRun {
    private func validateAndSave() throws {
        let isLast = trainer.step == configuration.steps
        let isBest = trainer.step % configuration.validateEvery == 0 || isLast ? try validate() : false
        if isBest || isLast || trainer.step % configuration.checkpointEvery == 0 { try save() }
        if isBest, trainer.team.isFirst { try folder.setBest(trainer.step) }
    }

    /// Measures the model as it is; true where it is the best so far.
    package func validate() throws -> Bool {
        var isBest = false
        if trainer.team.isFirst {
            let rows = try measured()
            report(.message("validation at step \(trainer.step)"))
            for row in rows { report(.message("  " + row.text)) }
            try events?.append(rows, step: trainer.step)
            let score = Validation.score(rows)
            isBest = score.map { $0 < bestScore ?? .infinity } ?? false
            if isBest { bestScore = score }
            var line: [String: JSON] = ["step": .integer(trainer.step), "rows": .array(rows.map(\.json))]
            if let score { line["score"] = .number(score) }
            try validations?.append(line)
        }
        return try agreed(isBest)
    }

    private func measured() throws -> [Validation.Row] {
        if validator == nil { validator = try Validation(configuration) }
        let threads = max(1, min(64, try Torch.threads()))
        let keeper = try SampleKeeper(
            folder, events, step: trainer.step, architecture: configuration.model.architecture,
            hasSamples: configuration.validation.samples > 0)
        let rows = try validator!.rows(trainer.model(), threads: threads) { try keeper.keep($0) }
        try keeper.finish()
        return rows
    }

    /// What the first process found out, in all of them.
    private func agreed(_ value: Bool) throws -> Bool {
        guard trainer.team.size > 1 else { return value }
        let flag = try Tensor([Float(value ? 1 : 0)]).to(trainer.device)
        try trainer.team.sum([flag])
        return try flag.item() > 0
    }

    /// What is left after a checkpoint could not be written.
    private var advice: String {
        guard let last = folder.steps.last else { return "" }
        return "; the checkpoint of step \(last) is good: make room, then vrvq-train resume \(folder.path)"
    }

    /// Writes a checkpoint of this step.
    package func save() throws {
        try settle()
        lastSaved = trainer.step
        guard trainer.team.isFirst else { return }
        let pending = pending.map { record in
            JSON.array(record.map { .array([.string($0.name), .number($0.value)]) })
        }
        var manifest: [String: JSON] = ["pending": .array(pending), "seconds": .number(earlierSeconds)]
        if let bestScore { manifest["best_score"] = .number(bestScore) }
        try folder.restore(configuration)
        do {
            try trainer.checkpoint(manifest).write(to: folder.checkpoint(trainer.step))
        } catch let error as RunError {
            throw RunError(error.kind, error.description + advice)
        }
        folder.prune(keeping: configuration.keep)
    }
}
