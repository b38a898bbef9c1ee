import ArgumentParser
import VRVQ
import VRVQAudio

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// An error as the program reports it: one line on standard error and an exit status.
struct Failure: Error {
    /// The documented exit statuses (after sysexits.h).
    enum Status: Int32 {
        case usage = 64
        case damaged = 65
        case unreadable = 66
        case model = 69
        case `internal` = 70
        case output = 73
    }

    let status: Status
    let message: String

    init(_ status: Status, _ message: String) {
        self.status = status
        self.message = message
    }

    static func usage(_ message: String) -> Failure { Failure(.usage, message) }

    /// What any error means to the user. `subject` is the file at hand.
    init(_ error: any Error, subject: String? = nil) {
        let prefix = subject.map { $0 == "-" ? "standard input: " : "\(Text.printable($0)): " } ?? ""
        switch error {
        case let failure as Failure: self = failure
        case let error as VRVQError: self.init(Self.status(of: error), prefix + error.description)
        case let error as AudioError: self.init(Self.status(of: error), Self.message(of: error))
        default: self.init(.internal, prefix + "\(error)")
        }
    }

    /// Opens an output: what cannot be opened, or cannot hold what it is to hold, is no fault of an input.
    static func opening<Output>(_ open: @autoclosure () throws -> Output) throws -> Output {
        do { return try open() } catch let error as AudioError {
            let status: Status =
                switch error.code {
                case .unsupported, .badFormat: .usage
                default: .output
                }
            throw Failure(status, message(of: error))
        }
    }

    private static func message(of error: AudioError) -> String {
        Text.printable(error.message) + (error.code == .alreadyExists ? " (--force)" : "")
    }

    private static func status(of error: VRVQError) -> Status {
        switch error.code {
        case .malformed, .truncated, .unsupported, .limitExceeded: .damaged
        case .modelMismatch, .badModel: .model
        case .badAudio: .unreadable
        case .badSetting: .usage
        }
    }

    private static func status(of error: AudioError) -> Status {
        switch error.code {
        case .cannotOpen, .notAudio, .unsupported, .damaged: .unreadable
        case .writeFailed, .closedPipe, .alreadyExists: .output
        case .badFormat: .usage
        }
    }

    /// What to do about arguments that the parser does not understand.
    private static var advice: String {
        let arguments = CommandLine.arguments.dropFirst().prefix { $0 != "--" }
        let file = arguments.first { $0.hasPrefix("-") && $0 != "-" && Files.identity(of: $0) != nil }
        return file.map { "\(Text.printable($0)) is a file: put -- before names that begin with a dash" }
            ?? "see vrvq --help"
    }

    /// Help and version, which the parser hands over as errors.
    private static func showHelp(_ error: any Error) -> Never {
        do { try Text.print(Program.fullMessage(for: error)) } catch { exit(Failure(error)) }
        leave(0)
    }

    /// Prints the line and gives the status.
    func report() { Text.printError("vrvq: error: \(message)") }

    /// Ends the program as an error, or as `--help` and `--version`, ask for.
    static func exit(_ error: any Error) -> Never {
        if let failure = error as? Failure {
            failure.report()
            leave(failure.status.rawValue)
        }
        if let code = error as? ExitCode { leave(code.rawValue) }
        if Program.exitCode(for: error) == .success { showHelp(error) }
        if error is VRVQError || error is AudioError { exit(Failure(error)) }
        // One line instead of the parser's several: its own message without the usage.
        let message = Program.message(for: error).split(separator: "\n").joined(separator: " ")
        Text.printError("vrvq: error: \(message) (\(advice))")
        leave(Status.usage.rawValue)
    }
}

/// `exit` of the C library, under a name that does not collide with the parser's.
func leave(_ status: Int32) -> Never { exit(status) }
