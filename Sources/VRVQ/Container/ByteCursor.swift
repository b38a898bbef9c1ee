/// Reads the fields of one section's payload in order. Every failure names the section and the byte in the stream.
struct ByteCursor {
    private(set) var rest: ArraySlice<UInt8>
    /// What is being read, for messages: "the header", "chunk 12 (...)".
    let context: String
    /// Offset in the stream of the payload's byte 0, less its index in the slice.
    private let base: Int

    init(_ bytes: ArraySlice<UInt8>, context: String, offset: Int) {
        rest = bytes
        self.context = context
        base = offset - bytes.startIndex
    }

    /// Offset in the stream of the next byte.
    var offset: Int { base + rest.startIndex }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func byte(_ field: String) throws(VRVQError) -> UInt8 {
        guard let byte = rest.popFirst() else { throw short(field) }
        return byte
    }

    mutating func bytes(_ count: Int, _ field: String) throws(VRVQError) -> ArraySlice<UInt8> {
        guard rest.count >= count else { throw short(field) }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func uint32(_ field: String) throws(VRVQError) -> UInt32 {
        try bytes(4, field).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    mutating func varint(_ field: String) throws(VRVQError) -> Int {
        switch Varint.decode(rest) {
        case .value(let value, let length):
            rest = rest.dropFirst(length)
            return value
        case .incomplete: throw short(field)
        case .overlong: throw malformed("\(field) is not a number in its shortest form")
        }
    }

    /// A number that has to lie in a range: below it is nonsense, above it is a bound of this format.
    mutating func varint(_ field: String, in range: ClosedRange<Int>) throws(VRVQError) -> Int {
        let start = offset
        let value = try varint(field)
        try range.check(value, "\(context): \(field)", offset: start)
        return value
    }

    /// A length of at most `limit` bytes and that many bytes of valid UTF-8.
    mutating func string(_ field: String, limit: Int) throws(VRVQError) -> String {
        let length = try varint("length of \(field)", in: 0...limit)
        let start = offset
        guard let text = String(validating: try bytes(length, field), as: UTF8.self) else {
            throw VRVQError(.malformed, "\(context): \(field) is not UTF-8", offset: start)
        }
        return text
    }

    /// Fields beyond those that the format defines would need a new section type, so a longer payload is an error.
    func expectEnd() throws(VRVQError) {
        guard isAtEnd else { throw malformed("\(rest.count) bytes more than its fields need") }
    }

    func malformed(_ problem: String) -> VRVQError {
        VRVQError(.malformed, "\(context): \(problem)", offset: offset)
    }

    private func short(_ field: String) -> VRVQError {
        malformed("the section ends before \(field)")
    }
}

extension ClosedRange<Int> {
    /// Throws `.malformed` for a value below the range and `.limitExceeded` for one above it.
    func check(_ value: Int, _ name: String, offset: Int? = nil) throws(VRVQError) {
        guard !contains(value) else { return }
        let code: VRVQError.Code = value < lowerBound ? .malformed : .limitExceeded
        throw VRVQError(code, "\(name) is \(value), allowed are \(lowerBound) to \(upperBound)", offset: offset)
    }
}
