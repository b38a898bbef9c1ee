import VRVQ
import VRVQNetwork

/// What codes cost in plain bits, in coding 3 and in coding 4, from streams that are written and read again.
package struct EntropyReport: Equatable, Sendable {
    /// One way of writing.
    package struct Row: Equatable, Sendable {
        /// `full depth` or `scale 8`.
        package var rate: String
        /// `packed`, `adaptive` or `learned`.
        package var coding: String
        /// Bits of a code, by stage; nil where no frame is so deep.
        package var stages: [Double?]
        /// Bits of a code on average.
        package var mean: Double
        /// Bytes of all streams, everything counted.
        package var bytes: Int
        /// Thousands of bits a second.
        package var kbps: Double
    }

    package let rows: [Row]

    /// Writes every recording at full depth and, where there is an importance, at some scales.
    init(_ model: Model, _ corpus: CodeCorpus) throws {
        guard let context = try model.contextModel else { throw RunError(.damaged, "the model has no context model") }
        let rates: [Float?] =
            [nil] + (model.architecture.importance == nil ? [] : [0.5, 1, 2, 4].map { $0 * Float(corpus.stages) })
        let codings: [(String, EntropyCoding)] = [
            ("packed", .packed), ("adaptive", .adaptive), ("learned", .learned(context)),
        ]
        var rows: [Row] = []
        for rate in rates {
            let streams = corpus.recordings.map { Self.stream($0, corpus, model, scale: rate) }
            for (name, coding) in codings {
                rows.append(try Self.row(rate, name, streams, coding, context, seconds: corpus.hours * 3600))
            }
        }
        self.rows = rows
    }

    private static func stream(
        _ recording: CodeCorpus.Recording, _ corpus: CodeCorpus, _ model: Model, scale: Float?
    ) -> VRVQStream {
        let hop = model.architecture.hop
        var grid = CodeGrid(stages: corpus.stages, entries: corpus.entries)
        for frame in 0..<recording.frames {
            let depth = scale.map { min(corpus.stages, Int(max(0, min($0 * recording.importance[frame], 255))) + 1) }
            let codes = recording.codes[frame * corpus.stages..<(frame + 1) * corpus.stages]
            grid.append(depth: depth ?? corpus.stages, codes: codes)
        }
        grid.sampleCount = recording.frames * hop
        let format = StreamFormat(
            sourceRate: model.architecture.sampleRate, channels: 1, modelRate: model.architecture.sampleRate, hop: hop,
            stages: corpus.stages, entries: corpus.entries, networkFingerprint: model.fingerprint,
            modelName: String(model.name.prefix(32)), constantDepth: scale == nil ? corpus.stages : nil, scale: scale)
        return VRVQStream(format: format, grids: [grid], sampleCount: grid.sampleCount)
    }

    private static func row(
        _ rate: Float?, _ coding: String, _ streams: [VRVQStream], _ entropy: EntropyCoding, _ context: ContextModel,
        seconds: Double
    ) throws -> Row {
        var (bits, codes) = ([Double](), [Int]())
        var bytes = 0
        for stream in streams {
            let written = try stream.encoded(entropy: entropy)
            var reader = StreamReader(contextModels: ContextModels(context))
            reader.push(written)
            while try reader.next() != nil {}
            try reader.finish()
            let stages = stream.format.stages
            if bits.isEmpty { (bits, codes) = (Array(repeating: 0, count: stages), Array(repeating: 0, count: stages)) }
            let counts = (0..<stages).map { stage in stream.grids[0].depth.reduce(0) { $0 + ($1 > stage ? 1 : 0) } }
            for (stage, mean) in reader.statistics.bitsPerCode.enumerated() {
                bits[stage] += (mean ?? 0) * Double(counts[stage])
                codes[stage] += counts[stage]
            }
            bytes += written.count
        }
        return Row(
            rate: rate.map { "scale \(decimal(Double($0), 0))" } ?? "full depth", coding: coding,
            stages: zip(bits, codes).map { $1 == 0 ? nil : $0 / Double($1) },
            mean: bits.reduce(0, +) / Double(max(1, codes.reduce(0, +))), bytes: bytes,
            kbps: Double(bytes) * 8 / 1000 / seconds)
    }

    /// A table for people: rate, coding, bits of a code by stage, their mean, kbit/s of everything.
    package var lines: [String] {
        rows.map { row in
            let stages = row.stages.map { $0.map { decimal($0, 2) } ?? "-" }.joined(separator: " ")
            return "\(row.rate), \(row.coding): \(decimal(row.mean, 3)) bits a code (\(stages)), "
                + "\(row.bytes) bytes, \(decimal(row.kbps, 3)) kbit/s"
        }
    }
}
