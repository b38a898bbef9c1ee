import ArgumentParser
import VRVQ
import VRVQAudio
import VRVQNetwork

/// `vrvq model`.
struct ModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model", abstract: "Import, list and describe models.",
        subcommands: [ImportModel.self, ModelInfo.self, ListModels.self])
}

/// `vrvq model import`.
struct ImportModel: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make a model file from published weights.",
        discussion: """
            Reads official DAC and VRVQ checkpoints (.pth), Hugging Face DAC safetensors and our own files; nothing in \
            a checkpoint is executed. Anything but a full match of names and shapes is an error.
            """)

    @Argument(help: "The weights.")
    var input: String

    @Option(name: .shortAndLong, help: "The model file to write (.safetensors).")
    var output: String

    @Option(name: .long, help: "Name of the model: letters, digits, - _ and . (default: from the file).")
    var name: String?

    @Option(name: .long, help: "A Hugging Face config.json that belongs to the weights.")
    var config: String?

    @Option(name: .long, help: "A JSON file that describes the model: training data, licence, results.")
    var card: String?

    @Option(name: .long, help: "Take this preset's architecture instead of inferring it.")
    var preset: String?

    @Option(name: .long, help: "Samples per second that the model works at, where the file does not say.")
    var sampleRate: Int?

    @Flag(name: .long, help: "Write the model even where arrays are missing or left over; missing ones become zeros.")
    var allowPartial = false

    @Flag(name: .long, help: "Store large kernels in half precision.")
    var half = false

    @OptionGroup var writing: WritingOptions
    @OptionGroup var printing: PrintingOptions

    func run() throws {
        if Files.areSame(input, output) { throw Failure.usage("output and input are the same file") }
        var options = ImportOptions()
        options.name = name
        options.allowPartial = allowPartial
        options.halfKernels = half
        options.sampleRate = sampleRate
        if let card {
            let text = try ByteReader(path: card).readAll(limit: ModelCard.sizeLimit)
            do { options.card = try ModelCard(parsing: text) } catch { throw Failure(error, subject: card) }
        }
        if let preset {
            guard let architecture = Architecture.preset(preset) else {
                let names = Architecture.presets.map(\.name).joined(separator: ", ")
                throw Failure.usage("--preset must be one of \(names), not \(Text.printable(preset))")
            }
            options.architecture = architecture
        }
        let settings = try config.map { try ByteReader(path: $0).readAll(limit: 1 << 20) }
        do { try write(options, settings) } catch let error as VRVQError {
            throw Failure(.model, "\(Text.printable(input)): \(error.description)")
        }
    }

    private func write(_ options: ImportOptions, _ settings: [UInt8]?) throws {
        let result = try ModelImport.read(Files.map(input), config: settings, options: options)
        try Text.print(printing.json ? [result.report.json.text] : result.report.lines)
        let model = try result.model()
        let file = try Failure.opening(AtomicFile(path: output, overwrite: writing.force))
        try file.write(model.serialized())
        try file.finish()
        if !printing.json {
            try Text.print("written     \(Text.printable(output)): \(model.name), fingerprint \(model.fingerprint)")
        }
    }
}

/// `vrvq model info`.
struct ModelInfo: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Describe a model: configuration, cost, reach, fingerprint, card.")

    @Argument(help: "A model's name, fingerprint or file (default: the built-in model).")
    var model: String?

    @OptionGroup var printing: PrintingOptions

    func run() throws {
        let summary = try ModelLibrary.model(model).summary()
        try Text.print(printing.json ? [summary.json.text] : summary.lines)
    }
}

/// `vrvq model list`.
struct ListModels: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the models that can be used, and the presets.")

    @OptionGroup var printing: PrintingOptions

    func run() throws {
        for entry in ModelLibrary.installed() {
            let (model, place) = (entry.model, entry.path.map { Text.printable($0) } ?? "built in")
            if printing.json {
                try Text.print(
                    JSON.object([
                        "name": .string(model.name), "fingerprint": .string(model.fingerprint.description),
                        "path": entry.path.map { .string($0) } ?? .null,
                    ]).text)
            } else {
                try Text.print("\(Text.left(model.name, 16)) \(model.fingerprint)  \(place)")
            }
        }
        guard !printing.json else { return }
        let places = ModelLibrary.folders.map { Text.printable($0) }.joined(separator: ", ")
        try Text.print("\nsearched after the built-in model: \(places)")
        try Text.print(
            "presets (architectures without weights): \(Architecture.presets.map(\.name).joined(separator: ", "))")
    }
}

extension ImportReport {
    /// For people: counts, and every name that is not a match.
    var lines: [String] {
        var lines = ["read as     \(source.rawValue)"]
        lines.append(
            "arrays      \(matched.count) matched, \(missing.count) missing, \(unexpected.count) unexpected, "
                + "\(mismatched.count) of another shape")
        lines += missing.map { "missing     \($0)" }
        lines += unexpected.map { "unexpected  \(Text.printable($0))" }
        lines += mismatched.map { "shape       \(Text.printable($0.name)): \($0.found) where \($0.expected) is needed" }
        return lines + notes.map { "note        \($0)" }
    }
}

extension ModelSummary {
    /// For people.
    var lines: [String] {
        var lines = [
            "\(Text.left("name", 18)) \(name)", "\(Text.left("fingerprint", 18)) \(fingerprint)",
        ]
        lines += configuration.map { "\(Text.left($0.label, 18)) \(Text.printable($0.value))" }
        lines.append(
            "\(Text.left("full rate", 18)) \(Text.decimal(framesPerSecond, 2)) frames/s, "
                + "\(Text.decimal(fullRate, 2)) kbit/s of codes with all codebooks")
        lines.append("\(Text.left("part", 18)) parameters     GMAC per second of audio")
        for part in parts {
            lines.append(
                "  \(Text.left(part.part.rawValue, 16)) \(Text.right(String(part.parameters), 10)) "
                    + Text.right(Text.decimal(part.gigaMultiplyAccumulates, 4), 12))
        }
        lines.append(
            "  \(Text.left("all", 16)) \(Text.right(String(parameters), 10)) "
                + Text.right(Text.decimal(gigaMultiplyAccumulates, 4), 12))
        lines.append("\(Text.left("reach", 18)) \(reachText)")
        lines.append(
            "\(Text.left("look-ahead", 18)) codes \(codeLookAhead) samples, with importance \(encoderLookAhead) "
                + "(\(Text.decimal(lookAheadMilliseconds, 1)) ms)")
        lines.append("\(Text.left("licence", 18)) \(Text.printable(card.licence ?? "not stated"))")
        lines.append("card")
        return lines + card.json.indentedText.split(separator: "\n").map { "  " + Text.printable(String($0)) }
    }

    private var reachText: String {
        let map = importanceReach.map { ", importance \($0.back) back \($0.ahead) ahead" } ?? ""
        return "frames: codes \(encoderReach.back) back \(encoderReach.ahead) ahead\(map), "
            + "decoder \(decoderReach.back) back \(decoderReach.ahead) ahead"
    }
}
