import ArgumentParser
import VRVQ

/// `vrvq cat`.
struct Concatenate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cat", abstract: "Join .vrvq files of one model, rate and channel count.",
        discussion: "Needs no model. Each file decodes as it would by itself. Tags are those of the first one.")

    @Argument(help: ".vrvq files in order; one of them may be - for standard input.")
    var inputs: [String]

    @Option(name: .shortAndLong, help: "The new .vrvq file, or - for standard output.")
    var output: String

    @OptionGroup var reporting: OutputOptions

    func run() throws {
        try EditedFile.check(output: output, inputs: inputs)
        var streams: [[UInt8]] = []
        for input in inputs {
            do {
                let bytes = try EditedFile.read(input)
                // So that a file that is no good is named.
                _ = try StreamCut.joined([bytes], contextModels: ModelLibrary.contextModels)
                streams.append(bytes)
            } catch { throw Failure(error, subject: input) }
        }
        let joined = try StreamCut.joined(streams, contextModels: ModelLibrary.contextModels)
        try EditedFile.write(joined, to: output, overwrite: reporting.force)
        try EditedFile.report(joined, from: inputs, to: output, reporting)
    }
}

extension EditedFile {
    /// Says what a new stream is.
    static func report(
        _ bytes: [UInt8], from inputs: [String], to output: String, _ reporting: OutputOptions
    ) throws {
        let overview = try StreamOverview(bytes)
        let seconds = Double(overview.sampleCount) / Double(overview.format.sourceRate)
        var object = overview.format.json
        object["inputs"] = .array(inputs.map { .string($0) })
        object["output"] = .string(output)
        object["seconds"] = .number(seconds)
        object["sample_count"] = .integer(overview.sampleCount)
        object["bytes"] = .integer(bytes.count)
        object["frames"] = .integer(overview.frames)
        let line =
            "\(inputs.map { Text.printable($0) }.joined(separator: " ")) -> \(Text.printable(output)): "
            + "\(Text.duration(seconds)), \(Text.bytes(bytes.count))"
        try reporting.report(line, .object(object), outputIsStandard: output == "-")
    }
}
