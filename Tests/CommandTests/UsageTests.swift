import Testing

extension CommandTests {
    /// Nonsense is answered with one line and status 64, before anything is read or written.
    @Suite("Usage") struct UsageTests {
        @Test(arguments: ["0", "-1", "nan", "inf", "-inf", "abc", "", "1e99", "0x"])
        func scale(_ value: String) throws {
            try refused(["encode", "x.wav", "--scale", value], "scale")
            try refused(["encode", "x.wav", "--scale=\(value)"], "scale")
            try refused(["depth-map", "x.wav", "--scale", value], "scale")
        }

        @Test(arguments: ["0", "9", "-3", "x", "1.5", "99999999999999999999"])
        func codebooks(_ value: String) throws { try refused(["encode", "x.wav", "--codebooks", value], "codebooks") }

        @Test func scaleAndCodebooks() throws {
            try refused(["encode", "x.wav", "--scale", "3", "--codebooks", "3"], "exclude each other")
        }

        @Test(arguments: [
            ["--bitrate", "0"], ["--bitrate", "-1"], ["--bitrate", "nan"], ["--bitrate", "1e12"], ["--bitrate", "x"],
            ["--max-bitrate", "0"], ["--max-bitrate", "4", "--window", "0"], ["--max-bitrate", "4", "--window", "-1"],
            ["--size", "0"], ["--size", ""], ["--size", "-5"], ["--size", "12q"], ["--size", "1e3"],
            ["--size", "9999999G"],
            ["--dtx", "0"], ["--dtx", "6"], ["--dtx", "-inf"], ["--chunk", "0"], ["--chunk", "-1"], ["--chunk", "1e9"],
            ["--chunk", "3600"], ["--entropy", "zip"],
        ])
        func targets(_ options: [String]) throws {
            // A chunk of an hour is more than the format holds, which only the model can tell.
            let word = options == ["--chunk", "3600"] ? "chunk" : options[options.count - 2]
            try refused(["encode", "x.wav"] + options, word)
        }

        @Test(arguments: [
            ["--scale", "3", "--bitrate", "3"], ["--codebooks", "3", "--bitrate", "3"],
            ["--size", "3k", "--bitrate", "3"],
            ["--size", "3k", "--scale", "3"], ["--size", "3k", "--codebooks", "3"], ["--dtx", "-50", "--keep-silence"],
        ])
        func targetsThatExcludeEachOther(_ options: [String]) throws {
            try refused(["encode", "x.wav"] + options, "exclude each other")
        }

        @Test func capsThatMakeNoSense() throws {
            try refused(["encode", "x.wav", "--codebooks", "3", "--max-bitrate", "9"], "constant rate")
            try refused(["encode", "x.wav", "--bitrate", "3", "--max-bitrate", "2"], "above --max-bitrate")
            try refused(["encode", "x.wav", "--bitrate", "3", "--window", "2"], "--max-bitrate")
        }

        @Test(arguments: [
            "s16le", "s17le:44100:2", "s16le:0:2", "s16le:44100:0", "s16le:44100:65", "s16le:44100:2:9", ":",
        ])
        func rawFormat(_ value: String) throws { try refused(["encode", "-", "--raw-format", value], "raw format") }

        @Test func rawFormatWithoutStandardStreams() throws {
            try refused(["encode", "x.wav", "--raw-format", "s16le:44100:2"], "--raw-format is for standard input")
            try refused(["decode", "x.vrvq", "--raw-format", "s16le"], "--raw-format is for standard output")
            try refused(["decode", "x.vrvq", "-o", "-", "--raw-format", "s17"], "s16le")
            try refused(["decode", "x.vrvq", "-o", "-", "--raw-format", "s16le", "--encoding", "pcm16"], "exclude")
        }

        @Test(arguments: [
            ["encode"], ["decode"], ["info"], ["depth-map"], ["evaluate"], ["model", "import"],
            ["encode", "x.wav", "-o"],
            ["encode", "x.wav", "--scale"], ["model", "import", "x.pth"],
        ])
        func missingArguments(_ arguments: [String]) throws { try refused(arguments, "issing", "--help") }

        @Test(arguments: [
            ["encode", "x.wav", "--frobnicate"], ["--frobnicate"], ["frobnicate"],
            ["decode", "x.vrvq", "--scale", "3"],
            ["info", "a", "b"], ["model", "frobnicate"],
        ])
        func unknownWords(_ arguments: [String]) throws { try refused(arguments, "n", "--help") }

        @Test(arguments: [
            ["--threads", "0"], ["--threads", "-1"], ["--threads", "9999999"], ["--jobs", "0"], ["--jobs", "x"],
            ["-o", ""], ["--raw-format"],
        ])
        func work(_ options: [String]) throws { try refused(["encode", "x.wav"] + options) }

        @Test func decodeSettings() throws {
            try refused(["decode", "x.vrvq", "--rate", "0"], "--rate")
            try refused(["decode", "x.vrvq", "--encoding", "pcm12"], "pcm16", "float32")
            try refused(["decode", ""], "empty text")
        }

        private func refused(
            _ arguments: [String], _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            let folder = try Scratch()
            try folder.copy("one-sample.wav", as: "x.wav")
            let result = try Program.fail(64, arguments, folder: folder.path, sourceLocation: sourceLocation)
            for word in words {
                #expect(result.error.contains(word), "\(result.error)", sourceLocation: sourceLocation)
            }
            #expect(folder.contents == ["x.wav"] && result.output.isEmpty, sourceLocation: sourceLocation)
        }
    }
}
