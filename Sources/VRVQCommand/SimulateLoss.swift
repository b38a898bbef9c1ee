import ArgumentParser
import VRVQ

/// How a channel loses packets.
struct LossOptions: ParsableArguments {
    @Option(name: .long, parsing: .unconditional, help: "Packets that are lost in a row on average.")
    var burst: Double = 1

    @Option(name: .long, help: "Number that decides which packets are lost.")
    var seed: UInt64 = 1

    /// The channel with a share of loss as people write it: `5%` or `5`.
    func channel(_ percent: String, option: String) throws -> PacketLoss {
        let digits = percent.hasSuffix("%") ? percent.dropLast() : percent[...]
        guard let number = Double(digits), number >= 0, number <= 100 else {
            throw Failure.usage("\(option) must be 0% to 100%, not \(Text.printable(percent))")
        }
        guard burst >= 1, burst <= 1e6 else { throw Failure.usage("--burst must be 1 to 1000000") }
        return try PacketLoss(rate: number / 100, burst: burst, seed: seed)
    }
}

/// `vrvq simulate-loss`.
struct SimulateLoss: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate-loss", abstract: "Lose packets of a .vrvq file, to hear or measure what that does.",
        discussion: """
            A packet is a chunk with a position section in front of it; header, tags and trailer always arrive. How \
            long a packet is was decided when the file was encoded: --latency with --live. Needs no model. The \
            result is a damaged file for decode --tolerant, verify and repair. The same seed loses the same packets.
            """)

    @Argument(help: "A .vrvq file, or - for standard input.")
    var input: String

    @Option(name: .shortAndLong, help: "The new .vrvq file, or - for standard output.")
    var output: String

    @Option(name: .long, parsing: .unconditional, help: ArgumentHelp("Share that is lost.", valueName: "percent"))
    var rate: String

    @OptionGroup var loss: LossOptions
    @OptionGroup var reporting: OutputOptions

    func run() throws {
        do { try work() } catch { throw Failure(error, subject: input) }
    }

    private func work() throws {
        try EditedFile.check(output: output, inputs: [input])
        let channel = try loss.channel(rate, option: "--rate")
        let stream = try PacketStream(
            try EditedFile.read(input), over: channel, contextModels: ModelLibrary.contextModels)
        try EditedFile.write(stream.bytes, to: output, overwrite: reporting.force)
        let line =
            "\(Text.printable(input)) -> \(Text.printable(output)): \(stream.lostPackets) of \(stream.packets) packets "
            + "lost, \(Text.bytes(stream.bytes.count))"
        try reporting.report(
            line,
            .object([
                "input": .string(input), "output": .string(output), "packets": .integer(stream.packets),
                "lost_packets": .integer(stream.lostPackets), "bytes": .integer(stream.bytes.count),
                "rate": .number(channel.rate), "burst": .number(channel.burst),
                "seed": .integer(Int(clamping: loss.seed)),
            ]), outputIsStandard: output == "-")
    }
}
