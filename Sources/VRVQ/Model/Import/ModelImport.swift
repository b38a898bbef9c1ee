import VRVQNetwork

/// Settings of an import.
public struct ImportOptions: Sendable {
    /// Name of the model; nil takes the file's, or that of the preset with this architecture, or `imported`.
    public var name: String?
    /// Card of the model; nil takes the file's.
    public var card: ModelCard?
    /// The architecture, where shapes and metadata do not tell it.
    public var architecture: Architecture?
    /// Samples per second, where the file does not say.
    public var sampleRate: Int?
    /// Accept a file that is no full match: missing and misshapen arrays become zeros, unexpected ones are dropped.
    public var allowPartial = false
    /// Store kernels of at least 4096 values in half precision.
    public var halfKernels = false

    /// The default: everything from the file, a full match, kernels in the file's precision.
    public init() {}
}

/// Reads weights that others have made.
public enum ModelImport {
    /// Reads a vrvq model, a training export, a PyTorch checkpoint (`.pth`) of the published DAC or VRVQ code, or
    /// safetensors under published or Hugging Face's names. Nothing in a file is executed.
    /// - Parameter config: Hugging Face's `config.json`, where there is one.
    /// - Throws: an error where the file cannot be read or no architecture fits; what does not match is in the report.
    public static func read(
        _ bytes: ModelBytes, config: [UInt8]? = nil, options: ImportOptions = ImportOptions()
    ) throws(VRVQError) -> ImportResult {
        var parsed: JSON?
        if let config { parsed = try JSON(parsing: config, what: "the configuration") }
        var source = try ImportSource(bytes, config: parsed)
        if let architecture = options.architecture { source.hints.architecture = architecture }
        if let rate = options.sampleRate { source.hints.sampleRate = rate }
        var inference = ArchitectureInference(source)
        let architecture = try inference.architecture()
        try architecture.check()
        var report = ImportReport(source: source.kind)
        report.notes = source.notes + inference.notes
        return ImportResult(source: source, options: options, architecture: architecture, report: report)
    }
}

/// A file that was read, matched against a network.
public struct ImportResult: Sendable {
    /// The network that the arrays are of.
    public let architecture: Architecture
    /// What matched and what did not.
    public private(set) var report: ImportReport

    private let name: String
    private let card: ModelCard
    private let options: ImportOptions
    private let weights: ForeignWeights
    /// Stays beside the network while its codes have the same shape.
    private let contextModel: ContextModel?

    init(source: ImportSource, options: ImportOptions, architecture: Architecture, report: ImportReport) {
        self.architecture = architecture
        self.report = report
        self.options = options
        weights = source.weights
        let preset = Architecture.presets.first { $0.architecture == architecture }?.name
        name = options.name ?? source.name ?? preset ?? "imported"
        card = options.card ?? source.card ?? ModelCard()
        let shape = source.contextModel?.shape
        let fits = shape?.stages == architecture.quantizer.stages && shape?.entries == architecture.quantizer.entries
        contextModel = fits ? source.contextModel : nil
        match(source.originalNames)
    }

    private mutating func match(_ originalNames: [String: String]) {
        var unused = Set(weights.arrays.keys)
        if contextModel != nil { unused.subtract(ContextField.allCases.map(\.name)) }
        for parameter in Network(architecture).parameters {
            guard let names = weights.storedNames(of: parameter) else {
                report.missing.append(parameter.name)
                continue
            }
            unused.subtract(names)
            let mismatches = mismatches(parameter, names)
            report.mismatched += mismatches
            for name in names {
                guard let type = weights.arrays[name]?.type, !type.isWeight else { continue }
                report.notes.append("\(originalNames[name] ?? name) holds \(type.rawValue), not weights")
            }
            if mismatches.isEmpty { report.matched.append(parameter.name) }
        }
        report.unexpected = unused.map { originalNames[$0] ?? $0 }.sorted()
        report.mismatched = report.mismatched.map {
            .init(name: originalNames[$0.name] ?? $0.name, expected: $0.expected, found: $0.found)
        }
        if options.allowPartial, !report.missing.isEmpty || !report.mismatched.isEmpty {
            report.notes.append("missing and misshapen arrays are made zeros")
        }
    }

    private func mismatches(_ parameter: Parameter, _ names: [String]) -> [ImportReport.Mismatch] {
        let magnitude = [parameter.shape[0]] + Array(repeating: 1, count: parameter.shape.count - 1)
        let expected = names.count == 1 ? [parameter.shape] : [magnitude, parameter.shape]
        return zip(names, expected).compactMap { name, expected in
            guard let array = weights.arrays[name], array.shape != expected || !array.type.isWeight else { return nil }
            return .init(name: name, expected: expected, found: array.shape)
        }
    }

    /// The model. Kernels are folded here: in double precision, rounded once.
    /// - Throws: `badModel` where the match is not full and `allowPartial` not set, or where an array holds a NaN or
    ///   an infinity.
    public func model() throws(VRVQError) -> Model {
        guard report.isComplete || options.allowPartial else { throw incomplete }
        try Model.checkName(name)
        let matched = Set(report.matched)
        let parameters = Network(architecture).parameters
        let kinds = Dictionary(parameters.map { ($0.name, $0) }) { first, _ in first }
        let writer = SafetensorsWriter(
            metadata: Model.metadata(name, architecture, card),
            entries: parameters.map { .init(name: $0.name, type: type(of: $0), shape: $0.shape) })
        let file = try writer.bytes { entry, file throws(VRVQError) in
            guard matched.contains(entry.name), let parameter = kinds[entry.name] else {
                file += repeatElement(0, count: entry.byteCount)
                return
            }
            entry.type.append(try values(of: parameter), to: &file)
        }
        let model = try Model(file)
        return contextModel == nil ? model : try model.replacingContextModel(contextModel)
    }

    private var incomplete: VRVQError {
        let parts = [
            (report.missing.count, "missing"), (report.unexpected.count, "unexpected"),
            (report.mismatched.count, "misshapen"),
        ]
        let counts = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        let example = report.missing.first ?? report.mismatched.first?.name ?? report.unexpected.first ?? ""
        return VRVQError(
            .badModel, "the file is not a full match for its network: \(counts) arrays, such as \(example)")
    }

    /// Halves stay halves where nothing has to be folded.
    private func type(of parameter: Parameter) -> ElementType {
        if weights.arrays[parameter.name]?.type == .float16 { return .float16 }
        return options.halfKernels && parameter.kind == .kernel && parameter.count >= 4096 ? .float16 : .float32
    }

    private func values(of parameter: Parameter) throws(VRVQError) -> [Float] {
        let values: [Float]
        do throws(WeightError) {
            values =
                parameter.kind == .kernel
                ? try weights.kernel(String(parameter.name.dropLast(".weight".count)), shape: parameter.shape)
                : try weights.values(of: parameter.name, shape: parameter.shape)
        } catch {
            throw VRVQError(.badModel, error.description)
        }
        let limit: Float = type(of: parameter) == .float16 ? 65519 : .greatestFiniteMagnitude
        guard values.allSatisfy({ abs($0) <= limit }) else {
            throw VRVQError(.badModel, "\(parameter.name) holds a NaN, an infinity or a value out of range")
        }
        return values
    }
}

extension ElementType {
    /// Appends values as little-endian float32 or float16.
    func append(_ values: [Float], to file: inout [UInt8]) {
        switch self {
        case .float16:
            values.map(HalfPrecision.bits).withUnsafeBytes { file.append(contentsOf: $0) }
        case .float32: values.withUnsafeBytes { file.append(contentsOf: $0) }
        default: preconditionFailure("models are written in F32 and F16")
        }
    }
}
