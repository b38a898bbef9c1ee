import VRVQ

/// A run's journal as a picture: one small chart for every value, usage of the codebooks, and depths over time.
package enum JournalPlot {
    /// Draws a run.
    package static func write(_ folder: RunFolder, to path: String) throws {
        guard Files.exists(folder.journal) else {
            throw RunError(.unreadable, "\(folder.path): no run (no journal.jsonl)")
        }
        let lines = try Journal.lines(of: folder.journal)
        guard !lines.isEmpty else { throw RunError(.unreadable, "\(folder.journal): nothing has been logged yet") }
        let validations = Files.exists(folder.validation) ? try Journal.lines(of: folder.validation) : []
        try Files.replace(path, with: Array(svg(lines, validations, title: folder.path).utf8))
    }

    /// The picture of journal lines.
    static func svg(_ lines: [JSON], _ validations: [JSON], title: String) -> String {
        let charts = values(lines) + [perplexities(lines), depths(lines)].compactMap { $0 } + validated(validations)
        let columns = 3, width = 360, height = 220
        let rows = (charts.count + columns - 1) / columns
        var text = """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(columns * width)" height="\(rows * height + 40)" \
            viewBox="0 0 \(columns * width) \(rows * height + 40)" font-family="Helvetica, Arial, sans-serif" \
            font-size="11" fill="#333">
            <rect width="100%" height="100%" fill="#fff"/>
            <text x="16" y="24" font-size="15">\(LineChart.escaped(title))</text>

            """
        for (index, chart) in charts.enumerated() {
            let x = index % columns * width, y = 40 + index / columns * height
            text += "<g transform=\"translate(\(x) \(y))\">\n" + chart.svg(width: width, height: height) + "</g>\n"
        }
        return text + "</svg>\n"
    }

    /// Names that do not tell how training goes.
    private static let left: Set<String> = ["step", "seconds", "steps_per_second", "waiting", "memory"]

    private static func values(_ lines: [JSON]) -> [LineChart] {
        var names: Set<String> = []
        for line in lines {
            for (name, value) in line.objectValue ?? [:] where value.doubleValue != nil { names.insert(name) }
        }
        let order = names.subtracting(left).sorted { ($0 != "loss" ? 1 : 0, $0) < ($1 != "loss" ? 1 : 0, $1) }
        return order.map { name in LineChart(title: name, series: [series(lines) { $0[name]?.doubleValue }]) }
    }

    private static func series(_ lines: [JSON], _ value: (JSON) -> Double?) -> [LineChart.Point] {
        lines.compactMap { line in
            guard let step = line["step"]?.doubleValue, let value = value(line), value.isFinite else { return nil }
            return LineChart.Point(x: step, y: value)
        }
    }

    private static func perplexities(_ lines: [JSON]) -> LineChart? {
        let stages = lines.last?["perplexity"]?.arrayValue?.count ?? 0
        guard stages > 0 else { return nil }
        let all = (0..<stages).map { stage in
            series(lines) { line in
                guard let values = line["perplexity"]?.arrayValue, values.count > stage else { return nil }
                return values[stage].doubleValue
            }
        }
        return LineChart(title: "perplexity of each stage's codebook", series: all)
    }

    /// Share of the frames that are deeper than each depth: the gaps between curves are the histogram.
    private static func depths(_ lines: [JSON]) -> LineChart? {
        let stages = (lines.last?["depths"]?.arrayValue?.count ?? 1) - 1
        guard stages > 0 else { return nil }
        let all = (1...stages).map { depth in
            series(lines) { line in
                guard let counts = line["depths"]?.integers, counts.count > depth else { return nil }
                let sum = counts.reduce(0, +)
                return sum == 0 ? nil : Double(counts[depth...].reduce(0, +)) / Double(sum)
            }
        }
        return LineChart(title: "share of frames with at least 1, 2, ... stages", series: all)
    }

    private static func validated(_ lines: [JSON]) -> [LineChart] {
        let names =
            lines.last?["rows"]?.arrayValue?.filter { $0["group"]?.stringValue == rowGroup(lines) }
            .compactMap { $0["rate"]?.stringValue } ?? []
        guard !names.isEmpty else { return [] }
        return [("mel", "validation: log-mel"), ("si_sdr", "validation: SI-SDR, dB"), ("kbps", "validation: kbit/s")]
            .map { key, title in
                LineChart(
                    title: title,
                    series: names.map { name in
                        series(lines) { line in row(line, name, rowGroup(lines))?[key]?.doubleValue }
                    }, labels: names)
            }
    }

    /// `all`, or the one group that there is.
    private static func rowGroup(_ lines: [JSON]) -> String? {
        lines.last?["rows"]?.arrayValue?.first?["group"]?.stringValue
    }

    private static func row(_ line: JSON, _ name: String, _ group: String?) -> JSON? {
        line["rows"]?.arrayValue?.first {
            $0["rate"]?.stringValue == name && $0["group"]?.stringValue == group
        }
    }
}
