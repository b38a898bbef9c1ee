import Foundation
import Testing

extension CommandTests {
    @Suite("Pictures, measures, timing") struct ReportTests {
        @Test func depthMapOfAudioAndStream() throws {
            let folder = try Scratch()
            try folder.copy("stereo-44k.mp3", as: "x.mp3")
            try Program.succeed("encode", folder["x.mp3"])
            try Program.succeed("depth-map", folder["x.mp3"])
            try Program.succeed("depth-map", folder["x.vrvq"], "-o", folder["y.svg"])
            for name in ["x.svg", "y.svg"] { try expectPicture(try bytes(of: folder[name])) }
            let piped = try Program.succeed("depth-map", folder["x.vrvq"], "-o", "-").output
            #expect(try piped == bytes(of: folder["y.svg"]))
            try Program.fail(64, ["depth-map", folder["x.vrvq"], "-o", "-", "--scale", "3"], saying: "--scale")
        }

        @Test func depthMapOfOneSample() throws {
            try expectPicture(try Program.succeed("depth-map", Fixture.audio("one-sample.wav"), "-o", "-").output)
        }

        private func expectPicture(_ bytes: [UInt8]) throws {
            let parser = XMLCounter()
            #expect(parser.parse(bytes) && parser.root == "svg" && parser.elements > 10)
        }

        @Test func evaluatePrintsATable() throws {
            let folder = try Scratch()
            try folder.file("speech-1.wav", WAV.file(WAV.sound(seconds: 1), rate: 44100))
            try folder.file("speech-1.flac.wav", WAV.file(WAV.sound(seconds: 1.5, channels: 2), rate: 48000))
            try folder.copy("stereo-correlated.flac", as: "music-1.flac")
            let arguments = ["evaluate", folder.path, "--scales", "4,16", "--codebooks", "1,8"]
            let result = try Program.run(arguments)
            #expect(result.status == 0 && result.error == "")
            let lines = result.text.split(separator: "\n")
            #expect(lines.count == 7 && lines[1] == "| | music | speech |")
            #expect(lines[3...].allSatisfy { $0.hasPrefix("| ") && $0.split(separator: "|").count == 3 }, "\(lines)")
            let objects = try Program.run(arguments + ["--json"]).objects()
            #expect(objects.count == 12)
            for object in objects { #expect(object["si_sdr"] is Double && object["kbps"] is Double) }
            for (option, value) in [
                ("--scales", "4,x"), ("--codebooks", "9"), ("--codebooks", "0"), ("--threads", "0"),
            ] {
                try Program.fail(64, ["evaluate", folder.path, option, value])
            }
            try Program.fail(66, ["evaluate", Fixture.audio("empty.wav")], saying: "empty.wav")
        }

        @Test func benchAsJSON() throws {
            let objects = try Program.succeed(
                "bench", "--seconds", "0.5", "--repeats", "1", "--threads", "2", "--json"
            ).objects()
            let object = try #require(objects.first)
            #expect(object["audio_seconds"] as? Double == 0.5 && object["threads"] as? Int == 2)
            for key in ["encode_seconds", "decode_seconds"] {
                #expect(try #require(object[key] as? Double) > 0, "\(key)")
            }
            #expect(["scalar", "neon", "avx2", "avx512"].contains(object["instruction_set"] as? String))
            let memory = try #require(object["peak_resident_bytes"] as? Int)
            #expect((10_000_000..<1_000_000_000).contains(memory))
            let scalar = try Program.succeed(
                "bench", "--seconds", "0.1", "--repeats", "1", "--json", environment: ["VRVQ_ISA": "scalar"]
            ).objects()
            #expect(scalar.first?["instruction_set"] as? String == "scalar")
            #expect(try Program.succeed("bench", "--seconds", "0.1", "--model", "micro").text.contains("real time"))
        }

        @Test(arguments: [
            ["--seconds", "0"], ["--seconds", "nan"], ["--seconds", "-1"], ["--repeats", "0"], ["--threads", "0"],
            ["--threads", "100000"],
        ])
        func benchRefusesNonsense(_ options: [String]) throws {
            try Program.fail(64, ["bench"] + options)
        }
    }
}

/// Counts the elements of well-formed XML without a library of its own: tags must nest and close.
private final class XMLCounter {
    private(set) var root: String?
    private(set) var elements = 0

    func parse(_ bytes: [UInt8]) -> Bool {
        guard let text = String(validating: bytes, as: UTF8.self) else { return false }
        var open: [Substring] = []
        var rest = text[...]
        while let start = rest.firstIndex(of: "<") {
            guard rest[..<start].allSatisfy({ $0 != ">" }), let end = rest[start...].firstIndex(of: ">") else {
                return false
            }
            let tag = rest[rest.index(after: start)..<end]
            rest = rest[rest.index(after: end)...]
            if tag.hasPrefix("?") || tag.hasPrefix("!") { continue }
            let name = tag.drop { $0 == "/" }.prefix { !$0.isWhitespace && $0 != "/" }
            if tag.hasPrefix("/") {
                guard open.popLast() == name else { return false }
                continue
            }
            elements += 1
            if root == nil { root = String(name) } else if open.isEmpty { return false }
            if !tag.hasSuffix("/") { open.append(name) }
        }
        return open.isEmpty && rest.allSatisfy(\.isWhitespace)
    }
}
