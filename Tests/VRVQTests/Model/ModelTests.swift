import Testing
import VRVQ
import VRVQNetwork

@Suite struct ModelTests {
    private let tiny: Model

    init() throws { tiny = try Model.untrained(ModelFiles.architecture, seed: 3, name: "tiny") }

    @Test func readsBackWhatItWrites() throws {
        for (name, architecture) in [("a", .micro), ("b", ModelFiles.architecture), ("c", frameRate)] {
            let model = try Model.untrained(architecture, seed: 1, name: name)
            let again = try Model(model.serialized())
            #expect(again.name == name && again.architecture == architecture && again.card == model.card)
            #expect(again.serialized() == model.serialized())
            #expect(again.fingerprint == model.fingerprint)
            for parameter in model.network.parameters {
                #expect(try again.weights.values(of: parameter.name) == model.weights.values(of: parameter.name))
            }
        }
    }

    private let frameRate = Architecture(
        sampleRate: 8000, encoder: .frameRate(stride: 4, channels: 3, hidden: 2, dilations: [1, 2], ahead: 1),
        decoder: .frameRate(stride: 4, channels: 3, hidden: 2, dilations: [1], ahead: 0), latent: 2,
        quantizer: .init(dimensions: [1, 2], entries: 3, lookup: .euclidean), importance: nil)

    @Test func architecturesSurviveJSON() throws {
        for (name, architecture) in Architecture.presets {
            #expect(try Architecture(json: JSON(parsing: architecture.json.text)) == architecture, "\(name)")
        }
    }

    @Test(arguments: [
        (#""sample_rate":8000"#, #""sample_rate":8000,"tempo":1"#, "tempo"), (#""latent":4"#, #""latent":-4"#, "width"),
        (#""latent":4"#, #""latent":"4""#, "latent"), (#""lookup":"cosine""#, #""lookup":"nearest""#, "look-up"),
        (#""kind":"pyramid""#, #""kind":"tower""#, "kind"), (#"[2,4]"#, #"[16384,16384,16384,16384,16384]"#, "strides"),
        (#"[2,4]"#, #"[]"#, "strides"), (#""entries":4"#, #""entries":1e300"#, "entries"),
        (#""latent":4,"#, "", "latent"), (#"[4,2]"#, #"[4,4]"#, "samples per frame"),
    ])
    func refusesImpossibleArchitectures(part: String, replacement: String, says: String) throws {
        let text = ModelFiles.architecture.json.text
        let changed = try JSON(parsing: replacing(part, by: replacement, in: text))
        #expect(changed.text != text)
        let error = vrvqError { () throws(VRVQError) in try Architecture(json: changed) }
        #expect(error?.code == .badModel && error?.message.contains(says) == true, "\(error?.message ?? "none")")
    }

    private func replacing(_ part: String, by replacement: String, in text: String) -> String {
        guard let range = text.firstRange(of: part) else { return text }
        return String(text[..<range.lowerBound]) + replacement + String(text[range.upperBound...])
    }

    // MARK: - What a model file must have

    private func file(
        _ change: (inout [String: String], inout [(name: String, shape: [Int], values: [Float])]) -> Void
    ) throws -> [UInt8] {
        var metadata = [
            "format": "vrvq-model", "version": "1", "name": "tiny", "architecture": tiny.architecture.json.text,
        ]
        var arrays = try ModelFiles.arrays(of: tiny)
        change(&metadata, &arrays)
        return ModelFiles.safetensors(metadata: metadata, arrays)
    }

    private func error(of bytes: [UInt8]) -> VRVQError? { vrvqError { () throws(VRVQError) in try Model(bytes) } }

    @Test func acceptsFurtherArrays() throws {
        let bytes = try file { _, arrays in arrays.append(("entropy.table", [1], [0])) }
        #expect(try Model(bytes).fingerprint == tiny.fingerprint)
    }

    @Test func refusesOtherFiles() throws {
        #expect(error(of: try file { metadata, _ in metadata["format"] = nil })?.code == .badModel)
        #expect(error(of: try file { metadata, _ in metadata["version"] = "2" })?.code == .unsupported)
        #expect(error(of: try file { metadata, _ in metadata["version"] = "-1" })?.code == .badModel)
        #expect(error(of: try file { metadata, _ in metadata["architecture"] = nil })?.code == .badModel)
        #expect(error(of: try file { metadata, _ in metadata["architecture"] = "{" })?.code == .malformed)
        #expect(error(of: try file { metadata, _ in metadata["card"] = "[]" })?.code == .malformed)
        #expect(error(of: try file { metadata, _ in metadata["card"] = #"{"a":["\u001b[2J"]}"# })?.code == .malformed)
        for name in ["", "..", "a/b", "a\nb", "é", String(repeating: "a", count: 65)] {
            #expect(error(of: try file { metadata, _ in metadata["name"] = name })?.code == .badModel)
        }
    }

    @Test func refusesMissingAndMisshapenArrays() throws {
        let missing = error(of: try file { _, arrays in arrays.remove(at: 4) })
        #expect(missing?.code == .badModel && missing?.message.contains("lacks") == true)
        let misshapen = error(of: try file { _, arrays in arrays[0].shape.reverse() })
        #expect(misshapen?.code == .badModel && misshapen?.message.contains("shape") == true)
    }

    // MARK: - Fingerprint

    /// The fingerprint of a fixture: made by another program from the definition, and the same for ever.
    @Test func fingerprintIsTheDefinedOne() throws {
        let model = try ModelImport.read(ModelBytes(ModelFiles.fixture("folded.safetensors")), options: rate).model()
        #expect(model.fingerprint.description == "5e57117bf6df6ed8")
        #expect(model.fingerprintText.hasPrefix("vrvq-model-1\n{\"decoder\":{\"kind\":\"pyramid\","))
    }

    private var rate: ImportOptions {
        var options = ImportOptions()
        options.sampleRate = 8000
        return options
    }

    @Test func fingerprintDependsOnEveryArray() throws {
        let bytes = tiny.serialized()
        var seen: Set<Fingerprint> = [tiny.fingerprint]
        for array in try Safetensors(ModelBytes(bytes)).arrays.values {
            var changed = bytes
            changed[array.range.upperBound - 4] ^= 1
            #expect(seen.insert(try Model(changed).fingerprint).inserted)
        }
    }

    @Test func fingerprintDependsOnTheArchitectureAlone() throws {
        var other = ModelFiles.architecture
        other.sampleRate = 16_000
        #expect(try Model.untrained(other, seed: 3).fingerprint != tiny.fingerprint)
        other = ModelFiles.architecture
        other.quantizer.lookup = .euclidean
        #expect(try Model.untrained(other, seed: 3).fingerprint != tiny.fingerprint)
        #expect(try Model.untrained(ModelFiles.architecture, seed: 3, name: "x").fingerprint == tiny.fingerprint)
    }

    // MARK: - Untrained weights

    @Test func untrainedWeightsDependOnSeedAndNameAlone() throws {
        let names = tiny.network.parameters.map(\.name)
        let again = try Model.untrained(ModelFiles.architecture, seed: 3)
        for name in names.reversed() {
            #expect(try again.weights.values(of: name) == tiny.weights.values(of: name))
        }
        let other = try Model.untrained(ModelFiles.architecture, seed: 4)
        let kernel = "decoder.model.0.weight"
        #expect(try other.weights.values(of: kernel) != tiny.weights.values(of: kernel))
    }

    /// Moments of the published initialisation, within six standard errors.
    @Test func untrainedWeightsAreAsPublished() throws {
        let model = try Model.untrained(.micro, seed: 9)
        try expectUniform(model, "decoder.model.0.weight", bound: 1 / Float(64 * 7).squareRoot())
        try expectUniform(model, "decoder.model.1.block.1.weight", bound: 1 / Float(24 * 16).squareRoot())
        #expect(try model.weights.values(of: "decoder.model.0.bias").allSatisfy { $0 == 0 })
        #expect(try model.weights.values(of: "decoder.model.1.block.1.bias").allSatisfy { $0 != 0 && abs($0) < 0.0511 })
        #expect(try model.weights.values(of: "decoder.model.1.block.0.alpha").allSatisfy { $0 == 1 })
        var book: [Float] = []
        for stage in 0..<8 { book += try model.weights.values(of: "quantizer.quantizers.\(stage).codebook.weight") }
        let count = Float(book.count)
        let variance = book.reduce(0) { $0 + $1 * $1 } / count
        #expect(abs(book.reduce(0, +) / count) < 6 / count.squareRoot())
        #expect(abs(variance - 1) < 6 * (2 / count).squareRoot())
    }

    private func expectUniform(_ model: Model, _ name: String, bound: Float) throws {
        let values = try model.weights.values(of: name)
        let count = Float(values.count)
        #expect(values.allSatisfy { abs($0) <= bound })
        #expect(abs(values.reduce(0, +) / count) < 6 * bound / (3 * count).squareRoot())
        let variance = values.reduce(0) { $0 + $1 * $1 } / count / (bound * bound)
        #expect(abs(variance - 1 / 3) < 6 * (4 / 45 / count).squareRoot())
    }
}
