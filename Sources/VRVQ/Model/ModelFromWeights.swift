import VRVQNetwork

extension Model {
    /// A model of weights that were made elsewhere, such as by training.
    ///
    /// - Parameters:
    ///   - weights: Every parameter of the network; kernels folded or as magnitude and direction.
    ///   - type: How the values are kept: float32, or float16, which rounds them once.
    /// - Throws: `badModel` where an array is missing or of another shape.
    public convenience init(
        name: String, architecture: Architecture, card: ModelCard, weights: some WeightSource,
        type: ElementType = .float32
    ) throws(VRVQError) {
        precondition(type == .float32 || type == .float16)
        try architecture.check()
        let parameters = Network(architecture).parameters
        let writer = SafetensorsWriter(
            metadata: Self.metadata(name, architecture, card),
            entries: parameters.map { SafetensorsWriter.Entry(name: $0.name, type: type, shape: $0.shape) })
        let kinds = Dictionary(parameters.map { ($0.name, $0.kind) }) { $1 }
        let bytes = try writer.bytes { (entry, file) throws(VRVQError) in
            let values = try Self.values(of: entry, isKernel: kinds[entry.name] == .kernel, in: weights)
            file.append(contentsOf: values, as: type)
        }
        try self.init(bytes)
    }

    private static func values(
        of entry: SafetensorsWriter.Entry, isKernel: Bool, in weights: some WeightSource
    ) throws(VRVQError) -> [Float] {
        do throws(WeightError) {
            guard isKernel else { return try weights.values(of: entry.name, shape: entry.shape) }
            return try weights.kernel(String(entry.name.dropLast(".weight".count)), shape: entry.shape)
        } catch {
            throw VRVQError(.badModel, error.description)
        }
    }
}

extension [UInt8] {
    /// Little-endian values.
    fileprivate mutating func append(contentsOf values: [Float], as type: ElementType) {
        for value in values {
            if type == .float16 {
                let bits = HalfPrecision.bits(of: value)
                append(UInt8(truncatingIfNeeded: bits))
                append(UInt8(truncatingIfNeeded: bits >> 8))
            } else {
                let bits = value.bitPattern
                for shift in [UInt32(0), 8, 16, 24] { append(UInt8(truncatingIfNeeded: bits >> shift)) }
            }
        }
    }
}
