import VRVQ
import VRVQAudio
import VRVQNetwork

/// One live source to one stream. A chunk goes out as soon as it is full, and before that when its first frame has
/// waited for the whole latency because no more sound came.
struct LiveEncodeJob {
    let codec: Codec
    let settings: EncoderSettings
    let raw: RawAudioFormat?
    let item: Plan.Item
    /// Milliseconds.
    let latency: Double
    let reporting: OutputOptions

    init(
        _ codec: Codec, settings: EncoderSettings, raw: RawAudioFormat?, items: [Plan.Item], latency: Double,
        reporting: OutputOptions
    ) throws {
        guard items.count == 1 else { throw Failure.usage("--live takes one input, not \(items.count)") }
        // Several threads would wait for sound to share among them.
        self.codec = try Codec(model: codec.model, threads: 1, instructionSet: codec.instructionSet)
        (self.settings, self.raw, item, self.latency, self.reporting) = (settings, raw, items[0], latency, reporting)
    }

    func run() throws {
        do { try work() } catch { throw Failure(error, subject: item.input) }
    }

    private func work() throws {
        let frames = try LiveOptions.framesPerChunk(
            milliseconds: latency, option: "--latency", codec.model.architecture)
        try codec.prepare(decoder: false)
        let reader = try AudioReader(path: item.input, raw: raw)
        let format = reader.format
        try Files.makeFolder(String(Files.folder(of: item.output).dropLast()))
        let file = try Failure.opening(AtomicFile(path: item.output, overwrite: reporting.force))
        let input = LiveInput(reader)
        let beginning = try LiveBeginning(input, format, settings.stereo, codec.model)
        var encoder = try StreamEncoder(
            codec, sourceRate: format.sampleRate, channels: format.channels, stereoMode: beginning.mode,
            rate: settings.rate, entropy: settings.entropy, silence: .kept, framesPerChunk: frames,
            search: settings.search)
        let resampler = try Resampler(
            from: format.sampleRate, to: encoder.format.modelRate, channels: format.channels)
        for block in beginning.blocks { try file.write(try encoder.push(try resampler.push(block))) }
        var waitingSince: ContinuousClock.Instant?
        reading: while !beginning.hasEnded {
            let left = waitingSince.map { latency / 1000 - Text.seconds(ContinuousClock.now - $0) }
            var bytes: [UInt8] = []
            switch try input.next(within: left) {
            case .end: break reading
            case .nothing: bytes = encoder.flush()
            case .sound(let block): bytes = try encoder.push(try resampler.push(block))
            }
            if !bytes.isEmpty { try file.write(bytes) }
            let isNew = waitingSince == nil || !bytes.isEmpty
            waitingSince = encoder.pendingFrames == 0 ? nil : isNew ? .now : waitingSince
        }
        try file.write(try encoder.push(try resampler.finish()))
        try file.write(try encoder.finish(sampleCount: input.frames))
        try file.finish()
        try report(encoder, input)
    }

    private func report(_ encoder: StreamEncoder, _ input: LiveInput) throws {
        if input.truncated {
            Text.printError(
                "vrvq: warning: \(Text.printable(item.input)) ends before its header says; what is there was encoded")
        }
        let format = encoder.format
        let rates = StreamRates(encoder.statistics, format: format, sampleCount: input.frames)
        let delay = Double(codec.delay(framesPerChunk: format.framesPerChunk)) / Double(format.modelRate)
        let line =
            "\(Text.printable(item.input)) -> \(Text.printable(item.output)): \(Text.duration(rates.seconds)), "
            + "\(Text.decimal(rates.kbps, 2)) kbit/s, chunks of \(format.framesPerChunk) frames, "
            + "\(Text.decimal(1000 * delay, 1)) ms from sound to decoded sound without computing"
        var object = rates.json.merging(format.json) { $1 }
        object["input"] = .string(item.input)
        object["output"] = .string(item.output)
        object["algorithmic_delay_seconds"] = .number(delay)
        try reporting.report(line, .object(object), outputIsStandard: item.output == "-")
    }
}

/// The first sound of a live source, as much as the encoder waits for before its first frame, so that nothing comes
/// later. It decides how the channels are coded.
private struct LiveBeginning {
    let mode: StereoMode
    private(set) var blocks: [[[Float]]] = []
    private(set) var hasEnded = false

    init(_ input: LiveInput, _ format: AudioFormat, _ choice: StereoChoice, _ model: Model) throws {
        if let mode = choice.mode(channels: format.channels) {
            self.mode = mode
            return
        }
        let seconds = Double(model.network.report().encoderLookAhead) / Double(model.architecture.sampleRate)
        let needed = Int(seconds * Double(format.sampleRate))
        var statistics = StereoStatistics(channels: format.channels)
        var frames = 0
        while frames < needed {
            guard case .sound(let block) = try input.next(within: nil) else {
                hasEnded = true
                break
            }
            statistics.add(block)
            blocks.append(block)
            frames += block[0].count
        }
        mode = statistics.mode(isWhole: false)
    }
}
