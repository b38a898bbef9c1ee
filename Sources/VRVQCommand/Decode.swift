import ArgumentParser
import VRVQ
import VRVQAudio

/// `vrvq decode`.
struct Decode: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Decode .vrvq files to audio.",
        discussion: """
            The decoded file has the source's rate, channels and exact sample count. Its kind follows its name: .wav, \
            .flac, .aiff, .caf, .ogg, .opus. Without -o, IN.vrvq becomes IN.wav beside it. "-" is standard input or \
            standard output (WAV of unknown length, or raw samples with --raw-format).
            """)

    @Argument(help: ".vrvq files, folders, or - for standard input.")
    var inputs: [String]

    @Option(name: .shortAndLong, help: "The audio file, - for standard output, or a folder for several inputs.")
    var output: String?

    @Option(name: .long, help: "A model's name, fingerprint or file (default: the one that the stream names).")
    var model: String?

    @Option(name: .long, help: "Samples per second of the output (default: the source's).")
    var rate: Int?

    @Option(name: .long, help: "Samples of the output: pcm16, pcm24, pcm32 or float32 (default pcm16).")
    var encoding: String?

    @Option(name: .long, help: "Standard output gets raw samples: s16le, s24le, s32le or f32le.")
    var rawFormat: String?

    @Flag(name: .long, help: "Decode damaged streams too: what is lost is concealed, and a warning says how much.")
    var tolerant = false

    @OptionGroup var span: SpanOptions
    @OptionGroup var work: WorkOptions
    @OptionGroup var reporting: OutputOptions

    func run() throws {
        let isPiped = inputs == ["-"] && (output ?? "-") == "-"
        // Several threads share long stretches of sound, for which a live stream would have to wait.
        let threads = isPiped && work.threads == nil ? 1 : try work.threadsPerFile()
        let instructionSet = try ModelLibrary.instructionSet()
        let target = try DecodeTarget(rate: rate, encoding: encoding, rawFormat: rawFormat)
        let plan = try Plan(inputs: inputs, output: output, extensions: ["vrvq"], outputExtension: "wav")
        let toStandard = plan.items.contains { $0.output == "-" }
        if toStandard && Text.isTerminal(1) {
            throw Failure.usage("audio would go to the terminal: name a file with -o or redirect the output")
        }
        if rawFormat != nil && !toStandard { throw Failure.usage("--raw-format is for standard output: add -o -") }
        let span = try span.span()
        let models = ModelCache(option: model, threads: threads, instructionSet: instructionSet)
        let reporting = reporting
        try plan.run(jobs: work.jobs) { item in
            let job = DecodeJob(
                models: models, target: target, span: span, isTolerant: tolerant, item: item, reporting: reporting,
                showsProgress: plan.items.count == 1)
            try job.run()
        }
    }
}

/// What the output is to be.
struct DecodeTarget: Sendable {
    let rate: Int?
    let encoding: SampleEncoding
    let container: AudioContainer?

    private static let rawEncodings: [String: SampleEncoding] = [
        "s16le": .pcm16, "s24le": .pcm24, "s32le": .pcm32, "f32le": .float32,
    ]

    init(rate: Int?, encoding: String?, rawFormat: String?) throws {
        if let rate, !AudioFormat.sampleRates.contains(rate) {
            throw Failure.usage("--rate must be 1 to \(AudioFormat.sampleRates.upperBound), not \(rate)")
        }
        self.rate = rate
        if encoding != nil && rawFormat != nil { throw Failure.usage("--encoding and --raw-format exclude each other") }
        if let rawFormat {
            guard let samples = Self.rawEncodings[rawFormat] else {
                let names = Self.rawEncodings.keys.sorted().joined(separator: ", ")
                throw Failure.usage("--raw-format must be one of \(names), not \(Text.printable(rawFormat))")
            }
            self.encoding = samples
            container = .raw
        } else {
            guard let encoding = SampleEncoding(rawValue: encoding ?? "pcm16") else {
                let names = SampleEncoding.allCases.map(\.rawValue).joined(separator: ", ")
                throw Failure.usage("--encoding must be one of \(names), not \(Text.printable(encoding ?? ""))")
            }
            self.encoding = encoding
            container = nil
        }
    }
}

/// One stream to one audio file.
struct DecodeJob {
    let models: ModelCache
    let target: DecodeTarget
    let span: TimeSpan?
    let isTolerant: Bool
    let item: Plan.Item
    let reporting: OutputOptions
    let showsProgress: Bool

    /// Bytes that are read at once: a fraction of a second at the usual rates.
    private static let blockBytes = 1 << 12

    func run() throws {
        let input = try input()
        let progress = Progress(item.input, totalSeconds: nil, isShown: showsProgress)
        var decoder = StreamDecoder(givesMargins: true, contextModels: models.contextModels) {
            [models] format throws(VRVQError) in
            try models.codec(for: format)
        }
        var output: DecodeOutput?
        while let bytes = try input(Self.blockBytes) {
            decoder.append(bytes)
            while let samples = try decoder.next() { try advance(&output, decoder, samples) }
            if let output { progress.update(seconds: output.seconds, bytes: decoder.statistics.totalBytes) }
        }
        try advance(&output, decoder, try decoder.finish())
        guard let output, let totals = decoder.totals, let format = decoder.format else { return }
        try output.finish(sourceSamples: totals.sampleCount)
        progress.clear()
        if output.clippedSamples > 0 {
            Text.printError(
                "vrvq: warning: \(Text.printable(item.output)): \(output.clippedSamples) samples were beyond full scale and cut; "
                    + "--encoding float32 keeps them")
        }
        try report(output, format, decoder.statistics, totals, elapsed: progress.elapsed)
    }

    /// The bytes to decode: the file as it comes, or the part of it that was asked for.
    private func input() throws -> (Int) throws -> [UInt8]? {
        guard span != nil || isTolerant else {
            let reader = try ByteReader(path: item.input)
            return { try reader.read(upTo: $0) }
        }
        var rest = try part()[...]
        return { limit in
            defer { rest = rest.dropFirst(limit) }
            return rest.isEmpty ? nil : Array(rest.prefix(limit))
        }
    }

    /// A stream of the part that was asked for. Of a file without damage no more is read than it takes.
    private func part() throws -> [UInt8] {
        let stream: StreamBytes
        if isTolerant {
            let repaired = try Repair.repaired(
                try EditedFile.read(item.input), warningOf: item.input, contextModels: models.contextModels)
            guard span != nil else { return repaired }
            stream = StreamBytes(repaired)
        } else {
            let reader = try ByteReader(path: item.input)
            stream = try reader.stream() ?? StreamBytes(try reader.readAll(limit: EditedFile.maximumBytes))
        }
        return try StreamCut.excerpt(
            stream, samples: { span?.samples(rate: $0.sourceRate) ?? 0..<Int.max }, contextModels: models.contextModels
        ) {
            format throws(VRVQError) in
            try models.context(for: format, outputRate: target.rate ?? format.sourceRate)
        }
    }

    private func advance(_ output: inout DecodeOutput?, _ decoder: StreamDecoder, _ samples: [[Float]]) throws {
        guard let format = decoder.format else { return }
        if output == nil {
            output = try DecodeOutput(format, target: target, path: item.output, overwrite: reporting.force)
        }
        if !samples.isEmpty { try output!.push(samples, decoder) }
    }

    private func report(
        _ output: DecodeOutput, _ format: StreamFormat, _ statistics: StreamStatistics, _ totals: StreamTotals,
        elapsed: Double
    ) throws {
        let rates = StreamRates(statistics, format: format, sampleCount: totals.sampleCount)
        let speed = elapsed > 0 ? rates.seconds / elapsed : 0
        let line =
            "\(Text.printable(item.input)) -> \(Text.printable(item.output)): \(Text.duration(rates.seconds)), "
            + "\(Text.decimal(rates.kbps, 2)) kbit/s, \(Text.decimal(speed, 0)) times real time"
        var object = rates.json
        object["input"] = .string(item.input)
        object["output"] = .string(item.output)
        object["clipped_samples"] = .integer(output.clippedSamples)
        object["elapsed_seconds"] = .number(elapsed)
        object["times_real_time"] = .number(speed)
        for (key, value) in format.json { object[key] = value }
        try reporting.report(line, .object(object), outputIsStandard: item.output == "-")
    }
}
