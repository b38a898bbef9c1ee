import VRVQNetwork

/// An array of a file that is being imported: like a PyTorch tensor, a view of memory with an offset and strides.
struct ForeignArray: Sendable {
    let type: ElementType
    let shape: [Int]
    /// Elements from one index to the next, per axis; nil for row-major.
    var strides: [Int]?
    let bytes: ModelBytes
    /// The bytes from the first element to the end of what the view may read.
    let range: Range<Int>

    var count: Int { shape.reduce(1, *) }

    /// Strides of a dense array.
    static func rowMajorStrides(_ shape: [Int]) -> [Int] {
        var strides = [Int](repeating: 1, count: shape.count)
        for axis in stride(from: shape.count - 2, through: 0, by: -1) {
            strides[axis] = strides[axis + 1] * max(1, shape[axis + 1])
        }
        return strides
    }

    /// Strides of axes of size 1 do not matter.
    private var isRowMajor: Bool {
        guard let strides else { return true }
        return zip(shape, zip(strides, Self.rowMajorStrides(shape))).allSatisfy { $0 <= 1 || $1.0 == $1.1 }
    }

    /// The values in row-major order as float32.
    func floats() -> [Float] {
        let dense = range.lowerBound..<range.lowerBound + count * type.size
        guard !isRowMajor else { return bytes.withBytes(of: dense) { type.floats($0) } }
        let memory = bytes.withBytes(of: range) { raw in
            type.floats(UnsafeRawBufferPointer(rebasing: raw[..<(raw.count - raw.count % type.size)]))
        }
        return offsets().map { memory[$0] }
    }

    /// Element offsets in row-major order.
    private func offsets() -> [Int] {
        var offsets = [0]
        for (size, step) in zip(shape, strides ?? Self.rowMajorStrides(shape)) {
            offsets = offsets.flatMap { base in (0..<size).map { base + $0 * step } }
        }
        return offsets
    }
}

/// The arrays of a file that is being imported, under published names.
struct ForeignWeights: WeightSource {
    var arrays: [String: ForeignArray]

    func shape(of name: String) -> [Int]? { arrays[name]?.shape }

    func values(of name: String) throws(WeightError) -> [Float] {
        guard let array = arrays[name] else { throw .missing(name) }
        guard array.type.isWeight else {
            throw .unreadable(name: name, reason: "it holds \(array.type.rawValue), not weights")
        }
        return array.floats()
    }

    /// The names under which a parameter is stored: folded, or magnitude and direction; nil where it is not there.
    func storedNames(of parameter: Parameter) -> [String]? {
        if arrays[parameter.name] != nil { return [parameter.name] }
        guard parameter.kind == .kernel else { return nil }
        let layer = String(parameter.name.dropLast(".weight".count))
        for spelling in WeightNormSpelling.allCases {
            let names = [layer + spelling.magnitude, layer + spelling.direction]
            if names.allSatisfy({ arrays[$0] != nil }) { return names }
        }
        return nil
    }

    /// Shape of a layer's kernel in whatever spelling.
    func kernelShape(_ layer: String) -> [Int]? {
        shape(of: layer + ".weight")
            ?? WeightNormSpelling.allCases.lazy.compactMap { shape(of: layer + $0.direction) }.first
    }
}
