import ArgumentParser
import VRVQ
import VRVQNetwork

/// Encoding as the sound comes.
struct LiveOptions: ParsableArguments {
    @Flag(name: .long, help: "Write chunks as sound comes in, with bounded delay: one thread, no silence left out.")
    var live = false

    @Option(
        name: .long, parsing: .unconditional,
        help: ArgumentHelp(
            "With --live: the longest time that encoded sound waits for its chunk (default 100).",
            valueName: "milliseconds"))
    var latency: Double?

    /// The latency in milliseconds; nil where nothing is live.
    func milliseconds() throws -> Double? {
        if latency != nil && !live { throw Failure.usage("--latency is for --live") }
        return live ? latency ?? 100 : nil
    }

    /// Frames of the longest chunk that is no longer than a time.
    static func framesPerChunk(
        milliseconds: Double, option: String, _ architecture: Architecture
    ) throws -> Int {
        let frame = 1000 * Double(architecture.hop) / Double(architecture.sampleRate)
        guard milliseconds >= frame, milliseconds <= 10_000 else {
            throw Failure.usage(
                "\(option) must be \(Text.decimal((frame * 10).rounded(.up) / 10, 1)) (a frame) to 10000 milliseconds")
        }
        // A time that was written with few decimals may mean a whole number of frames.
        return max(1, Int(milliseconds / frame * (1 + 1e-9)))
    }
}
