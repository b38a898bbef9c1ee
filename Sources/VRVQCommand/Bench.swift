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

/// `vrvq bench`.
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Time encoding and decoding on this machine.",
        discussion: """
            Encodes and decodes a made signal (a chord, noise bursts, pauses; the same every time) in memory: once to \
            warm up, then as often as --repeats says; prints medians. A preset's name as --model gives that network \
            with random weights.
            """)

    @Option(name: .long, help: "A model's name, fingerprint or file, or a preset with random weights.")
    var model: String?

    @Option(name: .long, help: "Seconds of audio.")
    var seconds: Double = 10

    @Option(name: .long, help: "Threads (default: one per core).")
    var threads: Int?

    @Option(name: .long, help: "Timed runs.")
    var repeats: Int = 5

    @OptionGroup var printing: PrintingOptions

    func run() throws {
        guard seconds > 0, seconds <= 36_000 else { throw Failure.usage("--seconds must be above 0, at most 36000") }
        guard (1...1000).contains(repeats) else { throw Failure.usage("--repeats must be 1 to 1000") }
        let threads = try WorkOptions.threads(threads)
        let codec = try Codec(
            model: chosenModel(), threads: threads, instructionSet: ModelLibrary.instructionSet())
        let start = ContinuousClock.now
        try codec.prepare()
        let preparation = elapsed(since: start)
        let rate = codec.model.architecture.sampleRate
        let samples = Self.signal(count: Int(seconds * Double(rate)), rate: rate)
        let codecRate = codec.usualRate
        let stream = try codec.encode([samples], rate: codecRate)
        let encode = try median { _ = try codec.encode([samples], rate: codecRate) }
        _ = try codec.decode(stream)
        let decode = try median { _ = try codec.decode(stream) }
        try report(codec, encode: encode, decode: decode, preparation: preparation)
    }

    private func chosenModel() throws -> Model {
        guard let model, let preset = Architecture.preset(model) else { return try ModelLibrary.model(model) }
        // The shipped model goes by the name of its preset and has real weights.
        if let installed = ModelLibrary.installed().first(where: { $0.model.name == model }) { return installed.model }
        return try Model.untrained(preset, seed: 1, name: model)
    }

    private func median(_ body: () throws -> Void) throws -> Double {
        var times: [Double] = []
        for _ in 0..<repeats {
            let start = ContinuousClock.now
            try body()
            times.append(elapsed(since: start))
        }
        times.sort()
        return times.count % 2 == 1 ? times[times.count / 2] : (times[times.count / 2 - 1] + times[times.count / 2]) / 2
    }

    private func elapsed(since start: ContinuousClock.Instant) -> Double {
        let duration = ContinuousClock.now - start
        return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }

    private func report(_ codec: Codec, encode: Double, decode: Double, preparation: Double) throws {
        let memory = Machine.peakResidentBytes
        if printing.json {
            try Text.print(
                JSON.object([
                    "model": .string(codec.model.name), "audio_seconds": .number(seconds),
                    "encode_seconds": .number(encode), "decode_seconds": .number(decode),
                    "encode_times_real_time": .number(seconds / encode),
                    "decode_times_real_time": .number(seconds / decode),
                    "prepare_seconds": .number(preparation), "threads": .integer(codec.threads),
                    "instruction_set": .string(codec.instructionSet.rawValue),
                    "peak_resident_bytes": .integer(memory), "repeats": .integer(repeats),
                ]).text)
            return
        }
        try Text.print(
            "\(codec.model.name): \(Text.decimal(seconds, 1)) s of audio, \(codec.threads) thread\(codec.threads == 1 ? "" : "s"), "
                + "\(codec.instructionSet.rawValue), median of \(repeats)")
        try Text.print("encode  \(Text.decimal(encode, 3)) s, \(Text.decimal(seconds / encode, 1)) times real time")
        try Text.print("decode  \(Text.decimal(decode, 3)) s, \(Text.decimal(seconds / decode, 1)) times real time")
        try Text.print("prepare \(Text.decimal(preparation, 3)) s; peak memory \(Text.bytes(memory))")
    }

    /// A chord that swells, bursts of noise, pauses: never silence for long, never the same for long.
    static func signal(count: Int, rate: Int) -> [Float] {
        var state: UInt32 = 1
        return (0..<count).map { index in
            let time = Double(index) / Double(rate)
            let phase = time.truncatingRemainder(dividingBy: 2)
            state = state &* 1_664_525 &+ 1_013_904_223
            let noise = Double(Int32(bitPattern: state)) / Double(Int32.max)
            if phase > 1.8 { return Float(noise * 1e-4) }
            let chord = [220.0, 277.18, 329.63, 1760].reduce(0) { $0 + sin(2 * .pi * $1 * time) } / 4
            let burst = phase > 1 && phase < 1.1 ? noise : noise * 0.01
            return Float(0.4 * chord * sin(.pi * phase / 2) + 0.3 * burst)
        }
    }
}
