import Torch
import VRVQ
import VRVQAudio
import VRVQMetrics
import VRVQNetwork

/// Measures a model through the codec that users run: real bytes, decoded again.
package struct Validation {
    /// One line of the table: a rate, and means over all clips.
    package struct Row: Equatable, Sendable {
        /// `scale 8`, `gamma 0.5` or `depth 4`.
        package var name: String
        /// Group of the clips; nil over all of them, each group counted alike.
        package var group: String?
        /// Log-mel distance as in training.
        package var mel: Double
        /// SI-SDR, dB.
        package var distortion: Double
        /// Thousands of bits a second, everything in the stream counted.
        package var rate: Double
        /// Mean stages in use.
        package var depth: Double
    }

    /// A piece of audio that is measured.
    package struct Clip: Sendable {
        package var group: String
        package var samples: [Float]
    }

    /// A clip as it was, or as it came out of the codec at some rate.
    package struct Sample: Sendable {
        /// Number and group of the clip, `0-speech`.
        package var clip: String
        /// `original`, `scale 8`, ...
        package var name: String
        package var samples: [Float]
        /// p of every frame; empty in a constant-rate model.
        package var importance: [Float]
        /// Stages that every frame uses; empty for the original.
        package var depths: [UInt8]
    }

    private let configuration: TrainingConfiguration
    private let clips: [Clip]
    private let mel: MelLoss

    /// The clips that a configuration asks for: always the same ones.
    package init(_ configuration: TrainingConfiguration) throws {
        let groups = try AudioGroup.read(configuration.validationSources)
        let rate = configuration.model.architecture.sampleRate
        var data = configuration.dataConfiguration
        data.batch = groups.count * configuration.validation.clips
        data.excerpt = max(DataConfiguration.samples(seconds: configuration.validation.seconds, sampleRate: rate), 4096)
        data.augmentations = []
        data.cacheBytes = 0
        let dataset = try ExcerptDataset(groups, data)
        let clips = try (0..<data.batch).map { position in
            let item = try dataset.item(step: 0, position: position)
            return Clip(group: item.origin.group, samples: item.samples)
        }
        try self.init(configuration, clips: clips)
    }

    /// These clips, at the model's rate.
    package init(_ configuration: TrainingConfiguration, clips: [Clip]) throws {
        self.configuration = configuration
        self.clips = clips
        let settings = configuration.objective.mel
        mel = try MelLoss(
            sampleRate: configuration.model.architecture.sampleRate, windows: settings.windows, bands: settings.bands,
            floor: settings.floor)
    }

    /// A rate to measure at.
    private enum Setting {
        case parameter(Double)
        case depth(Int)

        /// What a stream's header says of it.
        var streamRate: Codec.Rate {
            switch self {
            case .parameter(let scale): .scale(Float(scale))
            case .depth(let depth): .codebooks(depth)
            }
        }
    }

    private var settings: [(name: String, setting: Setting)] {
        let word = configuration.importance.scaling == .linear ? "scale" : "gamma"
        let hasImportance = configuration.model.architecture.importance != nil
        let scales = hasImportance ? configuration.validation.scales : []
        return scales.map { ("\(word) \(Self.short($0))", .parameter($0)) }
            + configuration.validation.depths.map { ("depth \($0)", .depth($0)) }
    }

    private static func short(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e9 ? String(Int(value)) : "\(value)"
    }

    /// Measures at every rate.
    /// - Parameter keep: is given the first clips before and after, for listening.
    /// - Returns: for each rate a row over all groups, then one for each group.
    package func rows(
        _ model: Model, threads: Int = 1, keep: (Sample) throws -> Void = { _ in }
    ) throws -> [Row] {
        let codec = try Codec(model: model, threads: threads)
        var results: [[Row]] = Array(repeating: [], count: settings.count)
        for (index, clip) in clips.enumerated() {
            let analysis = try codec.analyse(clip.samples)
            let isKept = index < configuration.validation.samples
            var sample = Sample(
                clip: "\(index)-\(clip.group)", name: "original", samples: clip.samples,
                importance: analysis.importance, depths: [])
            if isKept { try keep(sample) }
            for (place, (name, setting)) in settings.enumerated() {
                sample.name = name
                results[place].append(try measure(clip, analysis, codec, setting, &sample))
                if isKept { try keep(sample) }
            }
        }
        return results.flatMap(Self.summary)
    }

    private func measure(
        _ clip: Clip, _ analysis: Analysis, _ codec: Codec, _ setting: Setting, _ sample: inout Sample
    ) throws -> Row {
        var grid = try self.grid(analysis, codec, setting)
        grid.sampleCount = clip.samples.count
        let format = try StreamEncoder(codec, channels: 1, rate: setting.streamRate).format
        let bytes = try VRVQStream(format: format, grids: [grid], sampleCount: grid.sampleCount).encoded()
        let decoded = try codec.decode(bytes)[0]
        let seconds = Double(clip.samples.count) / Double(codec.sampleRate)
        sample.samples = decoded
        sample.depths = grid.depth
        return Row(
            name: sample.name, group: clip.group, mel: try distance(decoded, clip.samples),
            distortion: scaleInvariantSDR(reference: clip.samples, estimate: decoded),
            rate: Double(bytes.count) * 8 / seconds / 1000,
            depth: Double(grid.usedCodes) / Double(max(1, grid.frames)))
    }

    private func grid(_ analysis: Analysis, _ codec: Codec, _ setting: Setting) throws -> CodeGrid {
        switch setting {
        case .depth(let depth): return try codec.grid(analysis, rate: .codebooks(depth))
        case .parameter(let scale) where configuration.importance.scaling == .linear:
            return try codec.grid(analysis, rate: .scale(Float(scale)))
        case .parameter(let gamma): return operated(analysis, gamma, codec)
        }
    }

    /// Depths by another operator than the codec's own: the stream takes any.
    private func operated(_ analysis: Analysis, _ gamma: Double, _ codec: Codec) -> CodeGrid {
        let stages = analysis.stages
        var grid = CodeGrid(stages: stages, entries: codec.model.architecture.quantizer.entries)
        for (frame, importance) in analysis.importance.enumerated() {
            let s = configuration.importance.scaling.scaled(Double(importance), parameter: gamma, stages: stages)
            let depth = min(stages, max(1, Int(min(s, Double(stages))) + 1))
            grid.append(depth: depth, codes: analysis.codes[frame * stages..<(frame + 1) * stages])
        }
        return grid
    }

    private func distance(_ estimate: [Float], _ reference: [Float]) throws -> Double {
        try Torch.noGrad {
            try mel(Tensor(estimate, [1, 1, estimate.count]), Tensor(reference, [1, 1, reference.count])).item()
        }
    }

    /// Means over a group's clips, and over groups.
    private static func summary(_ rows: [Row]) -> [Row] {
        var order: [String] = []
        for row in rows { if let group = row.group, !order.contains(group) { order.append(group) } }
        let groups = order.map { group in mean(rows.filter { $0.group == group }, group: group) }
        return (groups.count > 1 ? [mean(groups, group: nil)] : []) + groups
    }

    private static func mean(_ rows: [Row], group: String?) -> Row {
        func mean(_ value: (Row) -> Double) -> Double { rows.reduce(0) { $0 + value($1) } / Double(rows.count) }
        return Row(
            name: rows[0].name, group: group, mel: mean(\.mel), distortion: mean(\.distortion), rate: mean(\.rate),
            depth: mean(\.depth))
    }

    /// What is compared to find the best checkpoint: the mean log-mel distance over all rates, lower being better.
    package static func score(_ rows: [Row]) -> Double? {
        var values: [String: Double] = [:]
        // The first row of a rate is the one over all groups.
        for row in rows where values[row.name] == nil { values[row.name] = row.mel }
        guard !values.isEmpty else { return nil }
        return values.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value } / Double(values.count)
    }
}

extension Validation.Row {
    /// As in `validation.jsonl` and the model's card.
    package var json: JSON {
        .object([
            "rate": .string(name), "group": .string(group ?? "all"), "mel": .number(mel),
            "si_sdr": .number(distortion), "kbps": .number(rate), "depth": .number(depth),
        ])
    }

    /// A line for people.
    package var text: String {
        func column(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        func right(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count)) + text
        }
        return column(name, 10) + " " + column(group ?? "all", 12) + right(decimal(rate, 3), 9) + " kbit/s"
            + right(decimal(mel, 3), 8) + " log-mel" + right(decimal(distortion, 2), 8) + " dB SI-SDR"
            + right(decimal(depth, 2), 6) + " stages"
    }
}
