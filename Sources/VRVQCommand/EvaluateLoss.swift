import ArgumentParser
import VRVQ
import VRVQMetrics

/// What evaluation does with packets.
struct PacketOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Measure what lost packets do at the first of the scales, or else of the codebooks: shares of loss in percent, separated by commas.",
            valueName: "percent,..."))
    var loss: String?

    @Option(
        name: .long, parsing: .unconditional,
        help: ArgumentHelp("With --loss: audio in a packet at most.", valueName: "milliseconds"))
    var packet: Double = 60

    @OptionGroup var channel: LossOptions
}

/// Quality under loss of packets, as `decode --tolerant` conceals it.
struct LossEvaluation {
    let codec: Codec
    let rate: Codec.Rate
    let options: PacketOptions
    let framesPerChunk: Int

    /// Figures of one recording at one share of loss.
    private struct Row {
        let group: String
        let loss: String
        let values: [Double]
    }

    init(_ codec: Codec, rate: Codec.Rate, _ options: PacketOptions) throws {
        (self.codec, self.rate, self.options) = (codec, rate, options)
        framesPerChunk = try LiveOptions.framesPerChunk(
            milliseconds: options.packet, option: "--packet", codec.model.architecture)
    }

    private var losses: [String] { (options.loss ?? "").split(separator: ",").map(String.init) }

    /// Measures recordings, given by name, group and samples at the model's rate.
    func run(_ recordings: [Inputs.File], json: Bool, samples: (String) throws -> (String, [Float])) throws {
        for loss in losses { _ = try options.channel.channel(loss, option: "--loss") }
        var rows: [Row] = []
        for (number, file) in recordings.enumerated() {
            let (group, sound) = try samples(file.path)
            var channel = options.channel
            // Each recording meets the channel at another moment.
            channel.seed &+= UInt64(number) &* 1000
            for loss in losses {
                let row = try measure(sound, group, loss, try channel.channel(loss, option: "--loss"))
                rows.append(row)
                if json { try print(row, file.path) }
            }
        }
        if !json { try table(rows) }
    }

    private func measure(_ samples: [Float], _ group: String, _ loss: String, _ channel: PacketLoss) throws -> Row {
        var encoder = try StreamEncoder(codec, channels: 1, rate: rate, framesPerChunk: framesPerChunk)
        let stream = try encoder.push([samples]) + encoder.finish()
        let models = ContextModels(codec.model)
        let packets = try PacketStream(stream, over: channel, contextModels: models)
        let decoded = try codec.decode(try StreamInspection(packets.bytes, contextModels: models).repaired())[0]
        let sampleRate = codec.sampleRate
        let distance = SpectralDistance.logMel(
            reference: samples.map(Double.init), estimate: decoded.map(Double.init), sampleRate: sampleRate)
        let share = Double(packets.lostPackets) / Double(max(1, packets.packets))
        return Row(
            group: group, loss: loss,
            values: [
                scaleInvariantSDR(reference: samples, estimate: decoded), distance, 100 * share,
                Double(stream.count) * 8 * Double(sampleRate) / 1000 / Double(max(1, samples.count)),
            ])
    }

    private func print(_ row: Row, _ path: String) throws {
        try Text.print(
            JSON.object([
                "file": .string(path), "loss": .string(row.loss), "si_sdr": .number(row.values[0]),
                "log_mel": .number(row.values[1]), "lost_percent": .number(row.values[2]),
                "kbps": .number(row.values[3]),
            ]).text)
    }

    private func table(_ rows: [Row]) throws {
        var groups: [String?] = []
        for row in rows where !groups.contains(row.group) { groups.append(row.group) }
        if groups.count > 1 { groups.append(nil) }
        try Text.print("SI-SDR dB / log-mel distance / packets lost in %; packets of \(framesPerChunk) frames")
        try Text.print("| loss | " + groups.map { $0 ?? "all" }.joined(separator: " | ") + " |")
        try Text.print("|---|" + String(repeating: "---|", count: groups.count))
        for loss in losses {
            let cells = groups.map { group in
                let found = rows.filter { (group == nil || $0.group == group) && $0.loss == loss }
                let means = (0..<3).map { k in found.reduce(0) { $0 + $1.values[k] } / Double(found.count) }
                return "\(Text.decimal(means[0], 2)) / \(Text.decimal(means[1], 3)) / \(Text.decimal(means[2], 1))"
            }
            try Text.print("| \(loss) % | " + cells.joined(separator: " | ") + " |")
        }
    }
}
