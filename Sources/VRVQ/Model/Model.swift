import Synchronization
import VRVQNetwork

/// A network with its weights, name and card.
///
/// A model file is a safetensors file whose metadata says what it is: `format` = `vrvq-model`, `version` = `1`,
/// `name`, `architecture` (JSON, see `Architecture.json`), `card` (JSON object). It holds every array of
/// `Network.parameters` under its published name, kernels folded, in F16, BF16, F32 or F64. Arrays beyond those are
/// left alone.
public final class Model: Sendable {
    /// What the `format` of a model file says.
    public static let format = "vrvq-model"
    /// The version of the file's layout that this build reads and writes.
    public static let version = 1

    /// Short name, for people.
    public let name: String
    /// What the maker says about it.
    public let card: ModelCard
    /// The network, laid out.
    public let network: Network
    /// The shape of the network.
    public var architecture: Architecture { network.architecture }
    /// The arrays.
    public var weights: any WeightSource { stored }

    let stored: any StoredWeights
    private let cachedFingerprint = Mutex<Fingerprint?>(nil)
    private let contextShape: ContextModel.Shape?
    private let cachedContext = Mutex<Result<ContextModel, VRVQError>?>(nil)

    /// Reads a model file: header only, no values.
    /// - Throws: `badModel` where the file is a sound one but not of a model, or lacks what its network needs;
    ///   `unsupported` for a newer version; otherwise what `Safetensors` throws.
    public convenience init(_ bytes: ModelBytes) throws(VRVQError) {
        let file = try Safetensors(bytes)
        try Self.checkFormat(file.metadata)
        let architecture = try Architecture(
            json: JSON(parsing: file.metadata["architecture"] ?? "", what: "the model's architecture"))
        let card = try ModelCard(parsing: Array((file.metadata["card"] ?? "{}").utf8))
        try self.init(name: file.metadata["name"] ?? "", architecture: architecture, card: card, stored: file)
    }

    /// The same for bytes in an array.
    public convenience init(_ bytes: [UInt8]) throws(VRVQError) { try self.init(ModelBytes(bytes)) }

    init(name: String, architecture: Architecture, card: ModelCard, stored: any StoredWeights) throws(VRVQError) {
        try Self.checkName(name)
        try architecture.check()
        network = Network(architecture)
        self.name = name
        self.card = card
        self.stored = stored
        contextShape = try stored.contextShape(architecture.quantizer)
        for parameter in network.parameters { try Self.check(parameter, in: stored) }
    }

    private static func checkFormat(_ metadata: [String: String]) throws(VRVQError) {
        guard metadata["format"] == format else {
            throw VRVQError(
                .badModel,
                "this safetensors file is not a vrvq model; `vrvq model import` makes one from published weights")
        }
        guard let version = metadata["version"].flatMap({ Int($0) }), version > 0 else {
            throw VRVQError(.badModel, "the model file does not say its version")
        }
        guard version <= Self.version else {
            throw VRVQError(
                .unsupported, "the model file has version \(version), this build reads \(Self.version): update vrvq")
        }
        guard metadata["architecture"] != nil else {
            throw VRVQError(.badModel, "the model file does not say its architecture")
        }
    }

    /// Names go into streams and file names.
    static func checkName(_ name: String) throws(VRVQError) {
        let allowed = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard allowed, (1...64).contains(name.utf8.count), !name.hasPrefix(".") else {
            throw VRVQError(
                .badModel, "a model's name is 1 to 64 letters, digits, '-', '_' and '.', not beginning with '.'")
        }
    }

    private static func check(_ parameter: Parameter, in stored: any StoredWeights) throws(VRVQError) {
        guard let type = stored.elementType(of: parameter.name), let shape = stored.shape(of: parameter.name) else {
            throw VRVQError(.badModel, WeightError.missing(parameter.name).description)
        }
        guard shape == parameter.shape else {
            let error = WeightError.shape(name: parameter.name, expected: parameter.shape, found: shape)
            throw VRVQError(.badModel, error.description)
        }
        guard type.isWeight else {
            throw VRVQError(.badModel, "\(parameter.name) holds \(type.rawValue), which weights cannot be read from")
        }
    }

    /// Names the network and its weights; see `fingerprintText`. Computed when first asked for.
    public var fingerprint: Fingerprint {
        cachedFingerprint.withLock { cached in
            if let cached { return cached }
            let made = makeFingerprint()
            cached = made
            return made
        }
    }

    /// The weights of coding 4 that lie in the file beside the network, if there are any: integers under the names of
    /// `ContextField`, behind `entropy.`. Read when first asked for.
    /// - Throws: `badModel` where they are no good.
    public var contextModel: ContextModel? {
        get throws(VRVQError) {
            guard let contextShape else { return nil }
            let made = cachedContext.withLock { cached in
                if let cached { return cached }
                let made = Result { () throws(VRVQError) in try stored.contextModel(contextShape) }
                cached = made
                return made
            }
            return try made.get()
        }
    }

    /// The same network with another context model, or with none.
    public func replacingContextModel(_ context: ContextModel?) throws(VRVQError) -> Model {
        try Model(serialized(context: context))
    }

    /// The model as the bytes of a model file, arrays in the types in which they are held.
    public func serialized() -> [UInt8] { serialized(context: try? contextModel) }

    private func serialized(context: ContextModel?) -> [UInt8] {
        var entries = network.parameters.map {
            SafetensorsWriter.Entry(name: $0.name, type: stored.elementType(of: $0.name) ?? .float32, shape: $0.shape)
        }
        entries += context?.entries ?? []
        let writer = SafetensorsWriter(metadata: Self.metadata(name, architecture, card), entries: entries)
        return writer.bytes { entry, file in
            if let context, let field = ContextField(entryName: entry.name) {
                file += context.bytes(of: field)
            } else {
                stored.withStoredBytes(of: entry.name) { file.append(contentsOf: $0) }
            }
        }
    }

    static func metadata(_ name: String, _ architecture: Architecture, _ card: ModelCard) -> [String: String] {
        [
            "format": format, "version": String(version), "name": name, "architecture": architecture.json.text,
            "card": card.json.text,
        ]
    }
}
