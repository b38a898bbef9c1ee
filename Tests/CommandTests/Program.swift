import Foundation
import Synchronization
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// All tests of the program `vrvq` as users run it. One after the other: they time and kill processes.
@Suite("Command", .serialized) enum CommandTests {}

/// A run of the real program.
struct Program {
    /// What a run left.
    struct Result {
        /// The exit status; the negative number of the signal that ended it.
        let status: Int32
        let output: [UInt8]
        let error: String

        var text: String { String(decoding: output, as: UTF8.self) }
        /// Lines on standard error.
        var errorLines: [Substring] { error.split(separator: "\n", omittingEmptySubsequences: false).dropLast() }
        /// Lines of the output as JSON objects.
        func objects() throws -> [[String: Any]] {
            try text.split(separator: "\n").map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
        }
    }

    struct TimedOut: Error { let arguments: [String] }

    /// The executable beside the test bundle.
    static let path: String = {
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        #if canImport(Darwin)
            folder = Bundle(for: Marker.self).bundleURL.deletingLastPathComponent()
        #endif
        return folder.appendingPathComponent("vrvq").path
    }()

    private final class Marker {}

    private let process = Process()
    private let arguments: [String]
    private let pipes = (input: Pipe(), output: Pipe(), error: Pipe())
    private let collected = (output: Collected(), error: Collected())
    private let ended = DispatchSemaphore(value: 0)

    /// Starts the program. Standard input stays open until ``send(_:)`` is told that nothing more comes.
    init(_ arguments: [String], environment: [String: String] = [:], folder: String? = nil, program: String? = nil)
        throws
    {
        _ = Self.ignoringClosedPipes
        self.arguments = arguments
        process.executableURL = URL(fileURLWithPath: program ?? Self.path)
        process.arguments = arguments
        // Nothing of the person's own models or settings may decide a test.
        process.environment = ["HOME": "/nonexistent", "PATH": "/usr/bin:/bin", "TERM": "xterm"]
            .merging(environment) { $1 }
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        process.standardInput = pipes.input
        process.standardOutput = pipes.output
        process.standardError = pipes.error
        process.terminationHandler = { [ended] _ in ended.signal() }
        try process.run()
        collected.output.start(pipes.output.fileHandleForReading)
        collected.error.start(pipes.error.fileHandleForReading)
    }

    /// Writes to standard input in a thread of its own; `last` closes it.
    func send(_ bytes: [UInt8], last: Bool = true) {
        let handle = pipes.input.fileHandleForWriting
        DispatchQueue.global().async {
            // A program that does not want its input closes it: no error of the test.
            try? handle.write(contentsOf: bytes)
            if last { try? handle.close() }
        }
    }

    /// Sends a signal.
    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Waits for the end.
    func wait(seconds: Double = 60) throws -> Result {
        guard ended.wait(timeout: .now() + seconds) == .success else {
            kill(process.processIdentifier, SIGKILL)
            throw TimedOut(arguments: arguments)
        }
        try? pipes.input.fileHandleForWriting.close()
        let status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        return Result(
            status: status, output: try collected.output.bytes(),
            error: String(decoding: try collected.error.bytes(), as: UTF8.self))
    }

    /// Runs the program to its end.
    static func run(
        _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:], folder: String? = nil,
        program: String? = nil, seconds: Double = 60
    ) throws -> Result {
        let program = try Program(arguments, environment: environment, folder: folder, program: program)
        program.send(input)
        return try program.wait(seconds: seconds)
    }

    /// Runs the program, which must succeed without a word on standard error.
    @discardableResult
    static func succeed(
        _ words: String..., arguments: [String] = [], input: [UInt8] = [], environment: [String: String] = [:],
        folder: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Result {
        let arguments = words + arguments
        let result = try run(arguments, input: input, environment: environment, folder: folder)
        #expect(result.status == 0, "\(arguments): \(result.error)", sourceLocation: sourceLocation)
        #expect(result.error == "", "\(arguments)", sourceLocation: sourceLocation)
        return result
    }

    /// Runs the program, which must fail with this status and one line that holds the given words.
    @discardableResult
    static func fail(
        _ status: Int32, _ arguments: [String], saying words: String..., input: [UInt8] = [],
        environment: [String: String] = [:], folder: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Result {
        let result = try run(arguments, input: input, environment: environment, folder: folder)
        #expect(result.status == status, "\(arguments): \(result.error)", sourceLocation: sourceLocation)
        #expect(
            result.errorLines.count == 1 && result.error.hasPrefix("vrvq: error: ") && result.error.hasSuffix("\n"),
            "\(arguments): \(result.error)", sourceLocation: sourceLocation)
        for word in words {
            #expect(result.error.contains(word), "\(arguments)", sourceLocation: sourceLocation)
        }
        return result
    }

    /// The most memory that any process started from here has had, in bytes.
    static var peakOfChildren: Int {
        var usage = rusage()
        #if canImport(Darwin)
            getrusage(RUSAGE_CHILDREN, &usage)
            return usage.ru_maxrss
        #else
            getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
            return usage.ru_maxrss * 1024
        #endif
    }

    /// A test that writes to a program which has ended must get an error, not a signal.
    private static let ignoringClosedPipes: Void = { _ = Foundation.signal(SIGPIPE, SIG_IGN) }()
}

/// What comes out of a pipe, read while the process runs so that it never waits for us.
private final class Collected: Sendable {
    private let held = Mutex<[UInt8]>([])
    private let done = DispatchSemaphore(value: 0)

    func start(_ handle: FileHandle) {
        let thread = Thread { [self] in
            let bytes = (try? handle.readToEnd()) ?? nil
            held.withLock { $0 = bytes.map { Array($0) } ?? [] }
            done.signal()
        }
        thread.start()
    }

    func bytes() throws -> [UInt8] {
        guard done.wait(timeout: .now() + 20) == .success else { throw Program.TimedOut(arguments: ["(pipe)"]) }
        return held.withLock { $0 }
    }
}
