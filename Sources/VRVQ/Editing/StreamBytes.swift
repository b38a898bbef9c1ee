/// The bytes of a whole stream: in memory, or where any part of them can be read at any time.
public struct StreamBytes {
    /// Number of bytes.
    public let count: Int
    private let part: (Range<Int>) throws(VRVQError) -> ArraySlice<UInt8>

    /// Bytes in memory.
    public init(_ bytes: [UInt8]) {
        count = bytes.count
        part = { (range) throws(VRVQError) in bytes[range] }
    }

    /// Bytes elsewhere, for example in a file.
    /// - Parameter read: gives exactly the bytes of a range within `0 ..< count`, or throws.
    public init(count: Int, read: @escaping (Range<Int>) throws(VRVQError) -> [UInt8]) {
        precondition(count >= 0)
        self.count = count
        part = { (range) throws(VRVQError) in
            let bytes = try read(range)
            precondition(bytes.count == range.count, "as many bytes as were asked for")
            return bytes[...]
        }
    }

    /// The bytes of a range, which must lie within the stream. The indices of the result mean nothing.
    subscript(range: Range<Int>) -> ArraySlice<UInt8> {
        get throws(VRVQError) { try part(range) }
    }

    /// At most so many bytes from an offset on.
    func prefix(_ limit: Int, from offset: Int = 0) throws(VRVQError) -> ArraySlice<UInt8> {
        try self[min(offset, count)..<min(count, offset + limit)]
    }
}

/// Where a section lies in a stream.
struct SectionPlace: Equatable {
    let type: SectionType
    let bytes: Range<Int>
    let payload: Range<Int>

    /// Bytes of type and length at most.
    static let longestHead = 1 + Varint.maximumBytes

    /// What type and length at an offset say, whether or not the checksum agrees; nil where they say nothing or more
    /// than there are bytes.
    /// - Parameter head: the bytes at the offset, as many of `longestHead` as there are.
    init?(head: ArraySlice<UInt8>, at offset: Int, of count: Int) {
        guard let first = head.first, case .value(let length, let size) = Varint.decode(head.dropFirst()),
            length <= Limits.maximumSectionBytes
        else { return nil }
        payload = offset + 1 + size..<offset + 1 + size + length
        bytes = offset..<payload.upperBound + Section.checksumBytes
        type = SectionType(rawValue: first)
        guard bytes.upperBound <= count else { return nil }
    }
}
