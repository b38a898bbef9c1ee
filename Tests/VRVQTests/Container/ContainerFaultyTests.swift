import Foundation
import Testing
import VRVQ

/// The corpus of faulty streams in `Tests/Fixtures/faulty`, through the library's readers. What each file breaks and says
/// is in its table; the commands' part is tested beside them.
@Suite("Container: faulty streams")
struct ContainerFaultyTests {
    private static let folder = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../Fixtures/faulty")
        .standardized

    /// A stream of the corpus; whether reading it and verifying it fail, and words of the error.
    struct Case: CustomTestStringConvertible {
        let name: String
        let isReadable: Bool
        let isDecodable: Bool
        let isWhole: Bool
        let words: String
        var testDescription: String { name }
    }

    static let corpus: [Case] = {
        let table = (try? String(contentsOf: folder.appendingPathComponent("expected.tsv"), encoding: .utf8)) ?? ""
        return table.split(separator: "\n").dropFirst().map { line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            return Case(
                name: fields[0], isReadable: fields[1] == "0", isDecodable: fields[2] == "0", isWhole: fields[3] == "0",
                words: fields[7])
        }
    }()

    private func bytes(_ fault: Case) throws -> [UInt8] {
        Array(try Data(contentsOf: Self.folder.appendingPathComponent("\(fault.name).vrvq")))
    }

    private func codec() throws -> Codec {
        let checkpoint = Self.folder.appendingPathComponent("../../VRVQTests/Model/Fixtures/vrvq.pth").standardized
        var options = ImportOptions()
        options.name = "tiny"
        let model = try ModelImport.read(ModelBytes(Array(try Data(contentsOf: checkpoint))), options: options).model()
        return try Codec(model: model)
    }

    @Test(arguments: corpus) func reading(_ fault: Case) throws {
        let bytes = try bytes(fault)
        for size in [1, 7, max(1, bytes.count)] {
            let pieces = stride(from: 0, to: bytes.count, by: size).map { bytes[$0..<min(bytes.count, $0 + size)] }
            do throws(VRVQError) {
                _ = try ContainerFixtures.events(pieces)
                #expect(fault.isReadable)
            } catch {
                #expect(!fault.isReadable && error.message.contains(fault.words), "\(error.message)")
            }
        }
    }

    @Test(arguments: corpus) func decoding(_ fault: Case) throws {
        let (bytes, codec) = (try bytes(fault), try codec())
        #expect(((try? codec.decode(bytes)) != nil) == fault.isDecodable)
    }

    @Test(arguments: corpus) func verifying(_ fault: Case) throws {
        // A header that cannot be read is an error of the inspection itself.
        let inspection = try? StreamInspection(try bytes(fault))
        #expect((inspection?.faults.isEmpty ?? false) == fault.isWhole)
    }

    @Test(arguments: corpus) func changing(_ fault: Case) throws {
        let bytes = try bytes(fault)
        var transcoder = StreamTranscoder(codebooks: 1)
        do throws(VRVQError) {
            _ = try transcoder.push(bytes)
            try transcoder.finish()
            #expect(fault.isReadable)
        } catch {
            #expect(!fault.isReadable && error.message.contains(fault.words), "\(error.message)")
        }
        #expect(((try? TagEditing.replacingTags(of: bytes, with: [])) != nil) == fault.isReadable)
    }

    @Test func theCorpusIsThere() { #expect(Self.corpus.count >= 78) }
}
