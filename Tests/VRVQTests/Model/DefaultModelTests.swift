import Foundation
import Testing
import VRVQ
import VRVQDefaultModel
import VRVQNetwork

@Suite struct DefaultModelTests {
    @Test func isThePresetSmall() throws {
        let model = try DefaultModel.load()
        #expect(model.name == "small")
        #expect(model.architecture == .small)
        #expect(DefaultModel.bytes.count <= 22_000_000)
    }

    /// Streams name the model by this: it changes only with the shipped weights.
    @Test func hasItsFingerprint() throws {
        #expect(try DefaultModel.load().fingerprint.description == "a3ca58e534ed3f70")
    }

    @Test func carriesTheCardBesideIt() throws {
        let text = try Data(contentsOf: repository.appending(path: "Sources/CVRVQModel/small.card.json"))
        let card = try ModelCard(parsing: Array(text))
        #expect(try DefaultModel.load().card == card)
        #expect(card.licence == "MIT")
        #expect(card.json["training"]?["sources"]?.arrayValue?.isEmpty == false)
    }

    @Test func readsBackWhatItWrites() throws {
        let bytes = try DefaultModel.load().serialized()
        #expect(try Model(bytes).serialized() == bytes)
        #expect(DefaultModel.bytes.count == bytes.count)
    }

    private var repository: URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized
    }
}
