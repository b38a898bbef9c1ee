import ArgumentParser
import Training

/// `vrvq-train bundle`.
struct BundleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bundle",
        abstract: "Write a folder that trains on a Linux machine with PyTorch, without Swift and network.",
        discussion: """
            The folder's `train` takes the commands of vrvq-train; its README.md says what the machine needs. Audio and \
            runs go along in parts, which `train` joins.
            """)

    @Option(name: .shortAndLong, help: "The folder to write; it must not exist yet, or be empty.")
    var output: String
    @Option(parsing: .upToNextOption, help: "Folders of audio, or lists (.csv) of files, to take along.")
    var data: [String] = []
    @Option(name: .customLong("run"), parsing: .upToNextOption, help: "Runs to take along, with the last checkpoint.")
    var runs: [String] = []
    @Option(help: "Size of the parts that they come in: 64K to 1G.")
    var partSize = "15M"

    func run() throws {
        var bundle = TrainingBundle()
        guard let bytes = TrainingBundle.bytes(partSize) else {
            throw ValidationError("--part-size \(partSize): take 64K to 1G, such as 15M")
        }
        (bundle.data, bundle.runs, bundle.partBytes) = (data, runs, bytes)
        for line in try bundle.write(to: output) { Terminal.print(line) }
    }
}
