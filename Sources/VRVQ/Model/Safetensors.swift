import VRVQNetwork

/// A file in the safetensors layout: a length (8 bytes, little-endian), a JSON header of that length, and the
/// arrays' values, one array behind the other.
///
/// Every bound is checked when the header is read; values are made when asked for.
public struct Safetensors: Sendable {
    /// One array.
    public struct Array: Equatable, Sendable {
        /// Kind of number.
        public let type: ElementType
        /// Row-major shape; empty for a single number.
        public let shape: [Int]
        /// Where its values lie in the file.
        public let range: Range<Int>
    }

    /// Headers beyond this many bytes are refused.
    public static let headerLimit = 16 << 20

    /// The bytes of the file.
    public let bytes: ModelBytes
    /// Texts by key, from the header's `__metadata__`.
    public let metadata: [String: String]
    /// Arrays by name.
    public let arrays: [String: Array]

    /// Reads the header of a file.
    /// - Throws: `truncated`, `malformed`, `unsupported` or `limitExceeded`.
    public init(_ bytes: ModelBytes) throws(VRVQError) {
        let (header, dataStart) = try Self.header(of: bytes)
        guard case .object(var members) = header else {
            throw VRVQError(.malformed, "the safetensors header is not a JSON object", offset: 8)
        }
        metadata = try Self.metadata(members.removeValue(forKey: "__metadata__"))
        var arrays: [String: Array] = [:]
        for (name, entry) in members {
            arrays[name] = try Self.array(name, entry, dataStart: dataStart, end: bytes.count)
        }
        try Self.checkCover(arrays, from: dataStart, to: bytes.count)
        self.bytes = bytes
        self.arrays = arrays
    }

    /// Whether bytes begin as such a file does: a possible length, then an opening brace.
    static func recognizes(_ bytes: ModelBytes) -> Bool {
        guard bytes.count > 8 else { return false }
        return bytes.withBytes(of: 0..<9) { raw in
            raw[8] == UInt8(ascii: "{") && raw[4..<8].allSatisfy { $0 == 0 }
        }
    }

    private static func header(of bytes: ModelBytes) throws(VRVQError) -> (header: JSON, dataStart: Int) {
        let reader = ByteReader(bytes: bytes, what: "the safetensors file")
        let length = try reader.integer(at: 0, width: 8)
        guard length <= UInt64(headerLimit) else {
            throw VRVQError(.limitExceeded, "a safetensors header of \(length) bytes is more than is read", offset: 0)
        }
        let range = try reader.range(at: 8, count: Int(length))
        let header = try JSON(parsing: bytes.copy(range), depth: 8, what: "the safetensors header")
        return (header, range.upperBound)
    }

    private static func metadata(_ entry: JSON?) throws(VRVQError) -> [String: String] {
        guard let entry else { return [:] }
        let texts = entry.objectValue?.compactMapValues(\.stringValue)
        guard let texts, texts.count == entry.objectValue?.count else {
            throw VRVQError(.malformed, "the safetensors metadata is not made of texts")
        }
        return texts
    }

    private static func array(
        _ name: String, _ entry: JSON, dataStart: Int, end: Int
    ) throws(VRVQError) -> Array {
        guard name.canNameAnArray else {
            throw VRVQError(.malformed, "the safetensors file has an array of the impossible name \(name.printable)")
        }
        guard let typeName = entry["dtype"]?.stringValue, let shape = entry["shape"]?.integers,
            let offsets = entry["data_offsets"]?.integers, offsets.count == 2, shape.count <= 8
        else { throw VRVQError(.malformed, "the safetensors header does not describe \(name) rightly") }
        guard let type = ElementType(rawValue: typeName) else {
            throw VRVQError(.unsupported, "\(name) is of the unknown type \(typeName.printable)")
        }
        guard let size = elementCount(shape, times: type.size) else {
            throw VRVQError(.malformed, "\(name) has the impossible shape \(shape)")
        }
        let room = end - dataStart
        guard (0...room).contains(offsets[0]), (offsets[0]...room).contains(offsets[1]) else {
            throw VRVQError(.malformed, "\(name) lies outside the file")
        }
        guard offsets[1] - offsets[0] == size else {
            throw VRVQError(.malformed, "\(name) has \(offsets[1] - offsets[0]) bytes where its shape needs \(size)")
        }
        return Array(type: type, shape: shape, range: dataStart + offsets[0]..<dataStart + offsets[1])
    }

    /// Product of a shape and `factor`; nil where a size is negative or the product exceeds 2^48.
    static func elementCount(_ shape: [Int], times factor: Int = 1) -> Int? {
        var product = factor
        for size in shape {
            let (next, overflow) = product.multipliedReportingOverflow(by: size)
            guard size >= 0, !overflow, next <= 1 << 48 else { return nil }
            product = next
        }
        return product
    }

    /// The arrays must lie one behind the other and fill the file: no overlap, no gap, nothing hidden.
    private static func checkCover(_ arrays: [String: Array], from start: Int, to end: Int) throws(VRVQError) {
        var position = start
        for range in arrays.values.map(\.range).sorted(by: {
            ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound)
        }) {
            guard range.lowerBound == position else {
                throw VRVQError(
                    .malformed, "two arrays of the safetensors file overlap or leave a gap", offset: range.lowerBound)
            }
            position = range.upperBound
        }
        guard position == end else {
            throw VRVQError(.malformed, "the safetensors file has bytes after its last array", offset: position)
        }
    }
}

extension Safetensors: StoredWeights {
    /// Shape of an array, or nil where there is none of that name.
    public func shape(of name: String) -> [Int]? { arrays[name]?.shape }

    /// The values of an array as float32.
    public func values(of name: String) throws(WeightError) -> [Float] {
        guard let array = arrays[name] else { throw .missing(name) }
        guard array.type.isWeight else {
            throw .unreadable(name: name, reason: "it holds \(array.type.rawValue), not weights")
        }
        return bytes.withBytes(of: array.range) { array.type.floats($0) }
    }

    func elementType(of name: String) -> ElementType? { arrays[name]?.type }

    /// Gives the stored bytes of an array (little-endian, row-major) to `body`; nil where there is none.
    public func withStoredBytes<Result>(of name: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
        arrays[name].map { bytes.withBytes(of: $0.range, body) }
    }
}
