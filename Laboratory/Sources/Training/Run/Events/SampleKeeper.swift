import VRVQAudio
import VRVQNetwork

/// Writes what a validation gives to listen to and to look at: WAV files, and the same as events.
final class SampleKeeper {
    private let place: String
    private let events: EventLog?
    private let step: Int
    private let sampleRate: Int
    private let stages: Int
    /// Whether the originals are among the events already.
    private let knowsOriginals: Bool
    /// The clip that samples have come of so far.
    private var samples: [Validation.Sample] = []

    init(
        _ folder: RunFolder, _ events: EventLog?, step: Int, architecture: Architecture, hasSamples: Bool
    ) throws(RunError) {
        place = "\(folder.samples)/\(step)"
        (self.events, self.step) = (events, step)
        (sampleRate, stages) = (architecture.sampleRate, architecture.quantizer.stages)
        let earlier = Files.exists(folder.validation) ? try Journal.lines(of: folder.validation) : []
        knowsOriginals = !earlier.isEmpty
        if hasSamples { try Files.makeFolder(place) }
    }

    /// Takes the next sample.
    func keep(_ sample: Validation.Sample) throws {
        if let last = samples.last, last.clip != sample.clip { try finish() }
        samples.append(sample)
        let name = "\(sample.clip)-\(sample.name)".replacing("/", with: "-").replacing(" ", with: "-")
        let path = "\(place)/\(name).wav"
        let writer = try AudioWriter(
            path: path, format: AudioFormat(sampleRate: sampleRate, channels: 1), overwrite: true)
        try writer.write([sample.samples])
        try writer.finish()
        if let events, !(knowsOriginals && sample.depths.isEmpty) {
            try events.append(sample, wav: Files.read(path), sampleRate: sampleRate, step: step)
        }
    }

    /// Draws the last clip.
    func finish() throws {
        defer { samples = [] }
        let depths = samples.filter { !$0.depths.isEmpty }
        guard let events, let first = depths.first, !first.importance.isEmpty else { return }
        let picture = ImportancePicture(
            importance: first.importance, depths: depths.map(\.depths), stages: stages)
        try events.append(picture, clip: first.clip, step: step)
    }
}
