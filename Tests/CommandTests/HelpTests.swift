import Testing

extension CommandTests {
    @Suite("Help") struct HelpTests {
        private static let subcommands = [
            "encode", "decode", "info", "transcode", "cut", "cat", "tags", "verify", "repair", "tokens",
            "import-dac", "simulate-loss", "depth-map", "evaluate",
            "model",
            "bench",
        ]

        @Test func helpListsEverySubcommand() throws {
            let help = try Program.succeed("--help").text
            for name in Self.subcommands { #expect(help.contains("\n  \(name) "), "\(name)") }
            for status in ["64", "65", "66", "69", "70", "73", "130"] { #expect(help.contains("\n  \(status) ")) }
            #expect(help.contains("VRVQ_MODEL_PATH") && help.contains("VRVQ_ISA"))
        }

        @Test func theProgramAloneShowsItsHelp() throws {
            #expect(try Program.succeed().text == Program.succeed("--help").text)
        }

        @Test(arguments: subcommands) func everySubcommandHasHelp(_ name: String) throws {
            let help = try Program.succeed(name, "--help").text
            #expect(help.contains("OVERVIEW: ") && help.contains("USAGE: vrvq \(name)"))
        }

        @Test func version() throws {
            let parts = try Program.succeed("--version").text.split(separator: " ")
            #expect(parts.count == 2 && parts[0] == "vrvq")
            #expect(parts[1].split(separator: ".").count == 3 && parts[1].hasSuffix("\n"))
        }
    }
}
