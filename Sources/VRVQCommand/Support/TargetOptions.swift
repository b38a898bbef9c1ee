import ArgumentParser
import VRVQ

/// A rate that only the whole recording can decide.
struct TargetOptions: ParsableArguments {
    @Option(
        name: .long, parsing: .unconditional,
        help: ArgumentHelp("Average rate in kbit/s of the file's bytes, all channels together.", valueName: "kbps"))
    var bitrate: Double?

    @Option(
        name: .long, parsing: .unconditional,
        help: ArgumentHelp("Greatest rate in kbit/s of any --window; alone: as much as that allows.", valueName: "kbps")
    )
    var maxBitrate: Double?

    @Option(
        name: .long, parsing: .unconditional,
        help: ArgumentHelp("Seconds over which --max-bitrate holds (default 1).", valueName: "seconds"))
    var window: Double?

    @Option(
        name: .long, parsing: .unconditional,
        help: ArgumentHelp("At most so many bytes in all; k, M, G and Ki, Mi, Gi may follow.", valueName: "bytes"))
    var size: String?

    /// Whether a whole recording has to be known before its first byte can be written.
    var areGiven: Bool { bitrate != nil || maxBitrate != nil || window != nil || size != nil }

    /// The target, if any was given.
    /// - Parameter rate: what --scale and --codebooks ask for, if anything.
    func target(besides rate: Codec.Rate? = nil) throws -> RateTarget? {
        let cap = try cap()
        let targets = try [
            rate.map { .rate($0) }, bitrate.map { .bitrate(try Self.positive($0, "--bitrate")) },
            size.map { .size(try Self.bytes($0)) },
        ].compactMap { (target: RatePlan.Target?) in target }
        guard targets.count <= 1 else {
            let others = rate == nil ? "" : "--scale, --codebooks, "
            throw Failure.usage("\(others)--bitrate and --size exclude each other")
        }
        guard let cap else { return rate != nil ? nil : targets.first.map { RateTarget(target: $0) } }
        if case .codebooks? = rate {
            throw Failure.usage("--codebooks has a constant rate: --max-bitrate cannot hold it down")
        }
        if let bitrate, bitrate > cap.kbps { throw Failure.usage("--bitrate is above --max-bitrate") }
        return RateTarget(target: targets.first, cap: cap)
    }

    private func cap() throws -> RatePlan.Cap? {
        guard let maxBitrate else {
            if window != nil { throw Failure.usage("--window says over what --max-bitrate holds: give that too") }
            return nil
        }
        return RatePlan.Cap(
            kbps: try Self.positive(maxBitrate, "--max-bitrate"), seconds: try Self.positive(window ?? 1, "--window"))
    }

    private static func positive(_ value: Double, _ option: String) throws -> Double {
        guard value > 0, value < 1e9 else { throw Failure.usage("\(option) must be a positive number, not \(value)") }
        return value
    }

    private static let units: [(name: String, bytes: Double)] = [
        ("Ki", 0x1p10), ("Mi", 0x1p20), ("Gi", 0x1p30), ("k", 1e3), ("K", 1e3), ("M", 1e6), ("G", 1e9), ("", 1),
    ]

    /// A count of bytes: `20000`, `20k`, `1.4M`, `16Ki`, `16KiB`.
    private static func bytes(_ text: String) throws -> Int {
        let number = text.hasSuffix("B") ? text.dropLast() : text[...]
        let unit = units.first { number.hasSuffix($0.name) }!
        let digits = number.dropLast(unit.name.count)
        guard digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }), let value = Double(digits),
            value * unit.bytes >= 1, value * unit.bytes < 1e15
        else {
            throw Failure.usage(
                "--size needs a number of bytes such as 20000, 20k or 1.4M, not \(Text.printable(text))")
        }
        return Int(value * unit.bytes)
    }
}

/// What a whole recording is to become.
struct RateTarget: Sendable {
    let target: RatePlan.Target
    var cap: RatePlan.Cap?
    /// Nothing but the cap was asked for.
    let isCapAlone: Bool

    /// - Parameter target: as much as the cap allows when nil.
    init(target: RatePlan.Target?, cap: RatePlan.Cap? = nil) {
        self.target = target ?? .bitrate(1e12)
        self.cap = cap
        isCapAlone = target == nil
    }

    /// What to tell where it could not be met, given what became of it.
    func warning(_ outcome: Allocation.Outcome, kbps: Double, of whom: String) -> String? {
        switch (outcome, target) {
        case (.overCap, _):
            return "--max-bitrate is less than \(whom) can do everywhere; where it is, the fewest codebooks are used"
        case (.leastPossible, .bitrate(let asked)):
            return "\(Text.decimal(asked, 2)) kbit/s is less than \(whom) can do: the least is "
                + "\(Text.decimal(kbps, 2)), and that it is"
        case (.mostPossible, .bitrate(let asked)) where !isCapAlone:
            let bound = cap == nil ? "" : " under --max-bitrate"
            return "\(Text.decimal(asked, 2)) kbit/s is more than \(whom) can do\(bound): the most is "
                + "\(Text.decimal(kbps, 2)), and that it is"
        default: return nil
        }
    }

    /// What was asked for, and whether it is so.
    func json(_ outcome: Allocation.Outcome) -> [String: JSON] {
        var object: [String: JSON] = ["outcome": .string(outcome.name)]
        if let cap {
            object["max_bitrate"] = .number(cap.kbps)
            object["window_seconds"] = .number(cap.seconds)
        }
        switch target {
        case .bitrate(let kbps) where !isCapAlone: object["bitrate"] = .number(kbps)
        case .size(let bytes): object["size"] = .integer(bytes)
        case .rate(.scale(let scale)): object["scale"] = .number(Double(scale))
        default: break
        }
        return object
    }
}

extension Allocation.Outcome {
    fileprivate var name: String {
        switch self {
        case .met: "met"
        case .leastPossible: "least_possible"
        case .mostPossible: "most_possible"
        case .overCap: "over_cap"
        }
    }
}
