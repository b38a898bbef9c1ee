import VRVQNetwork

extension Architecture {
    /// The architecture as it stands in model files.
    public var json: JSON {
        .object([
            "sample_rate": .integer(sampleRate), "encoder": encoder.json, "decoder": decoder.json,
            "latent": .integer(latent),
            "quantizer": .object([
                "dimensions": .integers(quantizer.dimensions), "entries": .integer(quantizer.entries),
                "lookup": .string(quantizer.lookup.rawValue),
            ]),
            "importance": importance?.json ?? .null,
        ])
    }

    /// Reads what `json` writes. A setting that this version does not know is refused, because it would be another
    /// network.
    /// - Throws: `badModel`.
    public init(json: JSON) throws(VRVQError) {
        let fields = try Fields(
            json, "architecture", allowed: ["sample_rate", "encoder", "decoder", "latent", "quantizer", "importance"])
        let importance = try fields.value("importance")
        self.init(
            sampleRate: try fields.integer("sample_rate"), encoder: try Coder(json: fields.value("encoder"), "encoder"),
            decoder: try Coder(json: fields.value("decoder"), "decoder"), latent: try fields.integer("latent"),
            quantizer: try Quantizer(json: fields.value("quantizer")),
            importance: importance == .null ? nil : try Importance(json: importance))
        try check()
    }

    /// Refuses what cannot be laid out as a network.
    /// - Throws: `badModel`.
    func check() throws(VRVQError) {
        // Before anything multiplies the strides.
        for coder in [encoder, decoder] {
            guard case .pyramid(let width, let strides) = coder else { continue }
            guard strides.count <= 12, strides.allSatisfy({ (1...16384).contains($0) }), (1...16384).contains(width),
                let hop = Safetensors.elementCount(strides), hop <= 65536
            else { throw VRVQError(.badModel, "the model's strides or widths are out of range") }
        }
        if let defect { throw VRVQError(.badModel, "the model's architecture is impossible: \(defect)") }
    }
}

extension Architecture.Coder {
    fileprivate var json: JSON {
        switch self {
        case .pyramid(let width, let strides):
            .object(["kind": .string("pyramid"), "width": .integer(width), "strides": .integers(strides)])
        case .frameRate(let stride, let channels, let hidden, let dilations, let ahead):
            .object([
                "kind": .string("frame-rate"), "stride": .integer(stride), "channels": .integer(channels),
                "hidden": .integer(hidden), "dilations": .integers(dilations), "ahead": .integer(ahead),
            ])
        }
    }

    fileprivate init(json: JSON, _ name: String) throws(VRVQError) {
        switch json["kind"]?.stringValue {
        case "pyramid":
            let fields = try Fields(json, name, allowed: ["kind", "width", "strides"])
            self = .pyramid(width: try fields.integer("width"), strides: try fields.integers("strides"))
        case "frame-rate":
            let fields = try Fields(
                json, name, allowed: ["kind", "stride", "channels", "hidden", "dilations", "ahead"])
            self = .frameRate(
                stride: try fields.integer("stride"), channels: try fields.integer("channels"),
                hidden: try fields.integer("hidden"), dilations: try fields.integers("dilations"),
                ahead: try fields.integer("ahead"))
        default: throw VRVQError(.badModel, "the model's \(name) is of a kind that this version does not know")
        }
    }
}

extension Architecture.Quantizer {
    fileprivate init(json: JSON) throws(VRVQError) {
        let fields = try Fields(json, "quantizer", allowed: ["dimensions", "entries", "lookup"])
        guard let lookup = json["lookup"]?.stringValue.flatMap(Architecture.Lookup.init(rawValue:)) else {
            throw VRVQError(.badModel, "the model's quantizer has a look-up that this version does not know")
        }
        self.init(
            dimensions: try fields.integers("dimensions"), entries: try fields.integer("entries"), lookup: lookup)
    }
}

extension Architecture.Importance {
    fileprivate var json: JSON {
        .object([
            "channels": .integers(channels), "kernels": .integers(kernels), "input_block": .bool(inputBlock),
        ])
    }

    fileprivate init(json: JSON) throws(VRVQError) {
        let fields = try Fields(json, "importance subnet", allowed: ["channels", "kernels", "input_block"])
        guard let inputBlock = json["input_block"]?.boolValue else {
            throw VRVQError(.badModel, "the model's importance subnet lacks input_block")
        }
        self.init(
            channels: try fields.integers("channels"), kernels: try fields.integers("kernels"), inputBlock: inputBlock)
    }
}

/// An object whose members are all known.
private struct Fields {
    let json: JSON
    let name: String

    init(_ json: JSON, _ name: String, allowed: Set<String>) throws(VRVQError) {
        guard let members = json.objectValue else { throw VRVQError(.badModel, "the model's \(name) is not an object") }
        if let unknown = members.keys.filter({ !allowed.contains($0) }).min() {
            throw VRVQError(
                .badModel, "the model's \(name) has a setting that this version does not know: \(unknown.printable)")
        }
        self.json = json
        self.name = name
    }

    func value(_ key: String) throws(VRVQError) -> JSON {
        guard let value = json[key] else { throw VRVQError(.badModel, "the model's \(name) lacks \(key)") }
        return value
    }

    func integer(_ key: String) throws(VRVQError) -> Int {
        guard let value = try value(key).integerValue, (-1 << 31..<1 << 31).contains(value) else {
            throw VRVQError(.badModel, "\(key) of the model's \(name) is not a whole number within reason")
        }
        return value
    }

    func integers(_ key: String) throws(VRVQError) -> [Int] {
        guard let values = try value(key).integers, values.allSatisfy({ (-1 << 31..<1 << 31).contains($0) }) else {
            throw VRVQError(.badModel, "\(key) of the model's \(name) is not a list of whole numbers within reason")
        }
        return values
    }
}
