import ArgumentParser
import VRVQ
import VRVQMetrics

/// What evaluation does with rates that are asked for.
struct BitrateOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Measure at these average rates instead, as `encode --bitrate` meets them; separated by commas.",
            valueName: "kbps,..."))
    var bitrates: String?

    @OptionGroup var search: SearchOptions

    /// Throws where options are given that other tables have no use for.
    func check(isLoss: Bool) throws {
        if bitrates != nil && isLoss { throw Failure.usage("--bitrates and --loss exclude each other") }
        if bitrates == nil && (search.allocation != .importance || search.search != 1) {
            throw Failure.usage("--allocation and --search are for --bitrates: give that too")
        }
    }
}

/// Quality, and the work of encoding, at average rates.
struct BitrateEvaluation {
    let codec: Codec
    private let rates: [(label: String, kbps: Double)]
    private let search: QuantizerSearch
    private let allocation: AllocationChoice

    /// Figures of one recording at one rate.
    private struct Row {
        let group: String
        let rate: String
        /// SI-SDR, log-mel distance, kbit/s, processor seconds a second.
        let values: [Double]
    }

    init(_ codec: Codec, _ options: BitrateOptions) throws {
        self.codec = codec
        search = try options.search.quantizerSearch()
        allocation = options.search.allocation
        rates = try (options.bitrates ?? "").split(separator: ",").map { text in
            guard let kbps = Double(text), kbps > 0, kbps < 1e9 else {
                throw Failure.usage("--bitrates: \(Text.printable(String(text))) is no positive number")
            }
            return (String(text), kbps)
        }
        if rates.isEmpty { throw Failure.usage("no rate to measure at: --bitrates is empty") }
    }

    /// Measures recordings, given by name, group and samples at the model's rate.
    func run(_ recordings: [Inputs.File], json: Bool, samples: (String) throws -> (String, [Float])) throws {
        try codec.prepare()
        _ = try codec.analyse([], search: search)
        var rows: [Row] = []
        for file in recordings {
            let (group, sound) = try samples(file.path)
            let new = try measure(sound, group)
            rows += new
            if json { for row in new { try print(row, file.path) } }
        }
        if !json { try table(rows) }
    }

    private func measure(_ samples: [Float], _ group: String) throws -> [Row] {
        let start = Machine.processorSeconds
        var analyser = try RateAnalyser(codec, channels: 1, search: search)
        try analyser.push([samples])
        let plan = try analyser.finish(allocator: allocation.allocator)
        let analysis = Machine.processorSeconds - start
        return try rates.map { label, kbps in
            let start = Machine.processorSeconds
            let found = try plan.allocation(.bitrate(kbps))
            let bytes = try found.bytes().count
            let work = analysis + Machine.processorSeconds - start
            let decoded = try codec.synthesise(found.stream.grids[0])
            let distance = SpectralDistance.logMel(
                reference: samples.map(Double.init), estimate: decoded.map(Double.init), sampleRate: codec.sampleRate)
            return Row(
                group: group, rate: label,
                values: [
                    scaleInvariantSDR(reference: samples, estimate: decoded), distance, plan.kbps(bytes: bytes),
                    work / plan.seconds,
                ])
        }
    }

    private func print(_ row: Row, _ path: String) throws {
        try Text.print(
            JSON.object([
                "file": .string(path), "bitrate": .string(row.rate), "allocation": .string(allocation.rawValue),
                "search": .integer(search.paths), "si_sdr": .number(row.values[0]), "log_mel": .number(row.values[1]),
                "kbps": .number(row.values[2]), "encode_work": .number(row.values[3]),
            ]).text)
    }

    private func table(_ rows: [Row]) throws {
        var groups: [String?] = []
        for row in rows where !groups.contains(row.group) { groups.append(row.group) }
        if groups.count > 1 { groups.append(nil) }
        try Text.print("SI-SDR dB / log-mel distance / kbit/s on disk; processor seconds to encode a second")
        try Text.print("| kbit/s | " + groups.map { $0 ?? "all" }.joined(separator: " | ") + " | work |")
        try Text.print("|---|" + String(repeating: "---|", count: groups.count + 1))
        for (label, _) in rates {
            let cells = groups.map { group in
                let means = means(rows.filter { (group == nil || $0.group == group) && $0.rate == label })
                return "\(Text.decimal(means[0], 2)) / \(Text.decimal(means[1], 3)) / \(Text.decimal(means[2], 3))"
            }
            let work = means(rows.filter { $0.rate == label })[3]
            try Text.print("| \(label) | " + cells.joined(separator: " | ") + " | \(Text.decimal(work, 4)) |")
        }
    }

    private func means(_ rows: [Row]) -> [Double] {
        (0..<4).map { k in rows.reduce(0) { $0 + $1.values[k] } / Double(rows.count) }
    }
}
