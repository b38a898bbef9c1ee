/// The picture "where did my bits go": codebooks in use over time above the spectrogram of the sound.
public struct DepthMap: Sendable {
    /// Name of the file, for the title.
    public var fileName: String
    /// Size of the coded file, for the bitrate in the title; nil leaves it out.
    public var bytesOnDisk: Int?
    /// The scale that was encoded with, for the title; nil leaves it out.
    public var scale: Double?
    /// Stages that a frame can use: N.
    public var stages: Int
    /// Length of a frame in seconds: hop over rate.
    public var frameSeconds: Double
    /// Stages in use, `depths[channel][frame]`, each in `0 ... stages`.
    public var depths: [[UInt8]]
    /// What the channels are called where there are two.
    public var channelNames: [String]
    /// The sound below.
    public var spectrogram: Spectrogram

    /// A picture from its parts. Depths beyond `stages` are drawn as `stages`.
    public init(
        fileName: String, bytesOnDisk: Int? = nil, scale: Double? = nil, stages: Int, frameSeconds: Double,
        depths: [[UInt8]], channelNames: [String] = ["left", "right"], spectrogram: Spectrogram
    ) {
        precondition((1...255).contains(stages) && channelNames.count == 2 && frameSeconds > 0 && frameSeconds.isFinite)
        self.fileName = fileName
        self.bytesOnDisk = bytesOnDisk
        self.scale = scale
        self.stages = stages
        self.frameSeconds = frameSeconds
        self.depths = depths
        self.channelNames = channelNames
        self.spectrogram = spectrogram
    }

    /// Length of the time axis: that of the sound, or of the frames where there is no sound.
    public var seconds: Double {
        if spectrogram.seconds > 0 { return spectrogram.seconds }
        let frames = depths.map(\.count).max() ?? 0
        return frames > 0 ? Double(frames) * frameSeconds : 1
    }

    /// Mean of the depths of all frames and channels; nil when there is no frame.
    public var meanDepth: Double? {
        let frames = depths.reduce(0) { $0 + $1.count }
        if frames == 0 { return nil }
        return Double(depths.joined().reduce(0) { $0 + min(Int($1), stages) }) / Double(frames)
    }

    /// File name, kbit/s, mean depth, scale.
    public var title: String {
        var parts = [shortName]
        if let bytesOnDisk, spectrogram.seconds > 0 {
            parts.append("\(fixed(Double(bytesOnDisk) * 8 / spectrogram.seconds / 1000, 2, keep: true)) kbit/s on disk")
        }
        parts.append(meanDepth.map { "mean depth \(fixed($0, 2, keep: true)) of \(stages)" } ?? "no frames")
        if let scale { parts.append("scale \(fixed(scale, 3))") }
        return parts.joined(separator: "   \u{B7}   ")
    }

    private var shortName: String {
        fileName.count <= 70 ? fileName : fileName.prefix(40) + "\u{2026}" + fileName.suffix(29)
    }
}
