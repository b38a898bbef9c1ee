import VRVQ

/// What a run tells TensorBoard: `tensorboard --logdir RUN`.
final class EventLog {
    private let file: EventFile

    /// - Parameter step: steps done so far.
    init(_ folder: RunFolder, after step: Int) throws(RunError) {
        file = try EventFile(in: folder.events, from: step + 1)
    }

    /// Members of a journal's line that are no curves.
    private static let left: Set<String> = ["step", "seconds"]

    /// The numbers of a journal's line, as `train/NAME`; the perplexity of each codebook as `perplexity/STAGE`.
    func append(journal line: [String: JSON], step: Int) throws(RunError) {
        var values: [(tag: String, value: Event.Value)] = []
        for (name, value) in line.sorted(by: { $0.key < $1.key }) where !Self.left.contains(name) {
            if let number = value.doubleValue { values.append(("train/\(name)", .scalar(Float(number)))) }
            guard name == "perplexity" else { continue }
            for (stage, number) in (value.arrayValue ?? []).enumerated() {
                values.append(("perplexity/\(stage)", .scalar(Float(number.doubleValue ?? 0))))
            }
        }
        try file.append(step: step, values)
    }

    /// A validation's table, as `validation_MEASURE/RATE/GROUP`.
    func append(_ rows: [Validation.Row], step: Int) throws(RunError) {
        var values: [(tag: String, value: Event.Value)] = []
        for row in rows {
            let place = "\(row.name.replacing(" ", with: "_"))/\(row.group ?? "all")"
            for (name, value) in [
                ("mel", row.mel), ("si_sdr", row.distortion), ("kbps", row.rate), ("depth", row.depth),
            ] { values.append(("validation_\(name)/\(place)", .scalar(Float(value)))) }
        }
        try file.append(step: step, values)
    }

    /// A clip of the validation, as `audio/CLIP/RATE` or `audio/CLIP/original`.
    func append(_ sample: Validation.Sample, wav: [UInt8], sampleRate: Int, step: Int) throws(RunError) {
        let audio = Event.Value.audio(wav: wav, sampleRate: sampleRate, samples: sample.samples.count)
        try file.append(step: step, [("audio/\(sample.clip)/\(sample.name.replacing(" ", with: "_"))", audio)])
    }

    /// What becomes of a clip's importance, as `importance/CLIP`.
    func append(_ picture: ImportancePicture, clip: String, step: Int) throws(RunError) {
        let image = Event.Value.image(png: picture.png, width: picture.width, height: picture.height)
        try file.append(step: step, [("importance/\(clip)", image)])
    }
}
