import ArgumentParser
import VRVQ

/// A part of a recording, in seconds.
struct TimeSpan: Sendable {
    let start: Double
    let end: Double?

    /// The source samples: those nearest to both times.
    func samples(rate: Int) -> Range<Int> {
        let first = Self.sample(start, rate)
        return first..<max(first, end.map { Self.sample($0, rate) } ?? .max)
    }

    private static func sample(_ seconds: Double, _ rate: Int) -> Int {
        Int(min(Double(Limits.maximumSampleCount), (seconds * Double(rate)).rounded()))
    }

    /// Reads seconds, or minutes and hours before them: `90.5`, `1:30.5`, `0:01:30.5`.
    static func seconds(_ text: String, _ option: String) throws -> Double {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.map { part in
            part.allSatisfy { $0.isASCII && ($0.isNumber || $0 == ".") } ? Double(part) : nil
        }
        guard parts.count <= 3, numbers.allSatisfy({ $0 != nil }), numbers.dropFirst().allSatisfy({ $0! < 60 }) else {
            throw Failure.usage("\(option) needs seconds or [HOURS:]MINUTES:SECONDS, not \(Text.printable(text))")
        }
        return numbers.reduce(0) { $0 * 60 + $1! }
    }
}

/// A part of the recording to decode.
struct SpanOptions: ParsableArguments {
    @Option(
        name: .long, parsing: .unconditional,
        help: ArgumentHelp("Decode from this time on: seconds, or [HOURS:]MINUTES:SECONDS.", valueName: "time"))
    var start: String?

    @Option(
        name: .long, parsing: .unconditional,
        help: ArgumentHelp("Decode so much of it.", valueName: "time"))
    var duration: String?

    func span() throws -> TimeSpan? {
        guard start != nil || duration != nil else { return nil }
        let start = try start.map { try TimeSpan.seconds($0, "--start") } ?? 0
        let duration = try duration.map { try TimeSpan.seconds($0, "--duration") }
        return TimeSpan(start: start, end: duration.map { start + $0 })
    }
}

/// `vrvq cut`.
struct Cut: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Cut a piece out of a .vrvq file without decoding it.",
        discussion: """
            Exact to the sample: the decoded piece equals the same span of the decoded whole. For that some frames \
            around the piece are kept, which are not heard; how many the model's architecture says. Where the model \
            is not installed, --margin says it. Times are seconds, or [HOURS:]MINUTES:SECONDS.
            """)

    @Argument(help: "A .vrvq file, or - for standard input.")
    var input: String

    @Argument(help: "The new .vrvq file, or - for standard output.")
    var output: String

    @Option(name: .long, parsing: .unconditional, help: ArgumentHelp("Where the piece begins.", valueName: "time"))
    var start: String?

    @Option(name: .long, parsing: .unconditional, help: ArgumentHelp("Where it ends.", valueName: "time"))
    var end: String?

    @Option(name: .long, help: "A model's name, fingerprint or file (default: the one that the stream names).")
    var model: String?

    @Option(name: .long, parsing: .unconditional, help: "Frames to keep on both sides, 0 to 1024, instead.")
    var margin: Int?

    @OptionGroup var reporting: OutputOptions

    func run() throws {
        do { try work() } catch { throw Failure(error, subject: input) }
    }

    private func work() throws {
        try EditedFile.check(output: output, inputs: [input])
        if let margin, !(0...Limits.maximumLookAhead).contains(margin) {
            throw Failure.usage("--margin must be 0 to \(Limits.maximumLookAhead), not \(margin)")
        }
        let span = TimeSpan(
            start: try start.map { try TimeSpan.seconds($0, "--start") } ?? 0,
            end: try end.map { try TimeSpan.seconds($0, "--end") })
        if let end = span.end, end <= span.start { throw Failure.usage("--end must come after --start") }
        let bytes = try EditedFile.read(input)
        let models = ModelCache(option: model, threads: 1, instructionSet: .best)
        let piece = try StreamCut.cut(
            bytes, samples: { span.samples(rate: $0.sourceRate) }, contextModels: models.contextModels
        ) {
            format throws(VRVQError) in try context(format, models)
        }
        try EditedFile.checkWhole(piece, contextModels: models.contextModels)
        try EditedFile.write(piece, to: output, overwrite: reporting.force)
        try EditedFile.report(piece, from: [input], to: output, reporting)
    }

    private func context(_ format: StreamFormat, _ models: ModelCache) throws(VRVQError) -> FrameContext {
        if let margin { return FrameContext(back: margin, ahead: margin) }
        return try models.context(for: format, outputRate: format.sourceRate)
    }
}
