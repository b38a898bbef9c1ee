import ArgumentParser
import VRVQ
import VRVQAudio

/// `vrvq transcode`.
struct Transcode: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lower the rate of a .vrvq file without decoding it.",
        discussion: """
            Drops the deepest codebooks of every frame: those behind the first N, or as many as a target asks for, \
            with the shape of the depths kept. Needs no model; the codes that stay are those that the encoder wrote. \
            "-" is standard input or standard output. With a target the file is read as a whole first.
            """)

    @Argument(help: "A .vrvq file, or - for standard input.")
    var input: String

    @Argument(help: "The new .vrvq file, or - for standard output.")
    var output: String

    @Option(name: .long, parsing: .unconditional, help: "Codebooks that a frame keeps at most.")
    var codebooks: Int?

    @OptionGroup var target: TargetOptions

    @Option(name: .long, help: EntropyChoice.help)
    var entropy = EntropyChoice.best

    @OptionGroup var reporting: OutputOptions

    func run() throws {
        do { try work() } catch { throw Failure(error, subject: input) }
    }

    private func work() throws {
        let goal = try target.target()
        try EditedFile.check(output: output, inputs: [input])
        let start = ContinuousClock.now
        switch (codebooks, goal) {
        case (nil, nil):
            throw Failure.usage("nothing says how far: give --codebooks, --bitrate, --max-bitrate or --size")
        case (.some, .some):
            throw Failure.usage("--codebooks and --bitrate, --max-bitrate or --size exclude each other")
        case (let codebooks?, nil): try limit(to: codebooks, start)
        case (nil, let goal?): try reduce(to: goal, start)
        }
    }

    private func limit(to codebooks: Int, _ start: ContinuousClock.Instant) throws {
        guard codebooks >= 1 else { throw Failure.usage("--codebooks must be at least 1, not \(codebooks)") }
        let reader = try ByteReader(path: input)
        var transcoder = StreamTranscoder(
            codebooks: codebooks, entropy: entropy.coding, contextModels: ModelLibrary.contextModels)
        var file: AtomicFile?
        while let bytes = try reader.read(upTo: 1 << 16) {
            let new = try transcoder.push(bytes)
            if file == nil, transcoder.format != nil {
                file = try EditedFile.open(output, overwrite: reporting.force)
            }
            try file?.write(new)
        }
        try transcoder.finish()
        try file?.finish()
        guard let format = transcoder.format, let totals = transcoder.totals else { return }
        let rates = StreamRates(transcoder.statistics, format: format, sampleCount: totals.sampleCount)
        try report(rates, from: transcoder.inputStatistics, since: start)
    }

    private func reduce(to goal: RateTarget, _ start: ContinuousClock.Instant) throws {
        let reduction = try RateReduction(
            EditedFile.read(input), entropy: entropy.coding, threads: WorkOptions.threads(nil),
            contextModels: ModelLibrary.contextModels)
        let result = try reduction.reduced(goal.target, cap: goal.cap)
        try EditedFile.write(result.bytes, to: output, overwrite: reporting.force)
        let rates = StreamRates(
            result.statistics, format: result.format, sampleCount: reduction.totals.sampleCount)
        if rates.sampleCount > 0, let warning = goal.warning(result.outcome, kbps: rates.kbps, of: "this stream") {
            Text.printError("vrvq: warning: \(Text.printable(input)): \(warning)")
        }
        try report(rates, from: reduction.statistics, since: start, goal.json(result.outcome))
    }

    private func report(
        _ rates: StreamRates, from old: StreamStatistics, since start: ContinuousClock.Instant,
        _ besides: [String: JSON] = [:]
    ) throws {
        let seconds = Text.seconds(ContinuousClock.now - start)
        let speed = seconds > 0 ? rates.seconds / seconds : 0
        var object = rates.json.merging(rates.format.json) { $1 }.merging(besides) { $1 }
        object["input"] = .string(input)
        object["output"] = .string(output)
        object["input_bytes"] = .integer(old.totalBytes)
        object["elapsed_seconds"] = .number(seconds)
        object["times_real_time"] = .number(speed)
        let line =
            "\(Text.printable(input)) -> \(Text.printable(output)): \(Text.duration(rates.seconds)), "
            + "\(Text.bytes(old.totalBytes)) to \(Text.bytes(rates.statistics.totalBytes)), "
            + "\(Text.decimal(rates.kbps, 2)) kbit/s, \(Text.decimal(speed, 0)) times real time"
        try reporting.report(line, .object(object), outputIsStandard: output == "-")
    }
}
