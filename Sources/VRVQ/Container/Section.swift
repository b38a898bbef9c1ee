/// The type byte of a section (FORMAT.md, sections 3 and 4). Bit 7 says that the section is critical: a reader that does
/// not know it has to refuse the stream, because what follows would be read wrongly.
public struct SectionType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The byte itself.
    public let rawValue: UInt8

    /// The type of a byte; any byte is one.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Format of the whole stream, first of all sections.
    public static let header = SectionType(rawValue: 0x81)
    /// Frames of all channels.
    public static let chunk = SectionType(rawValue: 0x82)
    /// Start of a new segment after a cut or a join.
    public static let segment = SectionType(rawValue: 0x83)
    /// Totals, last of all sections.
    public static let trailer = SectionType(rawValue: 0x84)
    /// Fingerprint of the entropy model that later chunks in coding 4 need.
    public static let entropyModel = SectionType(rawValue: 0x85)
    /// Keys and values for people.
    public static let tags = SectionType(rawValue: 0x01)
    /// Where chunks start, for seeking.
    public static let chunkIndex = SectionType(rawValue: 0x02)
    /// Position in the stream, for readers that join late or lose bytes.
    public static let position = SectionType(rawValue: 0x03)

    /// Whether a reader that does not know the section must refuse the stream.
    public var isCritical: Bool { rawValue & 0x80 != 0 }

    /// The section's name, or "unknown", with the number in hexadecimal.
    public var description: String {
        let names: [SectionType: String] = [
            .header: "header", .chunk: "chunk", .segment: "segment", .trailer: "trailer",
            .entropyModel: "entropy model", .tags: "tags", .chunkIndex: "chunk index", .position: "position",
        ]
        return "\(names[self] ?? "unknown") section 0x" + (rawValue < 16 ? "0" : "") + String(rawValue, radix: 16)
    }
}

/// One section as it lies in the stream.
public struct Section: Equatable, Sendable {
    /// Bytes of the checksum behind every payload.
    package static let checksumBytes = 4

    /// What the payload is.
    public let type: SectionType
    /// Offset of the type byte from the start of the stream.
    public let offset: Int
    /// The bytes between length and checksum.
    public let payload: [UInt8]
    /// Bytes of type, length, payload and checksum.
    public let byteCount: Int
    /// Whether the checksum is that of type, length and payload.
    public let isIntact: Bool

    /// Offset of the first payload byte from the start of the stream.
    public var payloadOffset: Int { offset + byteCount - Section.checksumBytes - payload.count }

    /// Bytes of a section whose payload has so many.
    static func byteCount(payload count: Int) -> Int {
        var length: [UInt8] = []
        length.appendVarint(count)
        return 1 + length.count + count + checksumBytes
    }

    /// Type, length, payload and checksum as bytes.
    package static func bytes(_ type: SectionType, payload: [UInt8]) -> [UInt8] {
        precondition(payload.count <= Limits.maximumSectionBytes)
        var bytes: [UInt8] = [type.rawValue]
        bytes.reserveCapacity(payload.count + 1 + Varint.maximumBytes + checksumBytes)
        bytes.appendVarint(payload.count)
        bytes += payload
        bytes.appendUInt32(CRC32C.checksum(bytes[...]))
        return bytes
    }
}
