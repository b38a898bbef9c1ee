import ArgumentParser
import VRVQ
import VRVQArrays
import VRVQAudio
import VRVQMetrics
import VRVQNetwork

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// `vrvq import-dac`.
struct ImportDAC: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import-dac",
        abstract: "Decode a .dac file of the official program, or turn it into a .vrvq file.",
        discussion: """
            Nothing in the file is executed. It does not name its model: --model does. Chunks are decoded one by one \
            as they were coded. An output called .vrvq gets the codes, where they were coded in one piece.
            """)

    @Argument(help: "A .dac file, or - for standard input.")
    var input: String

    @Option(name: .shortAndLong, help: "The audio or .vrvq file, or - for audio on standard output (default: IN.wav).")
    var output: String?

    @Option(name: .long, help: "The DAC model that made it: name, fingerprint or file (see vrvq model import).")
    var model: String

    @Option(name: .long, help: "Samples of the output: pcm16, pcm24, pcm32 or float32 (default pcm16).")
    var encoding: String?

    @Flag(
        name: .long,
        help: "Bring every channel to the loudness of the source, as the official program does; it loses the balance.")
    var separateGain = false

    @Option(name: .long, help: "Threads in all (default: one per core).")
    var threads: Int?

    @OptionGroup var reporting: OutputOptions

    func run() throws {
        do { try work() } catch { throw Failure(error, subject: input) }
    }

    private func work() throws {
        let target = try DecodeTarget(rate: nil, encoding: encoding, rawFormat: nil)
        let path = output ?? (input == "-" ? "-" : Files.folder(of: input) + Files.stem(of: input) + ".wav")
        if path == "-" && Text.isTerminal(1) {
            throw Failure.usage("audio would go to the terminal: name a file with -o or redirect the output")
        }
        try EditedFile.check(output: path, inputs: [input])
        let file = try Self.file(try EditedFile.read(input))
        let codec = try Codec(
            model: ModelLibrary.model(model), threads: WorkOptions.threads(threads),
            instructionSet: ModelLibrary.instructionSet())
        if Files.fileExtension(of: path) == "vrvq" {
            try EditedFile.write(DACStream(codec.model, file).bytes(), to: path, overwrite: reporting.force)
        } else {
            try DACSound(file, codec, separateGain: separateGain).write(
                to: path, target: target, overwrite: reporting.force)
        }
        try report(file, path)
    }

    /// An array file of one object.
    private static func file(_ bytes: [UInt8]) throws -> DACFile {
        var start = 0
        let header = try NPYHeader(bytes, start: &start)
        guard header.type.hasSuffix("O"), header.shape.isEmpty else {
            throw VRVQError(.malformed, "this is an array file, but not a .dac file")
        }
        return try DACFile(pickle: Array(bytes[start...]))
    }

    private func report(_ file: DACFile, _ path: String) throws {
        let seconds = Double(file.originalLength) / Double(file.sampleRate)
        let object: [String: JSON] = [
            "input": .string(input), "output": .string(path), "seconds": .number(seconds),
            "sample_count": .integer(file.originalLength), "sample_rate": .integer(file.sampleRate),
            "channels": .integer(file.channels), "stages": .integer(file.stages), "frames": .integer(file.frames),
            "chunk_frames": .integer(file.chunkLength), "chunked": .bool(!file.isPadded),
        ]
        let line =
            "\(Text.printable(input)) -> \(Text.printable(path)): \(Text.duration(seconds)), \(file.channels) x "
            + "\(file.stages) x \(file.frames) codes"
        try reporting.report(line, .object(object), outputIsStandard: path == "-")
    }
}

/// A `.dac` file as a stream of ours.
struct DACStream {
    private let model: Model
    private let file: DACFile

    init(_ model: Model, _ file: DACFile) {
        (self.model, self.file) = (model, file)
    }

    /// The bytes of the stream; its tag `dac_input_db` keeps the loudness, which the samples do not have.
    func bytes() throws -> [UInt8] {
        let architecture = model.architecture
        guard file.isPadded else {
            throw VRVQError(
                .unsupported,
                "the file was coded in chunks, which lie on grids of frames of their own: a .vrvq file has one; decode "
                    + "it to audio instead")
        }
        let grids = try file.grids(of: model)
        var format = StreamFormat(
            sourceRate: file.sampleRate, channels: file.channels, modelRate: architecture.sampleRate,
            hop: architecture.hop, stages: architecture.quantizer.stages, entries: architecture.quantizer.entries,
            networkFingerprint: model.fingerprint, modelName: model.name)
        format.constantDepth = file.stages
        guard format.frameCount(sourceSamples: file.originalLength) == file.frames else {
            throw VRVQError(
                .malformed,
                "\(file.frames) frames are not those of \(file.originalLength) samples with the model \(model.name)")
        }
        let tag = Tag(key: "dac_input_db", value: Text.decimal(Double(file.inputDecibels), 3))
        Text.printError(
            "vrvq: warning: a .vrvq file decodes at the loudness at which it was coded; the source had "
                + "\(tag.value) LUFS, which is kept in the tag \(tag.key)")
        return try VRVQStream(format: format, grids: grids, sampleCount: file.originalLength, tags: [tag]).encoded()
    }
}

/// A `.dac` file as sound.
struct DACSound {
    private let file: DACFile
    private let codec: Codec
    private var samples: [[Float]]

    /// Decodes and restores the loudness.
    /// - Parameter separateGain: every channel by itself, where otherwise all get the gain of the whole.
    init(_ file: DACFile, _ codec: Codec, separateGain: Bool) throws {
        self.file = file
        self.codec = codec
        samples = try codec.samples(of: file)
        try checkLength()
        guard codec.sampleRate >= Loudness.lowestSampleRate else {
            throw VRVQError(.badModel, "no loudness can be told at \(codec.sampleRate) samples per second")
        }
        let meter = Loudness(sampleRate: codec.sampleRate)
        if separateGain {
            for channel in samples.indices { amplify(channel..<channel + 1, meter) }
        } else {
            amplify(samples.startIndex..<samples.endIndex, meter)
        }
    }

    /// The source's length may lie beyond what the frames give by what odd strides leave out, and by no more than a
    /// frame that rounding of the rates may cost; zeros stand for it.
    private func checkLength() throws {
        let given = Resampler.outputFrames(samples[0].count, from: codec.sampleRate, to: file.sampleRate)
        let frame = Resampler.outputFrames(codec.model.architecture.hop, from: codec.sampleRate, to: file.sampleRate)
        guard file.originalLength <= given + frame else {
            throw VRVQError(
                .malformed,
                "the file claims \(file.originalLength) samples, its frames give \(given) with the model "
                    + "\(codec.model.name)")
        }
    }

    private mutating func amplify(_ channels: Range<Int>, _ meter: Loudness) {
        let loudness = meter.integrated(Array(samples[channels]))
        let gain = Float(pow(10, (Double(file.inputDecibels) - loudness) / 20))
        for channel in channels {
            for index in samples[channel].indices { samples[channel][index] *= gain }
        }
    }

    /// Converts to the source's rate, cuts to its length and writes.
    func write(to path: String, target: DecodeTarget, overwrite: Bool) throws {
        try Files.makeFolder(String(Files.folder(of: path).dropLast()))
        let writer = try Failure.opening(
            AudioWriter(
                path: path, format: AudioFormat(sampleRate: file.sampleRate, channels: file.channels),
                encoding: target.encoding, container: target.container, overwrite: overwrite))
        let resampler = try Resampler(from: codec.sampleRate, to: file.sampleRate, channels: file.channels)
        var converted = try resampler.push(samples)
        let rest = try resampler.finish()
        for channel in converted.indices {
            converted[channel] += rest[channel]
            let missing = file.originalLength - converted[channel].count
            if missing > 0 { converted[channel] += repeatElement(0, count: missing) }
            converted[channel].removeLast(converted[channel].count - file.originalLength)
        }
        try writer.write(converted)
        try writer.finish()
        guard writer.clippedSamples > 0 else { return }
        Text.printError(
            "vrvq: warning: \(Text.printable(path)): \(writer.clippedSamples) samples were beyond full scale and cut; "
                + "--encoding float32 keeps them")
    }
}
