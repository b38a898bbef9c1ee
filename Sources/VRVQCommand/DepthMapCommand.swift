import ArgumentParser
import VRVQ
import VRVQAudio
import VRVQReport

/// `vrvq depth-map`.
struct DepthMapCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "depth-map",
        abstract: "Draw where the bits went: codebooks over time above the spectrogram.",
        discussion: "Takes a .vrvq file, or audio, which is then encoded in memory with the options below.")

    @Argument(help: "A .vrvq file or an audio file.")
    var input: String

    @Option(
        name: .shortAndLong,
        help: "The picture, an SVG file, or a folder for it (default: beside the input; - for standard output).")
    var output: String?

    @Option(name: .long, help: "A model's name, fingerprint or file.")
    var model: String?

    @OptionGroup var rate: RateOptions
    @OptionGroup var work: WorkOptions

    @OptionGroup var writing: WritingOptions

    func run() throws {
        let output = outputPath
        if output != "-", Files.areSame(input, output) {
            throw Failure.usage("\(Text.printable(output)): output and input are the same file")
        }
        do {
            let map = try isStream() ? mapOfStream() : mapOfAudio()
            try Files.makeFolder(String(Files.folder(of: output).dropLast()))
            let file = try Failure.opening(AtomicFile(path: output, overwrite: writing.force))
            try file.write(map.svg())
            try file.finish()
        } catch { throw Failure(error, subject: input) }
    }

    private var outputPath: String {
        let name = Files.stem(of: input) + ".svg"
        guard let output else { return input == "-" ? "-" : Files.folder(of: input) + name }
        guard output.hasSuffix("/") || Files.isFolder(output) else { return output }
        return (output.hasSuffix("/") ? output : output + "/") + (input == "-" ? "standard-input.svg" : name)
    }

    private var name: String { input.split(separator: "/").last.map(String.init) ?? input }

    /// A stream says so in its first bytes.
    private func isStream() throws -> Bool {
        if Files.fileExtension(of: input) == "vrvq" { return true }
        guard input != "-" else { return false }
        return try ByteReader(path: input).read(upTo: 4) == SectionScanner.magic
    }

    private func mapOfStream() throws -> DepthMap {
        if rate.scale != nil || rate.codebooks != nil {
            throw Failure.usage("--scale and --codebooks are for audio: a stream has its rate already")
        }
        let reader = try ByteReader(path: input)
        let models = try ModelCache(
            option: model, threads: work.threadsPerFile(), instructionSet: ModelLibrary.instructionSet())
        var picture = MapBuilder()
        var decoder = StreamDecoder(contextModels: models.contextModels) { format throws(VRVQError) in
            try models.codec(for: format)
        }
        var survey = StreamReader(contextModels: models.contextModels)
        while let bytes = try reader.read(upTo: 1 << 16) {
            try picture.take(&survey, bytes)
            decoder.append(bytes)
            while let samples = try decoder.next() { picture.add(samples, rate: decoder.format?.modelRate) }
        }
        picture.add(try decoder.finish(), rate: decoder.format?.modelRate)
        return try picture.map(name: name, format: decoder.format, bytes: decoder.statistics.totalBytes)
    }

    private func mapOfAudio() throws -> DepthMap {
        let codec = try Codec(
            model: ModelLibrary.model(model), threads: work.threadsPerFile(),
            instructionSet: ModelLibrary.instructionSet())
        let reader = try AudioReader(path: input)
        let format = reader.format
        var source = try StereoSource(
            reader, path: input, raw: nil, choice: .auto, blockFrames: EncodeJob.blockFrames)
        var encoder = try StreamEncoder(
            codec, sourceRate: format.sampleRate, channels: format.channels, stereo: source.plan,
            rate: rate.rate(codec))
        let resampler = try Resampler(
            from: format.sampleRate, to: encoder.format.modelRate, channels: format.channels)
        var picture = MapBuilder()
        var survey = StreamReader(contextModels: ContextModels(codec.model))
        while let block = try source.next() {
            picture.add(block, rate: format.sampleRate)
            try picture.take(&survey, encoder.push(resampler.push(block)))
        }
        try picture.take(&survey, encoder.push(resampler.finish()))
        try picture.take(&survey, encoder.finish(sampleCount: reader.position))
        return try picture.map(name: name, format: encoder.format, bytes: encoder.statistics.totalBytes)
    }
}

/// Collects depths and sound as they come.
private struct MapBuilder {
    /// Frames of all channels that a picture may have, a byte each: a hundred hours of stereo at 86 frames a second.
    private static let longest = 1 << 26

    private var depths: [[UInt8]] = []
    private var spectrogram: SpectrogramBuilder?
    private var mode = StereoMode.independent
    /// Frames of the segment at hand that are there for those behind or before them: still to come, and at its end.
    private var (preRoll, lookAhead) = (0, 0)
    private var modes: Set<StereoMode> = []

    mutating func take(_ reader: inout StreamReader, _ bytes: [UInt8]) throws {
        reader.push(bytes)
        while let event = try reader.next() {
            if case .format(let format) = event { mode = format.stereoMode }
            if case .segment(let segment) = event { start(segment, reader.format!) }
            guard case .chunk(let grids, _) = event else { continue }
            modes.insert(mode)
            if depths.isEmpty { depths = Array(repeating: [], count: grids.count) }
            let skipped = min(preRoll, grids[0].frames)
            for (channel, grid) in grids.enumerated() { depths[channel] += grid.depth.dropFirst(skipped) }
            preRoll -= skipped
            guard depths.reduce(0, { $0 + $1.count }) <= Self.longest else {
                throw Failure(.unreadable, "too long for a picture: more than \(Self.longest) frames in all channels")
            }
        }
    }

    private mutating func start(_ segment: Segment, _ format: StreamFormat) {
        endSegment()
        mode = format.stereoMode(of: segment)
        preRoll = segment.firstModelSample(format) / format.hop - segment.firstFrame
        lookAhead = segment.lookAhead
    }

    private mutating func endSegment() {
        for channel in depths.indices { depths[channel].removeLast(min(lookAhead, depths[channel].count)) }
        lookAhead = 0
    }

    mutating func add(_ samples: [[Float]], rate: Int?) {
        guard let rate, !samples.isEmpty else { return }
        if spectrogram == nil { spectrogram = SpectrogramBuilder(sampleRate: rate) }
        spectrogram?.add(planar: samples)
    }

    mutating func map(name: String, format: StreamFormat?, bytes: Int) throws -> DepthMap {
        guard let format else { throw Failure(.damaged, "the stream has no header") }
        endSegment()
        let sound = spectrogram ?? SpectrogramBuilder(sampleRate: format.modelRate)
        return DepthMap(
            fileName: name, bytesOnDisk: bytes, scale: format.scale.map { Double($0) }, stages: format.stages,
            frameSeconds: Double(format.hop) / Double(format.modelRate), depths: depths,
            channelNames: StereoMode.signalNames(modes), spectrogram: sound.finish())
    }
}
