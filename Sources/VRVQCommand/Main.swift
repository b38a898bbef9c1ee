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
              64  usage: an option, or a combination of them, that makes no sense
              65  damaged: a stream that is broken, cut short, too new, or none at all
              66  input: missing, not audio, or audio that cannot be encoded
              69  model: not installed, not the stream's, or a file that is no good
              70  internal error: please report it
              73  output: exists already, cannot be written, or its reader went away
              130 interrupted (Ctrl-C); 143 ended by SIGTERM, 129 by SIGHUP

            ENVIRONMENT
              VRVQ_MODEL_PATH  folders and files with models, separated by colons
              VRVQ_ISA         instruction set to use: scalar, neon, avx2 or avx512
              TMPDIR           where pipes are kept that cannot be streamed
            """,
        version: "vrvq \(Version.number)",
        subcommands: [
            Encode.self, Decode.self, Info.self, Transcode.self, Cut.self, Concatenate.self, Tags.self, Verify.self,
            Repair.self, Tokens.self, ImportDAC.self, SimulateLoss.self,
            DepthMapCommand.self,
            Evaluate.self, ModelCommand.self, Bench.self,
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
