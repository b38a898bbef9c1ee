import ArgumentParser
import VRVQ
import VRVQNetwork

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// How many codebooks a frame may spend.
struct RateOptions: ParsableArguments {
    @Option(
        name: .long, parsing: .unconditional,
        help: "Variable rate: codebooks per frame follow importance times this scale (default 8).")
    var scale: Float?

    @Option(name: .long, parsing: .unconditional, help: "Constant rate: this many codebooks in every frame.")
    var codebooks: Int?

    /// The rate asked for; for a constant-rate model without options, all its codebooks.
    func rate(_ codec: Codec) throws -> Codec.Rate {
        if scale != nil && codebooks != nil { throw Failure.usage("--scale and --codebooks exclude each other") }
        let rate: Codec.Rate
        if let codebooks {
            rate = .codebooks(codebooks)
        } else if let scale {
            rate = .scale(scale)
        } else if codec.model.architecture.importance == nil {
            rate = .codebooks(codec.model.architecture.quantizer.stages)
        } else {
            rate = .scale(Codec.defaultScale)
        }
        try codec.check(rate)
        return rate
    }
}

/// How much of the machine to use.
struct WorkOptions: ParsableArguments {
    @Option(name: .long, help: "Threads in all (default: one per core).")
    var threads: Int?

    @Option(name: .long, help: "Files worked on at once.")
    var jobs: Int = 1

    /// Threads for one file.
    func threadsPerFile() throws -> Int {
        guard (1...256).contains(jobs) else { throw Failure.usage("--jobs must be 1 to 256, not \(jobs)") }
        return max(1, try Self.threads(threads) / jobs)
    }

    /// The value of --threads, or one per core.
    static func threads(_ asked: Int?) throws -> Int {
        let threads = asked ?? min(256, Machine.cores)
        guard (1...256).contains(threads) else { throw Failure.usage("--threads must be 1 to 256, not \(threads)") }
        return threads
    }
}

/// What to say and what to write over.
struct OutputOptions: ParsableArguments {
    @Flag(name: .long, help: "Write over files that exist.")
    var force = false

    @Flag(name: .long, help: "Print what was done as JSON, one object per file.")
    var json = false

    @Flag(name: .shortAndLong, help: "Say what was done also where standard error is not a terminal.")
    var verbose = false

    /// Prints the line for people, or the object.
    func report(_ line: String, _ object: JSON, outputIsStandard: Bool) throws {
        if json {
            if outputIsStandard { Text.printError(object.text) } else { try Text.print(object.text) }
        } else if verbose || Text.isTerminal(2) {
            Text.printError(line)
        }
    }
}

/// The machine.
enum Machine {
    /// Cores that this process may use.
    static var cores: Int {
        max(1, ProcessInfo.processInfo.activeProcessorCount)
    }

    /// The most memory that this process has had, in bytes.
    static var peakResidentBytes: Int {
        var usage = rusage()
        #if canImport(Darwin)
            getrusage(RUSAGE_SELF, &usage)
            return usage.ru_maxrss
        #else
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
            return usage.ru_maxrss * 1024
        #endif
    }
}
