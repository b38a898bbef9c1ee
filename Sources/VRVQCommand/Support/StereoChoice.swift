import ArgumentParser
import VRVQ
import VRVQAudio

/// How channels are coded.
enum StereoChoice: String, ExpressibleByArgument, CaseIterable {
    case auto
    case midSide = "mid-side"
    case independent

    static let help: ArgumentHelp = """
        How channels are coded: auto (what is expected to be cheaper, stretch by stretch; equal channels once), mid-side (the first two as their \
        half sum and half difference), or independent (each by itself).
        """

    /// Seconds at the beginning of sound whose end is not known, which decide for all of it.
    static let beginning = 10.0
    /// Samples of that over all channels at most: 32 MiB.
    static let beginningSamples = 1 << 23

    /// The mode that was asked for; nil where the sound is to decide.
    func mode(channels: Int) -> StereoMode? {
        if channels == 1 { return .independent }
        return switch self {
        case .auto: nil
        case .midSide: .midSide
        case .independent: .independent
        }
    }
}

extension StereoMode {
    /// What the first two coded channels are called where they are none of the source.
    var signalNames: [String]? { self == .midSide ? ["mid", "side"] : nil }

    /// What they are called in a stream with all of these modes; two channels at most have such names.
    static func signalNames(_ modes: Set<StereoMode>) -> [String] {
        let usual = ["left", "right"]
        guard modes.contains(.midSide) else { return usual }
        let joint = StereoMode.midSide.signalNames!
        return modes.count == 1 ? joint : zip(usual, joint).map { "\($0) or \($1)" }
    }
}

/// The sound of one recording, block by block, and how its channels are best coded. A file is read once more for that;
/// of a pipe the beginning decides, which is kept and given with the rest.
struct StereoSource {
    let plan: StereoPlan
    private let reader: AudioReader
    private let blockFrames: Int
    /// Blocks that were read and not given, the first one last.
    private var kept: [[[Float]]] = []

    /// - Parameters:
    ///   - reader: at its start.
    ///   - path: what it reads.
    init(_ reader: AudioReader, path: String, raw: RawAudioFormat?, choice: StereoChoice, blockFrames: Int) throws {
        (self.reader, self.blockFrames) = (reader, blockFrames)
        if let mode = choice.mode(channels: reader.format.channels) {
            plan = StereoPlan(mode)
        } else if path != "-", Files.identity(of: path)?.isRegular == true {
            let all = try AudioReader(path: path, raw: raw)
            plan = try Self.blocks(of: all, upTo: .max, blockFrames) { _ in }.plan()
        } else {
            var blocks: [[[Float]]] = []
            let most = StereoChoice.beginningSamples / reader.format.channels
            let frames = min(most, Int(StereoChoice.beginning * Double(reader.format.sampleRate)))
            let statistics = try Self.blocks(of: reader, upTo: frames, blockFrames) { blocks.append($0) }
            plan = StereoPlan(statistics.mode(isWhole: false))
            kept = blocks.reversed()
        }
    }

    private static func blocks(
        of reader: AudioReader, upTo frames: Int, _ blockFrames: Int, visit: ([[Float]]) -> Void
    ) throws -> StereoStatistics {
        var statistics = StereoStatistics(
            channels: reader.format.channels, sampleRate: reader.format.sampleRate)
        var block: [[Float]] = []
        while reader.position < frames, try reader.readFinite(into: &block, upTo: blockFrames) > 0 {
            statistics.add(block)
            visit(block)
        }
        return statistics
    }

    /// The next samples, one array per channel; nil at the end.
    mutating func next() throws -> [[Float]]? {
        if let block = kept.popLast() { return block }
        var block: [[Float]] = []
        return try reader.readFinite(into: &block, upTo: blockFrames) > 0 ? block : nil
    }
}
