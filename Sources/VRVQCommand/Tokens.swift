import ArgumentParser
import VRVQ
import VRVQArrays
import VRVQAudio
import VRVQNetwork

/// `vrvq tokens`.
struct Tokens: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Turn a .vrvq file into a NumPy array of codes, or such an array into a .vrvq file.",
        discussion: """
            What the input is decides the direction, not its name. An output called .npy gets the codes alone: \
            [stages, frames], or [channels, stages, frames] of several channels, int16, -1 for unused stages. One \
            called .npz gets everything that it takes to write the same stream again. Without -o, IN.vrvq becomes \
            IN.npz, and IN.npy or IN.npz becomes IN.vrvq.
            """)

    @Argument(help: "A .vrvq, .npy or .npz file, or - for standard input.")
    var input: String

    @Option(name: .shortAndLong, help: "The new file; - for standard output, which gets .npy or .vrvq.")
    var output: String?

    @Option(
        name: .long, help: "For arrays that do not name it: the model's name, fingerprint or file (default: built in).")
    var model: String?

    @Option(name: .long, help: "For such arrays: samples per second of the source (default: the model's).")
    var rate: Int?

    @Option(name: .long, help: "For such arrays: samples per channel of the source (default: those of all frames).")
    var samples: Int?

    @OptionGroup var reporting: OutputOptions

    func run() throws {
        do { try work() } catch { throw Failure(error, subject: input) }
    }

    private func work() throws {
        let bytes = try EditedFile.read(input)
        if NPYHeader.recognizes(bytes) {
            let stream = try TokenArrays.stream(npy: bytes, try supplement())
            try write(try stream.encoded(), to: output(ending: "vrvq"), stream)
        } else if NPZArchive.recognizes(bytes) {
            let (stream, entropy) = try TokenArrays.stream(npz: bytes, try supplement())
            if entropy == .best {
                warn("no model file at hand holds its entropy model: its codes come back, but not byte for byte")
            }
            try write(try stream.encoded(entropy: entropy), to: output(ending: "vrvq"), stream)
        } else {
            try writeArrays(of: bytes)
        }
    }

    private func writeArrays(of bytes: [UInt8]) throws {
        if model != nil || rate != nil || samples != nil {
            throw Failure.usage("--model, --rate and --samples are for arrays; a stream says all that itself")
        }
        let output = output(ending: "npz")
        let stream = try TokenStream(decoding: bytes, contextModels: ModelLibrary.contextModels)
        switch output == "-" ? "npy" : Files.fileExtension(of: output) {
        case "npy":
            if stream.format.stereoMode != .independent {
                warn("channels are coded as \(stream.format.stereoMode), which a .npy file does not tell: a .npz does")
            }
            try write(TokenArrays.npy(stream), to: output, stream)
        case "npz":
            let entropy = try stream.entropy(of: bytes, contextModels: ModelLibrary.contextModels)
            if entropy == nil {
                warn("another program coded the chunks in another way: their codes come back, but not byte for byte")
            }
            try write(TokenArrays.npz(stream, entropy: entropy ?? .adaptive), to: output, stream)
        default:
            throw Failure.usage("\(Text.printable(output)): the output of a stream is called .npy or .npz")
        }
    }

    private func warn(_ message: String) { Text.printError("vrvq: warning: \(Text.printable(input)): \(message)") }

    private func output(ending: String) -> String {
        output ?? (input == "-" ? "-" : Files.folder(of: input) + Files.stem(of: input) + "." + ending)
    }

    /// The model is looked for only where the arrays do not name it.
    private func supplement() throws -> TokenArrays.Supplement {
        if let rate, !AudioFormat.sampleRates.contains(rate) {
            throw Failure.usage("--rate must be 1 to \(AudioFormat.sampleRates.upperBound), not \(rate)")
        }
        if let samples, samples < 0 { throw Failure.usage("--samples must not be negative") }
        let chosen = try ModelLibrary.model(model)
        let architecture = chosen.architecture
        return TokenArrays.Supplement(sampleCount: samples, contextModels: ModelLibrary.contextModels) {
            [rate] channels in
            StreamFormat(
                sourceRate: rate ?? architecture.sampleRate, channels: channels, modelRate: architecture.sampleRate,
                hop: architecture.hop, stages: architecture.quantizer.stages, entries: architecture.quantizer.entries,
                networkFingerprint: chosen.fingerprint, modelName: chosen.name)
        }
    }

    private func write(_ bytes: [UInt8], to path: String, _ stream: TokenStream) throws {
        try EditedFile.check(output: path, inputs: [input])
        try EditedFile.write(bytes, to: path, overwrite: reporting.force)
        var object = stream.format.json
        object["input"] = .string(input)
        object["output"] = .string(path)
        object["frames"] = .integer(stream.frames)
        object["sample_count"] = .integer(stream.sampleCount)
        object["bytes"] = .integer(bytes.count)
        let line =
            "\(Text.printable(input)) -> \(Text.printable(path)): \(stream.grids.count) x \(stream.format.stages) x "
            + "\(stream.frames) codes"
        try reporting.report(line, .object(object), outputIsStandard: path == "-")
    }
}
