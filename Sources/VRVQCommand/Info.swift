import ArgumentParser
import VRVQ

/// `vrvq info`.
struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what is in a .vrvq file.",
        discussion: "Needs no model: everything but the sound is in the file.")

    @Argument(help: "A .vrvq file, or - for standard input.")
    var input: String

    @Flag(name: .long, help: "List every frame: channel, frame, time, depth and codes.")
    var frames = false

    @Flag(name: .long, help: "Print one JSON object; with --frames one for every frame before it.")
    var json = false

    /// Lines that are printed in one piece.
    private static let linesAtOnce = 1000

    func run() throws {
        do { try show() } catch { throw Failure(error, subject: input) }
    }

    private func show() throws {
        var lines: [String] = []
        let survey = try StreamSurvey(path: input, visitsFrames: frames) { frame in
            lines.append(json ? frame.json.text : frame.line)
            guard lines.count >= Self.linesAtOnce else { return }
            try Text.print(lines)
            lines = []
        }
        if json { lines.append(survey.json.text) } else if !frames { lines = survey.lines }
        try Text.print(lines)
    }
}

/// A stream read through once.
struct StreamSurvey {
    /// One frame of one channel.
    struct Frame {
        let channel: Int
        let index: Int
        let seconds: Double
        let codes: [UInt16]
        /// What the channel is where it is none of the source.
        let signal: String?

        var line: String {
            "\(channel + 1)\t\(index)\t\(Text.decimal(seconds, 4))\t\(codes.count)\t"
                + codes.map(String.init).joined(separator: " ")
        }
        var json: JSON {
            var object: [String: JSON] = [
                "channel": .integer(channel + 1), "frame": .integer(index), "seconds": .number(seconds),
                "depth": .integer(codes.count), "codes": .integers(codes.map { Int($0) }),
            ]
            if let signal { object["signal"] = .string(signal) }
            return .object(object)
        }
    }

    let path: String
    let format: StreamFormat
    let totals: StreamTotals
    let statistics: StreamStatistics
    let tags: [Tag]
    /// Frames by depth, 0 to N, all channels together.
    private(set) var histogram: [Int] = []
    /// Segment sections: places where the stream was cut or joined.
    private(set) var segments = 0
    /// How its chunks' channels are coded.
    private(set) var modes: Set<StereoMode> = []

    /// Reads a stream; `visit` sees every frame as it comes, if asked for.
    init(path: String, visitsFrames: Bool, visit: (Frame) throws -> Void) throws {
        self.path = path
        let input = try ByteReader(path: path)
        var reader = StreamReader(contextModels: ModelLibrary.contextModels)
        var (totals, tags, mode): (StreamTotals?, [Tag], StereoMode) = (nil, [], .independent)
        while let bytes = try input.read(upTo: 1 << 16) {
            reader.push(bytes)
            while let event = try reader.next() {
                switch event {
                case .format(let format):
                    histogram = Array(repeating: 0, count: format.stages + 1)
                    mode = format.stereoMode
                case .tags(let found): tags += found
                case .segment(let segment):
                    segments += 1
                    mode = reader.format!.stereoMode(of: segment)
                case .end(let found): totals = found
                case .chunk(let grids, let first):
                    modes.insert(mode)
                    for (channel, grid) in grids.enumerated() {
                        for depth in grid.depth { histogram[Int(depth)] += 1 }
                        if visitsFrames { try Self.visit(grid, channel, first, reader.format!, mode, visit) }
                    }
                }
            }
        }
        try reader.finish()
        (format, self.totals, statistics, self.tags) = (reader.format!, totals!, reader.statistics, tags)
    }

    private static func visit(
        _ grid: CodeGrid, _ channel: Int, _ first: Int, _ format: StreamFormat, _ mode: StereoMode,
        _ visit: (Frame) throws -> Void
    ) throws {
        let signal = mode.signalNames.flatMap { channel < 2 ? $0[channel] : nil }
        for frame in 0..<grid.frames {
            let seconds = Double((first + frame) * format.hop) / Double(format.modelRate)
            let codes = Array(grid.codes(ofFrame: frame))
            try visit(Frame(channel: channel, index: first + frame, seconds: seconds, codes: codes, signal: signal))
        }
    }

    private var rates: StreamRates { StreamRates(statistics, format: format, sampleCount: totals.sampleCount) }

    /// For people.
    var lines: [String] {
        let rates = rates
        let overhead = statistics.totalBytes - (statistics.depthBits + statistics.codeBits + 7) / 8
        var lines = [
            "file       \(Text.printable(path)), \(Text.bytes(statistics.totalBytes))",
            "audio      \(Text.duration(rates.seconds)) (\(totals.sampleCount) samples), \(format.sourceRate) Hz, "
                + "\(format.channels) channel\(format.channels == 1 ? "" : "s")\(stereoText)",
            "model      \(Text.printable(format.modelName)) (\(format.networkFingerprint)), \(format.modelRate) Hz, "
                + "\(format.hop) samples a frame, \(format.stages) codebooks of \(format.entries)",
            "rate       \(Text.decimal(rates.kbps, 2)) kbit/s on disk (by the paper's formula "
                + "\(Text.decimal(rates.paperKbps, 2))); \(format.rateText)",
            "spent on   codes \(share(statistics.codeBits)), depths \(share(statistics.depthBits)), "
                + "container \(share(overhead * 8))",
            "frames     \(statistics.frames) in \(statistics.chunks) chunks, "
                + "\(Text.decimal(rates.meanDepth, 2)) codebooks a frame on average",
        ]
        if statistics.bitsPerCode.contains(where: { $0 != nil }) {
            let bits = statistics.bitsPerCode.map { $0.map { Text.decimal($0, 2) } ?? "-" }
            lines.append("bits/code  \(bits.joined(separator: " ")), by codebook")
        }
        if segments > 0 {
            lines.append("segments   \(segments): the stream was cut or joined, or its stereo mode changes")
        }
        for tag in tags { lines.append("tag        \(Text.printable(tag.key)) = \(Text.printable(tag.value))") }
        return lines + histogramLines
    }

    /// How the channels are coded where not each by itself.
    private var stereoText: String {
        if modes == [.equal] { return ", equal and coded once" }
        guard modes.contains(.midSide) else { return "" }
        return ", coded as mid and side" + (modes.count > 1 ? " in parts" : "")
    }

    private func share(_ bits: Int) -> String {
        let total = max(1, statistics.totalBytes * 8)
        return "\(Text.bytes((bits + 7) / 8)) (\(Text.decimal(100 * Double(bits) / Double(total), 1)) %)"
    }

    private var histogramLines: [String] {
        let counts = histogram
        let total = max(1, counts.reduce(0, +))
        return ["codebooks  frames"]
            + counts.enumerated().filter { $0.element > 0 || $0.offset > 0 }.map { depth, count in
                let bar = String(repeating: "#", count: (count * 50 + total / 2) / total)
                return "\(Text.right(String(depth), 9))  \(Text.right(String(count), 6)) "
                    + "\(Text.right(Text.decimal(100 * Double(count) / Double(total), 1), 5)) % \(bar)"
            }
    }

    /// For programs.
    var json: JSON {
        var object = rates.json
        for (key, value) in format.json { object[key] = value }
        object["file"] = .string(path)
        object["segments"] = .integer(segments)
        object["depth_histogram"] = .integers(histogram)
        object["tags"] = .array(tags.map { .object(["key": .string($0.key), "value": .string($0.value)]) })
        return .object(object)
    }
}
