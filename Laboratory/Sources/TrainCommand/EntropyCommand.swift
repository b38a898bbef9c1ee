import ArgumentParser
import Training

/// `vrvq-train entropy`.
struct Entropy: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train the context model with which codes are written in fewer bits.",
        discussion: """
            Encodes audio with a model, trains a small network on the codes, rounds it to integers and writes the model \
            with it. The codec's weights and fingerprint stay what they are. Then prints the bits of a code by stage, in \
            plain bits, in the adaptive coding and in the learned one, from streams that were written and read again.
            """)

    @Argument(help: "A model file, a run's folder, or that of a checkpoint.")
    var model: String
    @Option(parsing: .upToNextOption, help: "Folders of audio, or lists (.csv) of files.")
    var data: [String]
    @Option(parsing: .upToNextOption, help: "Audio to measure on; without, a twentieth of the data is kept back.")
    var validation: [String] = []
    @Option(name: .shortAndLong, help: "The model file to write.")
    var output: String
    @Flag(help: "Replace the file where it exists.")
    var force = false
    @Option(help: "Hours of audio to train on, at most.")
    var hours = 3.0
    @Option(help: "Steps in all.")
    var steps = 1500
    @Option(help: "Chunks of audio per step.")
    var batch = 32
    @Option(help: "Of everything random.")
    var seed = 0
    @Option(help: "Threads.")
    var threads = 1
    @Option(help: "Width of the vector of a frame.")
    var width = 48
    @Option(help: "Width of the layers that see the frames before.")
    var hidden = 96
    @Option(help: "Width of the layer before the scores.")
    var inner = 64

    func run() throws {
        var options = ContextTraining.Options()
        (options.hours, options.steps, options.batch, options.seed) = (hours, steps, batch, seed)
        (options.threads, options.width, options.hidden, options.inner) = (threads, width, hidden, inner)
        let line = try ContextTraining.write(
            model, to: output, data: data, validation: validation, options: options, overwrite: force,
            report: Terminal.printError, table: Terminal.print)
        Terminal.print(line)
    }
}
