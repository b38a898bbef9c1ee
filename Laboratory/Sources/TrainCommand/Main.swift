import ArgumentParser
import Training

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The program `vrvq-train`.
struct Program: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vrvq-train",
        abstract: "Train models for vrvq.",
        discussion: """
            EXIT STATUS
              0   all went well
              64  usage: an option or a setting that makes no sense
              65  damaged: a checkpoint or a model that is broken or of another configuration
              66  unreadable input: audio, a list, a configuration or a run that is missing
              69  PyTorch, or the device that was asked for, is missing
              70  internal error, or a loss that is no longer a number
              73  output: a file exists already, cannot be created or written
              130 interrupted, 143 ended by SIGTERM: the run is saved and can be resumed
            """,
        subcommands: [
            Run.self, Resume.self, Validate.self, Export.self, Entropy.self, Plot.self, Presets.self,
            BundleCommand.self,
        ])
}

@main enum Main {
    static func main() {
        signal(SIGPIPE, SIG_IGN)
        // A file that may not grow any more is an error of the write, not the end of the program.
        signal(SIGXFSZ, SIG_IGN)
        do {
            var command = try Program.parseAsRoot()
            try command.run()
        } catch {
            leave(error)
        }
    }

    /// One line on standard error and the status that the error stands for.
    private static func leave(_ error: any Error) -> Never {
        if let code = error as? ExitCode { exit(code.rawValue) }
        if !isOwn(error) {
            if Program.exitCode(for: error) == .success { Program.exit(withError: error) }
            let message = Program.message(for: error).split(separator: "\n").joined(separator: " ")
            Terminal.printError("vrvq-train: error: \(message) (see vrvq-train --help)")
            exit(RunError.Kind.usage.rawValue)
        }
        let failure = RunError(error)
        Terminal.printError("vrvq-train: error: \(failure.description)")
        exit(failure.kind.rawValue)
    }

    /// True for errors that are not the parser's.
    private static func isOwn(_ error: any Error) -> Bool {
        !(error is ValidationError || error is CleanExit) && !"\(type(of: error))".contains("CommandError")
    }
}
