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

/// All tests of the program `vrvq-train` as users run it. One after the other: they time and kill processes.
@Suite("Training command", .serialized) enum TrainCommandTests {}

/// A run of the real program.
final class Program: Sendable {
    /// What a run left.
    struct Result {
        /// The exit status; the negative number of the signal that ended it.
        let status: Int32
        let output: String
        let error: String

        /// The last line on standard error.
        var lastLine: String { error.split(separator: "\n").last.map { String($0) } ?? "" }
    }

    struct TimedOut: Error { let arguments: [String] }

    /// The executable beside the test bundle.
    static let path: String = {
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        #if canImport(Darwin)
            folder = Bundle(for: Program.self).bundleURL.deletingLastPathComponent()
        #endif
        return folder.appendingPathComponent("vrvq-train").path
    }()

    private let process = Process()
    private let arguments: [String]
    private let output: Collected
    private let error: Collected
    private let ended = DispatchSemaphore(value: 0)

    /// Starts the program, with one thread of arithmetic so that tests may run side by side.
    /// - Parameter limit: what a shell does to itself before it becomes the program, such as `ulimit -f 8`.
    init(
        _ arguments: [String], environment: [String: String] = [:], folder: String, limit: String? = nil
    ) throws {
        self.arguments = arguments
        output = Collected("\(folder)/output-\(UUID().uuidString)")
        error = Collected("\(folder)/error-\(UUID().uuidString)")
        process.executableURL = URL(fileURLWithPath: limit == nil ? Self.path : "/bin/sh")
        process.arguments = (limit.map { ["-c", "\($0); exec \"$0\" \"$@\"", Self.path] } ?? []) + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try output.handle()
        process.standardError = try error.handle()
        process.terminationHandler = { [ended] _ in ended.signal() }
        try process.run()
    }

    /// Sends a signal.
    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Waits for the end.
    func wait(seconds: Double = 240) throws -> Result {
        guard ended.wait(timeout: .now() + seconds) == .success else {
            kill(process.processIdentifier, SIGKILL)
            throw TimedOut(arguments: arguments)
        }
        let status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        return Result(status: status, output: output.text, error: error.text)
    }

    /// True once the process is gone.
    var hasEnded: Bool { !process.isRunning }

    /// What the program has said so far on standard error.
    var saidSoFar: String { error.text }

    /// Runs the program to its end.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], folder: String, limit: String? = nil,
        seconds: Double = 240
    ) throws -> Result {
        try Program(arguments, environment: environment, folder: folder, limit: limit).wait(seconds: seconds)
    }
}

/// A file that takes what a process says.
private struct Collected {
    let path: String

    init(_ path: String) { self.path = path }

    func handle() throws -> FileHandle {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    }

    var text: String { String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self) }
}
