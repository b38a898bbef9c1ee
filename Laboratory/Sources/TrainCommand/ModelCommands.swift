import ArgumentParser
import Training

/// `vrvq-train presets`.
struct Presets: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the shipped configurations, or show one.")

    @Argument(help: "A preset to show with every key; all are listed without.")
    var name: String?

    func run() throws {
        guard let name else { return Terminal.put(try TrainingPresets.listing(), on: 1) }
        Terminal.put(try TrainingConfiguration(preset: name).yaml, on: 1)
    }
}

/// Which checkpoint of a run is meant.
struct CheckpointOptions: ParsableArguments {
    @Argument(help: "The run's folder, or that of a checkpoint.")
    var run: String
    @Option(help: "A step, `best` or `last`; without, the best one where there has been a validation, else the last.")
    var checkpoint: String?

    /// The checkpoint's folder.
    func folder() throws -> String {
        try RunFolder(run).checkpoint(named: checkpoint)
    }
}

/// `vrvq-train validate`.
struct Validate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure a checkpoint through the codec: log-mel, SI-SDR and kbit/s of real bytes.")

    @OptionGroup var checkpoint: CheckpointOptions
    @Option(parsing: .upToNextOption, help: "Folders of audio or lists, instead of the run's own.")
    var data: [String] = []
    @Option(help: "Threads of the codec.")
    var threads = 1
    @OptionGroup var options: SettingOptions

    func run() throws {
        guard (1...64).contains(threads) else { throw ValidationError("--threads takes 1 to 64") }
        let rows = try ValidatedCheckpoint.rows(
            checkpoint.folder(), sources: data, settings: options.settings, threads: threads)
        for row in rows { Terminal.print(row.text) }
    }
}

/// `vrvq-train export`.
struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Write the model that `vrvq` reads.")

    @OptionGroup var checkpoint: CheckpointOptions
    @Option(name: .shortAndLong, help: "The model file to write.")
    var output: String
    @Flag(name: .customLong("f16"), help: "Kernels in half precision: half the size.")
    var halfPrecision = false
    @Flag(help: "Replace the file where it exists.")
    var force = false

    func run() throws {
        let folder = try checkpoint.folder()
        let model = try ExportedModel.write(folder, to: output, halfPrecision: halfPrecision, overwrite: force)
        Terminal.print("\(output): \(model)")
    }
}

/// `vrvq-train plot`.
struct Plot: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Draw a run's journal as SVG.")

    @Argument(help: "The run's folder.")
    var path: String
    @Option(name: .shortAndLong, help: "The file to write; RUN/plot.svg without.")
    var output: String?

    func run() throws {
        let folder = RunFolder(path)
        let target = output ?? "\(folder.path)/plot.svg"
        try JournalPlot.write(folder, to: target)
        Terminal.print(target)
    }
}
