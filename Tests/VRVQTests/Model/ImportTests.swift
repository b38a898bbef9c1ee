import Testing
import VRVQ
import VRVQNetwork

@Suite struct ImportTests {
    private func read(_ name: String, config: String? = nil, _ options: ImportOptions = .init()) throws -> ImportResult
    {
        let config = try config.map(ModelFiles.fixture)
        return try ModelImport.read(ModelBytes(ModelFiles.fixture(name)), config: config, options: options)
    }

    private var rate: ImportOptions {
        var options = ImportOptions()
        options.sampleRate = 8000
        return options
    }

    /// Both spellings of weight norm, views with strides and offsets, zip64, folded arrays: one model, bit for bit.
    /// The folded fixture was folded by another program, in double precision.
    @Test(arguments: ["vrvq.pth", "parametrized.pth", "published.safetensors"])
    func everyFormGivesOneModel(name: String) throws {
        let expected = try read("folded.safetensors", rate).model()
        let result = try read(name, rate)
        #expect(result.report.isComplete)
        #expect(result.architecture == ModelFiles.architecture)
        #expect(try result.model().serialized() == expected.serialized())
        #expect(result.report.matched.count == expected.network.parameters.count)
    }

    @Test func huggingFaceGivesTheSameWeights() throws {
        let expected = try read("folded.safetensors", rate).model()
        let result = try read("huggingface.safetensors", config: "huggingface-config.json")
        var architecture = ModelFiles.architecture
        architecture.importance = nil
        #expect(result.report.source == .huggingFace && result.report.isComplete && result.report.notes.isEmpty)
        #expect(result.architecture == architecture)
        let model = try result.model()
        for parameter in model.network.parameters {
            #expect(try model.weights.values(of: parameter.name) == expected.weights.values(of: parameter.name))
        }
    }

    @Test func readsItsOwnModels() throws {
        let model = try read("vrvq.pth").model()
        let again = try ModelImport.read(ModelBytes(model.serialized()))
        #expect(again.report.source == .model && again.report.isComplete)
        #expect(try again.model().serialized() == model.serialized())
    }

    @Test func keepsContextModels() throws {
        let quantizer = try read("vrvq.pth").architecture.quantizer
        let shape = ContextModel.Shape(
            stages: quantizer.stages, entries: quantizer.entries, width: 2, hidden: 3, inner: 4)
        let model = try read("vrvq.pth").model().replacingContextModel(ContextFixtures.model(shape, seed: 1))
        var options = ImportOptions()
        options.card = ModelCard(["description": .string("another card")])
        let again = try ModelImport.read(ModelBytes(model.serialized()), options: options)
        #expect(again.report.isComplete)
        #expect(try again.model().contextModel == model.contextModel)
        #expect(try again.model().card != model.card)
    }

    @Test func readsTrainingExports() throws {
        var architecture = Architecture.small
        architecture.encoder = .frameRate(stride: 8, channels: 6, hidden: 4, dilations: [1, 3], ahead: 2)
        architecture.decoder = .frameRate(stride: 8, channels: 6, hidden: 4, dilations: [1, 3, 1], ahead: 2)
        architecture.latent = 5
        architecture.quantizer = .init(dimensions: [2, 2, 2], entries: 7, lookup: .euclidean)
        architecture.importance = .init(channels: [3], kernels: [5, 1], inputBlock: false)
        let model = try Model.untrained(architecture)
        let metadata = [
            "format": "vrvq", "preset": "tiny", "sample_rate": "44100", "lookup": "euclidean",
            "config": #"{"dilations": [1, 3], "ahead": 2, "stages": 3, "channels": 6, "hidden": 4}"#,
        ]
        let bytes = ModelFiles.safetensors(metadata: metadata, try ModelFiles.arrays(of: model))
        let result = try ModelImport.read(ModelBytes(bytes))
        #expect(result.report.source == .export && result.report.isComplete && result.report.notes.isEmpty)
        #expect(result.architecture == architecture)
        let imported = try result.model()
        #expect(imported.name == "tiny" && imported.fingerprint == model.fingerprint)
    }

    // MARK: - What the file does not say, or says wrongly

    /// The fixture's kwargs claim nine codebooks, as unused defaults of official checkpoints may.
    @Test func shapesOutrankClaims() throws {
        let notes = try read("vrvq.pth").report.notes
        #expect(notes.count == 1 && notes[0].contains("n_codebooks = 9"), "\(notes)")
    }

    @Test func wantsTheSampleRate() {
        #expect(throws: VRVQError.self) { try read("published.safetensors") }
    }

    @Test(arguments: [
        ([2, 4, 8, 8], 9, 44_100), ([2, 4, 5, 8], 32, 24_000), ([2, 4, 5, 8], 12, 16_000),
    ])
    func infersPublishedRates(strides: [Int], stages: Int, expected: Int) throws {
        let architecture = Architecture(
            sampleRate: expected, encoder: .pyramid(width: 1, strides: strides),
            decoder: .pyramid(width: 16, strides: strides.reversed()), latent: 1,
            quantizer: .init(dimensions: Array(repeating: 1, count: stages), entries: 2, lookup: .cosine),
            importance: nil)
        let arrays = try ModelFiles.arrays(of: Model.untrained(architecture))
        let result = try ModelImport.read(ModelBytes(ModelFiles.safetensors(metadata: [:], arrays)))
        #expect(result.architecture == architecture && result.report.isComplete)
        #expect(result.report.notes.contains { $0.contains("\(expected) Hz") })
    }

    @Test func takesTheArchitectureGiven() throws {
        var options = ImportOptions()
        options.architecture = ModelFiles.architecture
        options.architecture?.sampleRate = 12_000
        options.name = "mine"
        options.card = ModelCard(["licence": .string("MIT")])
        let model = try read("published.safetensors", options).model()
        #expect(model.architecture.sampleRate == 12_000 && model.name == "mine" && model.card.licence == "MIT")
    }

    // MARK: - What does not match

    private func changed(
        _ change: (inout [(name: String, shape: [Int], values: [Float])]) -> Void, _ options: ImportOptions
    ) throws -> ImportResult {
        var arrays = try ModelFiles.arrays(of: Model.untrained(ModelFiles.architecture))
        change(&arrays)
        return try ModelImport.read(ModelBytes(ModelFiles.safetensors(metadata: [:], arrays)), options: options)
    }

    private func index(_ name: String, _ arrays: [(name: String, shape: [Int], values: [Float])]) -> Int {
        arrays.firstIndex { $0.name == name }!
    }

    @Test func reportsWhatDoesNotMatch() throws {
        var options = rate
        func spoil(_ arrays: inout [(name: String, shape: [Int], values: [Float])]) {
            arrays.remove(at: index("encoder.block.0.bias", arrays))
            arrays[index("decoder.model.0.bias", arrays)].shape = [2, 4]
            arrays.append(("discriminators.0.bias", [1], [1]))
        }
        let strict = try changed(spoil, options)
        #expect(strict.report.missing == ["encoder.block.0.bias"])
        #expect(strict.report.unexpected == ["discriminators.0.bias"])
        #expect(strict.report.mismatched == [.init(name: "decoder.model.0.bias", expected: [8], found: [2, 4])])
        let error = vrvqError { () throws(VRVQError) in try strict.model() }
        #expect(error?.code == .badModel && error?.message.contains("1 missing, 1 unexpected, 1 misshapen") == true)
        options.allowPartial = true
        let partial = try changed(spoil, options)
        #expect(partial.report.notes.contains { $0.contains("zeros") })
        let model = try partial.model()
        #expect(try model.weights.values(of: "encoder.block.0.bias") == [0, 0])
        #expect(try model.weights.values(of: "decoder.model.0.bias").allSatisfy { $0 == 0 })
        #expect(try model.weights.values(of: "decoder.model.0.weight").contains { $0 != 0 })
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity]) func refusesValuesThatAreNotFinite(value: Float) throws {
        let result = try changed({ $0[3].values[0] = value }, rate)
        let error = vrvqError { () throws(VRVQError) in try result.model() }
        #expect(error?.code == .badModel && error?.message.contains("NaN") == true)
    }

    @Test func halvesLargeKernelsOnRequest() throws {
        let source = try Model.untrained(.micro, seed: 5)
        var options = ImportOptions()
        options.halfKernels = true
        let model = try ModelImport.read(ModelBytes(source.serialized()), options: options).model()
        #expect(model.serialized().count < source.serialized().count * 7 / 10)
        for parameter in model.network.parameters {
            let (exact, held) = (
                try source.weights.values(of: parameter.name), try model.weights.values(of: parameter.name)
            )
            let halved = parameter.kind == .kernel && parameter.count >= 4096
            // Half an ulp of eleven bits, or of the subnormals.
            let near = zip(exact, held).allSatisfy { abs($0 - $1) <= max(abs($0) * 0x1p-11, 0x1p-25) }
            #expect(halved ? near && exact != held : exact == held, "\(parameter.name)")
        }
        let again = try ModelImport.read(ModelBytes(model.serialized()), options: options).model()
        #expect(again.serialized() == model.serialized())
    }

    @Test func refusesOtherFiles() {
        for bytes: [UInt8] in [[], [0], Array("RIFF....WAVEfmt ".utf8), [0x80, 2, 0x8A, 10]] {
            let error = vrvqError { () throws(VRVQError) in try ModelImport.read(ModelBytes(bytes)) }
            #expect(error != nil)
        }
    }
}
