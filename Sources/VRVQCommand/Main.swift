import ArgumentParser
import VRVQAudio

/// The program `vrvq`.
struct Program: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vrvq",
        abstract: "A neural audio codec with a variable bitrate.",
        discussion: """
            EXIT STATUS
              0   all went well
              64  usage: an option or a combination of options that makes no sense
              65  damaged: the stream is broken, cut short, of a newer version, or no stream at all
              66  unreadable input: missing, not audio, or audio that cannot be encoded
              69  model: the model is not installed, is not the stream's, or its file is no good
              70  internal error: please report it
              73  output: it exists already, cannot be created or written, or its reader has gone away
              130 interrupted; 143 ended by SIGTERM

            ENVIRONMENT
              VRVQ_MODEL_PATH  folders and files with models, separated by colons
              VRVQ_ISA         the best instruction set to use: scalar, neon, avx2 or avx512
            """,
        version: "vrvq \(Version.number)",
        subcommands: [
            Encode.self, Decode.self, Info.self, DepthMapCommand.self, Evaluate.self, ModelCommand.self, Bench.self,
        ])
}

@main enum Main {
    static func main() {
        StandardStreams.occupyClosed()
        Interruption.install()
        do {
            var command = try Program.parseAsRoot()
            try command.run()
        } catch {
            Failure.exit(error)
        }
    }
}
