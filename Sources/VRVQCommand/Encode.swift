import ArgumentParser
import VRVQ
import VRVQAudio
import VRVQNetwork

/// `vrvq encode`.
struct Encode: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Encode audio files to .vrvq.",
        discussion: """
            Reads every format that libsndfile reads (WAV, FLAC, Ogg, Opus, MP3, AIFF, CAF ...), of any rate and \
            channel count. A folder is taken with all audio below it and keeps its tree. Without -o, IN.wav becomes \
            IN.vrvq beside it. "-" is standard input (WAV, also of unknown length; raw samples with --raw-format) or \
            standard output. --bitrate, --size, --max-bitrate and --allocation rd run the network once over the whole \
            recording and write at the end of it.
            """)

    @Argument(help: "Audio files, folders, or - for standard input.")
    var inputs: [String]

    @Option(name: .shortAndLong, help: "The .vrvq file, - for standard output, or a folder for several inputs.")
    var output: String?

    @Option(name: .long, help: "A model's name, fingerprint or file (default: the built-in model).")
    var model: String?

    @OptionGroup var rate: RateOptions
    @OptionGroup var target: TargetOptions
    @OptionGroup var search: SearchOptions
    @OptionGroup var coding: CodingOptions

    @Option(name: .long, help: "Standard input is raw samples, for example s16le:44100:2.")
    var rawFormat: String?

    @OptionGroup var live: LiveOptions
    @OptionGroup var work: WorkOptions
    @OptionGroup var reporting: OutputOptions

    /// What is taken from folders.
    static let extensions: Set<String> = [
        "wav", "wave", "flac", "ogg", "oga", "opus", "mp3", "aif", "aiff", "aifc", "caf", "au", "snd", "w64", "rf64",
    ]

    func run() throws {
        let raw = try rawFormat.map { try RawAudioFormat($0) }
        let threads = try work.threadsPerFile()
        let codec = try Codec(
            model: ModelLibrary.model(model), threads: threads, instructionSet: ModelLibrary.instructionSet())
        let settings = try settings(codec)
        let plan = try Plan(
            inputs: inputs, output: output, extensions: Self.extensions, outputExtension: "vrvq")
        if raw != nil && !plan.items.contains(where: { $0.input == "-" }) {
            throw Failure.usage("--raw-format is for standard input: name - as an input")
        }
        if plan.items.contains(where: { $0.output == "-" }) && Text.isTerminal(1) {
            throw Failure.usage("a stream would go to the terminal: name a file with -o or redirect the output")
        }
        let reporting = reporting
        if let latency = try live.milliseconds() {
            try checkLive()
            return try LiveEncodeJob(
                codec, settings: settings, raw: raw, items: plan.items, latency: latency, reporting: reporting
            ).run()
        }
        try plan.run(jobs: work.jobs) { item in
            let job = EncodeJob(
                codec: codec, settings: settings, raw: item.input == "-" ? raw : nil, item: item, reporting: reporting,
                showsProgress: plan.items.count == 1)
            try job.run()
        }
    }

    /// Live sound is not known as a whole, and is not held back to see whether it is silence.
    private func checkLive() throws {
        if target.areGiven { throw Failure.usage("--live cannot meet a target: that takes the whole recording") }
        if search.allocation == .rd {
            throw Failure.usage("--live cannot choose depths by --allocation rd: that takes the whole recording")
        }
        if coding.dtx != nil { throw Failure.usage("--live leaves no silence out: --dtx is not for it") }
        if coding.chunk != nil { throw Failure.usage("--live makes chunks as long as --latency: give that alone") }
    }

    private func settings(_ codec: Codec) throws -> EncoderSettings {
        let rate = try rate.asked(codec)
        return EncoderSettings(
            rate: rate ?? codec.usualRate,
            target: try search.target(try target.target(besides: rate), rate, codec),
            silence: try coding.silence(), entropy: coding.entropy.coding,
            framesPerChunk: try coding.framesPerChunk(codec), stereo: coding.stereo,
            search: try search.quantizerSearch(), allocation: search.allocation)
    }
}

/// One file to one stream.
struct EncodeJob {
    let codec: Codec
    let settings: EncoderSettings
    let raw: RawAudioFormat?
    let item: Plan.Item
    let reporting: OutputOptions
    let showsProgress: Bool

    /// Samples per channel that are read at once.
    static let blockFrames = 1 << 16

    func run() throws {
        let reader = try AudioReader(path: item.input, raw: raw)
        try Files.makeFolder(String(Files.folder(of: item.output).dropLast()))
        let file = try Failure.opening(AtomicFile(path: item.output, overwrite: reporting.force))
        let format = reader.format
        let progress = Progress(
            item.input, totalSeconds: reader.frameCount.map { Double($0) / Double(format.sampleRate) },
            isShown: showsProgress)
        var source = try StereoSource(
            reader, path: item.input, raw: raw, choice: settings.stereo, blockFrames: Self.blockFrames)
        var encoder = try SoundEncoder(
            codec, sourceRate: format.sampleRate, channels: format.channels, stereo: source.plan, settings)
        let resampler = try Resampler(
            from: format.sampleRate, to: encoder.format.modelRate, channels: format.channels)
        while let block = try source.next() {
            try file.write(encoder.push(resampler.push(block)))
            progress.update(seconds: Double(reader.position) / Double(format.sampleRate), bytes: file.byteCount)
        }
        try file.write(encoder.push(resampler.finish()))
        try file.write(encoder.finish(sampleCount: reader.position))
        try file.finish()
        progress.clear()
        if reader.truncated {
            Text.printError(
                "vrvq: warning: \(Text.printable(item.input)) ends before its header says; what is there was encoded")
        }
        try report(encoder, samples: reader.position, elapsed: progress.elapsed)
    }

    private func warn(_ encoder: SoundEncoder, kbps: Double) {
        guard let target = settings.target, let outcome = encoder.outcome,
            let warning = target.warning(outcome, kbps: kbps, of: "the model \(codec.model.name)")
        else { return }
        Text.printError("vrvq: warning: \(Text.printable(item.input)): \(warning)")
    }

    private func report(_ encoder: SoundEncoder, samples: Int, elapsed: Double) throws {
        let format = encoder.format
        let rates = StreamRates(encoder.statistics, format: format, sampleCount: samples)
        if samples > 0 { warn(encoder, kbps: rates.kbps) }
        let speed = elapsed > 0 ? rates.seconds / elapsed : 0
        let line =
            "\(Text.printable(item.input)) -> \(Text.printable(item.output)): \(Text.duration(rates.seconds)), "
            + "\(Text.bytes(encoder.statistics.totalBytes)), \(Text.decimal(rates.kbps, 2)) kbit/s "
            + "(by the paper's formula \(Text.decimal(rates.paperKbps, 2))), "
            + "\(Text.decimal(rates.meanDepth, 2)) codebooks a frame, \(Text.decimal(speed, 0)) times real time"
        var object = rates.json
        object["input"] = .string(item.input)
        object["output"] = .string(item.output)
        object["allocation"] = .string(settings.allocation.rawValue)
        object["search"] = .integer(settings.search.paths)
        object["elapsed_seconds"] = .number(elapsed)
        object["times_real_time"] = .number(speed)
        for (key, value) in format.json { object[key] = value }
        if let target = settings.target, let outcome = encoder.outcome {
            object.merge(target.json(outcome)) { _, new in new }
        }
        try reporting.report(line, .object(object), outputIsStandard: item.output == "-")
    }
}
