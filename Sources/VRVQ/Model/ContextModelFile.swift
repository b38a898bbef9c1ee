import VRVQNetwork

/// A context model in a model file: one array for each of `ContextField`.
extension StoredWeights {
    /// The sizes of the context model, nil where there is none. Values are not looked at.
    /// - Throws: `badModel` where an array is missing, or of another type or shape than the others say.
    func contextShape(_ quantizer: Architecture.Quantizer) throws(VRVQError) -> ContextModel.Shape? {
        guard ContextField.allCases.contains(where: { elementType(of: $0.name) != nil }) else { return nil }
        let frame = shape(of: ContextField.frame.name) ?? []
        let output = shape(of: ContextField.output.name) ?? []
        let first = shape(of: ContextField.firstBias.name) ?? []
        guard frame.count == 3, output.count == 3, first.count == 1, frame[0] == quantizer.stages,
            frame[1] == quantizer.entries, frame[1] <= ContextModel.maximumEntries,
            [frame[2], output[1], first[0]].allSatisfy({ (1...ContextModel.maximumWidth).contains($0) })
        else { throw ContextModel.error("its arrays are not for this network") }
        let context = ContextModel.Shape(
            stages: quantizer.stages, entries: quantizer.entries, width: frame[2], hidden: first[0], inner: output[1])
        for field in ContextField.allCases {
            guard elementType(of: field.name) == field.type, shape(of: field.name) == field.shape(context) else {
                throw ContextModel.error("\(field.rawValue) is missing, or not of its type and shape")
            }
        }
        return context
    }

    /// The context model of these sizes.
    func contextModel(_ shape: ContextModel.Shape) throws(VRVQError) -> ContextModel {
        try ContextModel(shape) { (field) throws(VRVQError) in
            let values = withStoredBytes(of: field.name) { raw in
                stride(from: 0, to: raw.count, by: field.type.size).map { field.type.integer(raw, at: $0) }
            }
            guard let values else { throw ContextModel.error("\(field.rawValue) is missing") }
            return values
        }
    }
}

extension ContextModel {
    /// The arrays as a model file describes them.
    var entries: [SafetensorsWriter.Entry] {
        ContextField.allCases.map { SafetensorsWriter.Entry(name: $0.name, type: $0.type, shape: $0.shape(shape)) }
    }

    /// The values of an array as they are stored.
    func bytes(of field: ContextField) -> [UInt8] {
        switch field {
        case .frame: frame.littleEndianBytes
        case .frameDepth: frameDepth.littleEndianBytes
        case .firstWeight: first.weights.littleEndianBytes
        case .firstBias: first.bias.littleEndianBytes
        case .secondWeight: second.weights.littleEndianBytes
        case .secondBias: second.bias.littleEndianBytes
        case .below: below.littleEndianBytes
        case .belowDepth: belowDepth.littleEndianBytes
        case .stageHidden: stageHidden.littleEndianBytes
        case .stageBelow: stageBelow.littleEndianBytes
        case .stageBias: stageBias.littleEndianBytes
        case .output: output.littleEndianBytes
        case .outputBias: outputBias.littleEndianBytes
        case .gate: gate.littleEndianBytes
        case .gateBias: gateBias.littleEndianBytes
        case .copyLag: copies.lag.littleEndianBytes
        case .copyBelow: copies.below.littleEndianBytes
        case .copyLast: copies.last.littleEndianBytes
        case .copyBefore: copies.before.littleEndianBytes
        case .shifts: shifts.littleEndianBytes
        }
    }
}

extension ContextField {
    /// The field of an array in a model file.
    init?(entryName: String) {
        guard let field = Self.allCases.first(where: { $0.name == entryName }) else { return nil }
        self = field
    }
}

extension ElementType {
    /// One signed integer of this type at an offset, little-endian.
    fileprivate func integer(_ raw: UnsafeRawBufferPointer, at offset: Int) -> Int {
        switch size {
        case 1: Int(raw.loadUnaligned(fromByteOffset: offset, as: Int8.self))
        case 2: Int(Int16(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: Int16.self)))
        default: Int(Int32(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
        }
    }
}

extension Array where Element: FixedWidthInteger {
    fileprivate var littleEndianBytes: [UInt8] {
        map(\.littleEndian).withUnsafeBytes { (raw: UnsafeRawBufferPointer) in [UInt8](raw) }
    }
}
