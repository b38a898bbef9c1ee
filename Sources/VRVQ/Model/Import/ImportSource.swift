import VRVQNetwork

/// A file that is being imported: its arrays under published names, and what else it says of itself.
struct ImportSource {
    var kind: ImportReport.Source
    var weights: ForeignWeights
    /// Names in the file of arrays that were renamed, by published name.
    var originalNames: [String: String] = [:]
    var hints = ArchitectureHints()
    var name: String?
    var card: ModelCard?
    /// That of a model file.
    var contextModel: ContextModel?
    var notes: [String] = []
}

/// What a file's metadata says of its network. Shapes outrank it, where they say the same thing.
struct ArchitectureHints {
    /// The whole architecture, from a model file or from the user.
    var architecture: Architecture?
    var sampleRate: Int?
    var lookup: Architecture.Lookup?
    /// Cycle of dilations of the residual units at frame rate.
    var dilations: [Int]?
    /// Look-ahead of each such unit in frames.
    var ahead: Int?
    /// Settings that are compared with the shapes, by their published names.
    var claims: [String: JSON] = [:]
}

extension ImportSource {
    /// Recognises a file by its first bytes and reads what it says.
    init(_ bytes: ModelBytes, config: JSON?) throws(VRVQError) {
        if ZipArchive.recognizes(bytes) {
            self = try TorchCheckpoint.read(bytes)
        } else if Safetensors.recognizes(bytes) {
            self = try Self.safetensors(Safetensors(bytes))
        } else if bytes.count >= 2, bytes.copy(0..<2).first == 0x80 {
            throw VRVQError(
                .unsupported,
                "this is a PyTorch file of the form before version 1.6: load and save it again with PyTorch")
        } else {
            throw VRVQError(.malformed, "this is neither a safetensors file nor a PyTorch checkpoint")
        }
        if HuggingFaceNames.recognizes(weights) { try renameFromHuggingFace() }
        if let config { try readConfig(config) }
    }

    private static func safetensors(_ file: Safetensors) throws(VRVQError) -> ImportSource {
        let arrays = file.arrays.mapValues { array in
            ForeignArray(type: array.type, shape: array.shape, bytes: file.bytes, range: array.range)
        }
        var source = ImportSource(kind: .safetensors, weights: ForeignWeights(arrays: arrays))
        switch file.metadata["format"] {
        case Model.format:
            // The whole of the file's own checks first: version, architecture, card.
            let model = try Model(file.bytes)
            source.kind = .model
            source.hints.architecture = model.architecture
            source.name = model.name
            source.card = model.card
            source.contextModel = try model.contextModel
        case "vrvq": try source.readExport(file.metadata)
        default: break
        }
        return source
    }

    /// The trainer's export: `preset`, `sample_rate`, `lookup` and `config` in the metadata.
    private mutating func readExport(_ metadata: [String: String]) throws(VRVQError) {
        kind = .export
        name = metadata["preset"]
        let config = try JSON(parsing: metadata["config"] ?? "{}", what: "the export's configuration")
        hints.sampleRate = metadata["sample_rate"].flatMap { Int($0) }
        hints.lookup = metadata["lookup"].flatMap(Architecture.Lookup.init(rawValue:))
        hints.dilations = config["dilations"]?.integers
        hints.ahead = config["ahead"]?.integerValue
        for key in ["channels", "hidden", "latent", "encoder_units", "decoder_units", "stages"] {
            hints.claims[key] = config[key]
        }
    }

    private mutating func renameFromHuggingFace() throws(VRVQError) {
        var renamed: [String: ForeignArray] = [:]
        let names = HuggingFaceNames(weights)
        for (name, array) in weights.arrays {
            let published = names.published(name)
            guard renamed.updateValue(array, forKey: published) == nil else {
                throw VRVQError(.badModel, "the file holds \(published) under two names")
            }
            originalNames[published] = name
        }
        kind = .huggingFace
        weights.arrays = renamed
    }

    /// Hugging Face's `config.json`. Its `hop_length` is not to be trusted and not read.
    private mutating func readConfig(_ config: JSON) throws(VRVQError) {
        guard config.objectValue != nil else { throw VRVQError(.malformed, "the configuration is not a JSON object") }
        hints.sampleRate = config["sampling_rate"]?.integerValue ?? hints.sampleRate
        let names = [
            "encoder_hidden_size": "encoder_dim", "downsampling_ratios": "encoder_rates",
            "decoder_hidden_size": "decoder_dim", "n_codebooks": "n_codebooks", "codebook_size": "codebook_size",
            "codebook_dim": "codebook_dim",
        ]
        for (key, claim) in names { hints.claims[claim] = config[key] ?? hints.claims[claim] }
    }
}
