import ArgumentParser
import VRVQ
import VRVQNetwork

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// How codes become bytes.
enum EntropyChoice: String, ExpressibleByArgument, CaseIterable {
    case best
    case adaptive
    case none

    static let help: ArgumentHelp = """
        How codes become bytes: best (with the context model, where there is one), adaptive (range coder alone), or none \
        (plain bits; larger).
        """

    var coding: EntropyCoding {
        switch self {
        case .best: .best
        case .adaptive: .adaptive
        case .none: .packed
        }
    }
}

/// What is coded besides the rate: silence, chunks, entropy coding, stereo.
struct CodingOptions: ParsableArguments {
    @Option(
        name: .long, parsing: .unconditional,
        help: ArgumentHelp("Leave frames out whose samples are all below this level, such as -60.", valueName: "dB"))
    var dtx: Double?

    @Flag(name: .long, help: "Code digital silence as any other sound.")
    var keepSilence = false

    @Option(name: .long, help: EntropyChoice.help)
    var entropy = EntropyChoice.best

    @Option(
        name: .long, parsing: .unconditional,
        help: ArgumentHelp("Length of a chunk, which decodes alone (default about 1).", valueName: "seconds"))
    var chunk: Double?

    @Option(name: .long, help: StereoChoice.help)
    var stereo = StereoChoice.auto

    /// Which frames are left out.
    func silence() throws -> Silence {
        guard let dtx else { return keepSilence ? .kept : .digital }
        if keepSilence { throw Failure.usage("--dtx and --keep-silence exclude each other") }
        guard dtx < 0, dtx.isFinite else {
            throw Failure.usage("--dtx needs a level below full scale, in dB, such as -60, not \(dtx)")
        }
        return .below(Float(pow(10, dtx / 20)))
    }

    /// Frames of a chunk, if that was chosen.
    func framesPerChunk(_ codec: Codec) throws -> Int? {
        guard let chunk else { return nil }
        guard chunk > 0, chunk <= 3600 else {
            throw Failure.usage("--chunk must be above 0, at most 3600, not \(chunk)")
        }
        let architecture = codec.model.architecture
        let frames = chunk * Double(architecture.sampleRate) / Double(architecture.hop)
        return max(1, Int(frames.rounded()))
    }
}
