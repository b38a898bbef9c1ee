import ArgumentParser
import Training

/// Settings that every command takes which starts or goes on with a run.
struct SettingOptions: ParsableArguments {
    @Option(name: .customLong("set"), parsing: .singleValue, help: "KEY=VALUE: one more setting; may be repeated.")
    var settings: [String] = []
}

/// `vrvq-train run`.
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Train from the start.")

    @Option(help: "A shipped configuration; `vrvq-train presets` lists them.")
    var preset: String?
    @Option(help: "A configuration file.")
    var config: String?
    @Option(
        help: """
            Start from these weights: a run (its last checkpoint), a checkpoint, a model file, or a checkpoint of DAC or \
            VRVQ. Without --preset and --config, with the configuration stored there.
            """)
    var from: String?
    @Option(parsing: .upToNextOption, help: "Folders of audio, or lists (.csv) of files.")
    var data: [String] = []
    @Option(help: "The run's folder; it must not exist yet, or be empty.")
    var out: String
    @Option(help: "Steps in all.")
    var steps: Int?
    @Option(help: "Of everything random.")
    var seed: Int?
    @Option(help: "auto, cpu, cuda or cuda:N.")
    var device: String?
    @OptionGroup var options: SettingOptions

    func run() throws {
        let configuration = try resolved()
        try drive(every: configuration.logEvery) { report in
            try TrainingRun.start(configuration, in: RunFolder(out), report: report)
        }
    }

    /// The configuration with all that the command line says.
    private func resolved() throws -> TrainingConfiguration {
        var settings = options.settings
        if let steps { settings.append("steps=\(steps)") }
        if let seed { settings.append("seed=\(seed)") }
        if let device { settings.append("device=\(device)") }
        let source = try from.map { path throws(RunError) in try StartSource(path) }
        var configuration = try base(settings, source)
        if let source { configuration = source.started(configuration) }
        if !data.isEmpty {
            configuration.data.sources = data
            configuration.data.groups = [:]
        }
        if configuration.trainingSources.isEmpty { throw ValidationError("name audio to train on with --data") }
        return configuration
    }

    private func base(_ settings: [String], _ source: StartSource?) throws -> TrainingConfiguration {
        switch (preset, config) {
        case (let preset?, nil): return try TrainingConfiguration(preset: preset, settings: settings)
        case (nil, let config?):
            guard RunFolder.isFile(config) else { throw RunError(.unreadable, "\(config): no such configuration file") }
            return try TrainingConfiguration(file: config, settings: settings)
        case (nil, nil):
            guard let source else { throw ValidationError("name one of --preset, --config and --from") }
            return try source.configuration(settings)
        default: throw ValidationError("name one of --preset and --config")
        }
    }
}

/// `vrvq-train resume`.
struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Go on with a run from its last checkpoint.")

    @Argument(help: "The run's folder.")
    var path: String
    @Option(help: "Steps in all, instead of those the run was started with.")
    var steps: Int?
    @Option(help: "auto, cpu, cuda or cuda:N.")
    var device: String?
    @OptionGroup var options: SettingOptions

    func run() throws {
        let settings = options.settings + (device.map { ["device=\($0)"] } ?? [])
        let folder = RunFolder(path)
        let every = try folder.stored(settings: settings).logEvery
        try drive(every: every) { report in
            try TrainingRun.resume(folder, steps: steps, settings: settings, report: report)
        }
    }
}

/// Makes a run and trains it to its end, showing how far it is.
private func drive(
    every: Int, _ make: (@escaping (TrainingRun.Event) -> Void) throws -> TrainingRun
) throws {
    let line = ProgressLine(every: every)
    StopRequest.install()
    let run = try make { line.show($0) }
    defer { line.close() }
    switch try run.run() {
    case .finished:
        line.close()
        Terminal.print("\(run.folder.path): \(run.trainer.step) steps done")
    case .stopped(let signal):
        line.close()
        Terminal.printError(
            "stopped and saved at step \(run.trainer.step); go on with: vrvq-train resume \(run.folder.path)")
        throw ExitCode(128 + signal)
    }
}
