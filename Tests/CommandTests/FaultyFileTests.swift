import Foundation
import Testing

extension CommandTests {
    /// The corpus of faulty streams, each through every command that reads streams: the documented status, one line that
    /// says what is wrong, and nothing left behind.
    @Suite("Faulty streams") struct FaultyFileTests {
        static let commands = ["info", "decode", "verify", "transcode", "tags", "cut"]

        /// One stream of the corpus: its name, the status of each command, words of the errors.
        struct Case: CustomTestStringConvertible {
            let name: String
            let statuses: [Int32]
            let words: String
            var testDescription: String { name }
        }

        static let corpus: [Case] = {
            guard let table = try? bytes(of: Fixture.shared("faulty/expected.tsv")) else { return [] }
            return String(decoding: table, as: UTF8.self).split(separator: "\n").dropFirst().map { line in
                let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
                return Case(
                    name: String(fields[0]), statuses: fields[1..<7].map { Int32($0) ?? -1 }, words: String(fields[7]))
            }
        }()

        @Test func theCorpusIsThere() throws {
            #expect(Self.corpus.count >= 78 && Self.corpus.filter { $0.statuses.allSatisfy { $0 == 0 } }.count == 3)
            let folder = URL(fileURLWithPath: Fixture.shared("faulty"))
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(Set(files).subtracting(["expected.tsv"]) == Set(Self.corpus.map { "\($0.name).vrvq" }))
        }

        @Test(arguments: corpus) func everyCommandSaysWhatIsWrong(_ fault: Case) throws {
            let folder = try Scratch()
            let model = try Self.model(in: folder)
            let stream = try bytes(of: Fixture.shared("faulty/\(fault.name).vrvq"))
            for (command, status) in zip(Self.commands, fault.statuses) {
                try folder.file("x.vrvq", stream)
                let result = try Program.run(Self.arguments(command, folder, model))
                #expect(result.status == status, "\(command): \(result.error)")
                guard status != 0 else {
                    #expect(result.error == "", "\(command)")
                    continue
                }
                #expect(result.errorLines.count == 1 && result.error.hasPrefix("vrvq: error: "), "\(result.error)")
                if ["info", "transcode", "tags"].contains(command) {
                    #expect(result.error.contains(fault.words), "\(command): \(result.error)")
                }
                #expect(try bytes(of: folder["x.vrvq"]) == stream, "\(command) changed its input")
                #expect(!folder.contents.contains { $0.contains("\(command).out") }, "\(folder.contents)")
            }
        }

        private static func arguments(_ command: String, _ folder: Scratch, _ model: String) -> [String] {
            let input = folder["x.vrvq"]
            switch command {
            case "decode": return ["decode", input, "-o", folder["decode.out.wav"], "--model", model]
            case "transcode": return ["transcode", input, folder["transcode.out"], "--codebooks", "1"]
            case "tags": return ["tags", input, "--set", "a=b"]
            case "cut":
                return ["cut", input, folder["cut.out"], "--start", "0.002", "--end", "0.01", "--model", model]
            default: return [command, input]
            }
        }

        /// The network that the corpus' streams name.
        private static func model(in folder: Scratch) throws -> String {
            try Program.succeed(
                "model", "import", Fixture.model("vrvq.pth"), "-o", folder["tiny.safetensors"], "--name", "tiny")
            return folder["tiny.safetensors"]
        }
    }
}
