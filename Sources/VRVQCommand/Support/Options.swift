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

    /// What was asked for, if anything.
    func asked(_ codec: Codec) throws -> Codec.Rate? {
        if scale != nil && codebooks != nil { throw Failure.usage("--scale and --codebooks exclude each other") }
        let rate = codebooks.map { Codec.Rate.codebooks($0) } ?? scale.map { .scale($0) }
        if let rate { try codec.check(rate) }
        return rate
    }

    /// The rate asked for, or the usual one.
    func rate(_ codec: Codec) throws -> Codec.Rate { try asked(codec) ?? codec.usualRate }
}

extension Codec {
    /// The rate where nobody chose one; of a constant-rate model all its codebooks.
    var usualRate: Rate {
        let architecture = model.architecture
        return architecture.importance == nil
            ? .codebooks(architecture.quantizer.stages) : .scale(Self.defaultScale)
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

/// What to write over.
struct WritingOptions: ParsableArguments {
    @Flag(name: .long, help: "Write over files that exist.")
    var force = false
}

/// For programs that read what is printed.
struct PrintingOptions: ParsableArguments {
    @Flag(name: .long, help: "Print JSON: one object a line.")
    var json = false
}

/// What to say and what to write over.
struct OutputOptions: ParsableArguments {
    @OptionGroup var writing: WritingOptions
    @OptionGroup var printing: PrintingOptions

    var force: Bool { writing.force }
    var json: Bool { printing.json }

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

    /// Seconds that processors have worked for this process.
    static var processorSeconds: Double {
        var usage = rusage()
        #if canImport(Darwin)
            getrusage(RUSAGE_SELF, &usage)
        #else
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        #endif
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) * 1e-6 }
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
