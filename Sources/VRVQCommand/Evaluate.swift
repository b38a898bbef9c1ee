import ArgumentParser
import VRVQ
import VRVQAudio
import VRVQMetrics
import VRVQNetwork

/// `vrvq evaluate`.
struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure quality against bytes on recordings of your own.",
        discussion: """
            Encodes every recording (its channels mixed to one) at each rate and prints SI-SDR in dB, kbit/s from the \
            bytes of the stream, and kbit/s by the paper's formula, as means over groups: the part of a file's name \
            before its first "-". The network runs once per recording: rates share its codes and importance.
            """)

    @Argument(help: "Audio files or folders.")
    var inputs: [String]

    @Option(name: .long, help: "A model's name, fingerprint or file.")
    var model: String?

    @Option(name: .long, help: "Scales, separated by commas.")
    var scales: String = "4,8,12,16,24,32,48"

    @Option(name: .long, help: "Constant rates in codebooks, separated by commas; empty for none.")
    var codebooks: String = "1,2,3,4,5,6,7,8"

    @Option(name: .long, help: "Threads (default: one per core).")
    var threads: Int?

    @Flag(name: .long, help: "Print one JSON object per recording and rate instead of the table.")
    var json = false

    @OptionGroup var targets: BitrateOptions
    @OptionGroup var packets: PacketOptions

    /// Figures of one recording at one rate.
    struct Row {
        let group: String
        let rate: String
        let values: [Double]
    }

    func run() throws {
        let codec = try Codec(
            model: ModelLibrary.model(model), threads: WorkOptions.threads(threads),
            instructionSet: ModelLibrary.instructionSet())
        try targets.check(isLoss: packets.loss != nil)
        if targets.bitrates != nil {
            let evaluation = try BitrateEvaluation(codec, targets)
            return try evaluation.run(try files(), json: json) { try sound($0, codec) }
        }
        let rates = try parsedRates(codec)
        let files = try files()
        if packets.loss != nil {
            let evaluation = try LossEvaluation(codec, rate: rates[0].1, packets)
            return try evaluation.run(files, json: json) { try sound($0, codec) }
        }
        var rows: [Row] = []
        for file in files {
            do { rows += try measure(file.path, codec, rates) } catch { throw Failure(error, subject: file.path) }
        }
        if !json { try table(rows, rates) }
    }

    private func files() throws -> [Inputs.File] { try Inputs(inputs, extensions: Encode.extensions).files }

    /// A recording's group, and its samples at the model's rate.
    private func sound(_ path: String, _ codec: Codec) throws -> (String, [Float]) {
        do {
            let samples = try mono(path, rate: codec.sampleRate)
            if samples.isEmpty { throw Failure(.unreadable, "\(Text.printable(path)): no samples to measure") }
            return (group(path), samples)
        } catch { throw Failure(error, subject: path) }
    }

    private func parsedRates(_ codec: Codec) throws -> [(String, Codec.Rate)] {
        var rates: [(String, Codec.Rate)] = []
        if codec.model.architecture.importance != nil {
            for text in scales.split(separator: ",") {
                guard let scale = Float(text) else {
                    throw Failure.usage("--scales: \(Text.printable(String(text))) is no number")
                }
                rates.append(("scale \(text)", .scale(scale)))
            }
        }
        for text in codebooks.split(separator: ",") {
            guard let count = Int(text) else {
                throw Failure.usage("--codebooks: \(Text.printable(String(text))) is no whole number")
            }
            rates.append(("\(text) codebook\(count == 1 ? "" : "s")", .codebooks(count)))
        }
        if rates.isEmpty { throw Failure.usage("no rate to measure at: --scales and --codebooks are both empty") }
        for (_, rate) in rates { try codec.check(rate) }
        return rates
    }

    private func measure(_ path: String, _ codec: Codec, _ rates: [(String, Codec.Rate)]) throws -> [Row] {
        let samples = try mono(path, rate: codec.model.architecture.sampleRate)
        if samples.isEmpty { throw Failure(.unreadable, "\(Text.printable(path)): no samples to measure") }
        let analysis = try codec.analyse(samples)
        let group = group(path)
        return try rates.map { label, rate in
            var grid = try codec.grid(analysis, rate: rate)
            grid.sampleCount = samples.count
            let decoded = try codec.synthesise(grid)
            let (bytes, paper) = try size(grid, codec, rate)
            let seconds = Double(samples.count) / Double(codec.model.architecture.sampleRate)
            let values = [
                scaleInvariantSDR(reference: samples, estimate: decoded), Double(bytes) * 8 / seconds / 1000, paper,
            ]
            if json {
                try Text.print(
                    JSON.object([
                        "file": .string(path), "rate": .string(label), "si_sdr": .number(values[0]),
                        "kbps": .number(values[1]), "paper_kbps": .number(values[2]),
                    ]).text)
            }
            return Row(group: group, rate: label, values: values)
        }
    }

    private func group(_ path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return Files.stem(of: name).split(separator: "-").first.map(String.init) ?? name
    }

    private func mono(_ path: String, rate: Int) throws -> [Float] {
        let reader = try AudioReader(path: path)
        var (sound, block) = ([[Float]](repeating: [], count: reader.format.channels), [[Float]]())
        while try reader.readFinite(into: &block, upTo: EncodeJob.blockFrames) > 0 {
            for channel in sound.indices { sound[channel] += block[channel] }
        }
        let planar = try Resampler.resample(sound, from: reader.format.sampleRate, to: rate)
        guard planar.count > 1 else { return planar.first ?? [] }
        return planar[0].indices.map { index in
            planar.reduce(0) { $0 + $1[index] } / Float(planar.count)
        }
    }

    private func size(_ grid: CodeGrid, _ codec: Codec, _ rate: Codec.Rate) throws -> (Int, Double) {
        let encoder = try StreamEncoder(codec, channels: 1, rate: rate)
        let stream = VRVQStream(format: encoder.format, grids: [grid], sampleCount: grid.sampleCount)
        let bits = ImportanceMap.paperBits(
            usedCodes: grid.usedCodes, frames: grid.frames,
            stages: encoder.format.constantDepth == nil ? grid.stages : 1,
            bitsPerCode: codec.model.architecture.bitsPerCode)
        let seconds = Double(grid.frames * encoder.format.hop) / Double(encoder.format.modelRate)
        let entropy = try codec.model.contextModel.map { EntropyCoding.learned($0) } ?? .adaptive
        return (try stream.encoded(entropy: entropy).count, bits / seconds / 1000)
    }

    private func table(_ rows: [Row], _ rates: [(String, Codec.Rate)]) throws {
        var groups: [String] = []
        for row in rows where !groups.contains(row.group) { groups.append(row.group) }
        try Text.print("SI-SDR dB / kbit/s on disk / kbit/s by the paper's formula")
        try Text.print("| | " + groups.joined(separator: " | ") + " |")
        try Text.print("|---|" + String(repeating: "---|", count: groups.count))
        for (label, _) in rates {
            let cells = groups.map { group in
                let found = rows.filter { $0.group == group && $0.rate == label }
                let means = (0..<3).map { k in found.reduce(0) { $0 + $1.values[k] } / Double(found.count) }
                return "\(Text.decimal(means[0], 2)) / \(Text.decimal(means[1], 3)) / \(Text.decimal(means[2], 3))"
            }
            try Text.print("| \(label) | " + cells.joined(separator: " | ") + " |")
        }
    }
}
