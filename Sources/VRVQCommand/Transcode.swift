import ArgumentParser
import VRVQ
import VRVQAudio

/// `vrvq transcode`.
struct Transcode: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lower the rate of a .vrvq file without decoding it.",
        discussion: """
            Drops the codebooks behind the first N of every frame. Needs no model; the codes that stay are those that \
            the encoder wrote. "-" is standard input or standard output.
            """)

    @Argument(help: "A .vrvq file, or - for standard input.")
    var input: String

    @Argument(help: "The new .vrvq file, or - for standard output.")
    var output: String

    @Option(name: .long, parsing: .unconditional, help: "Codebooks that a frame keeps at most.")
    var codebooks: Int

    @OptionGroup var reporting: OutputOptions

    func run() throws {
        do { try work() } catch { throw Failure(error, subject: input) }
    }

    private func work() throws {
        guard codebooks >= 1 else { throw Failure.usage("--codebooks must be at least 1, not \(codebooks)") }
        try EditedFile.check(output: output, inputs: [input])
        let start = ContinuousClock.now
        let reader = try ByteReader(path: input)
        var transcoder = StreamTranscoder(codebooks: codebooks, contextModels: ModelLibrary.contextModels)
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
        try report(transcoder, elapsed: ContinuousClock.now - start)
    }

    private func report(_ transcoder: StreamTranscoder, elapsed: Duration) throws {
        guard let format = transcoder.format, let totals = transcoder.totals else { return }
        let rates = StreamRates(transcoder.statistics, format: format, sampleCount: totals.sampleCount)
        let seconds = Text.seconds(elapsed)
        let speed = seconds > 0 ? rates.seconds / seconds : 0
        var object = rates.json
        for (key, value) in format.json { object[key] = value }
        object["input"] = .string(input)
        object["output"] = .string(output)
        object["input_bytes"] = .integer(transcoder.inputStatistics.totalBytes)
        object["elapsed_seconds"] = .number(seconds)
        object["times_real_time"] = .number(speed)
        let line =
            "\(Text.printable(input)) -> \(Text.printable(output)): \(Text.duration(rates.seconds)), "
            + "\(Text.bytes(transcoder.inputStatistics.totalBytes)) to \(Text.bytes(rates.statistics.totalBytes)), "
            + "\(Text.decimal(rates.kbps, 2)) kbit/s, \(Text.decimal(speed, 0)) times real time"
        try reporting.report(line, .object(object), outputIsStandard: output == "-")
    }
}
