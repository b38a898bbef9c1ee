/// Takes a stream apart into sections, whatever the pieces in which its bytes come, and checks their checksums; it does
/// not look into payloads. `StreamReader` stands on it, and so can tools that list, verify or mend.
/// It holds at most one incomplete section, besides what one `push` brings.
public struct SectionScanner: Sendable {
    /// "VRVQ" (FORMAT.md, section 1).
    public static let magic: [UInt8] = [0x56, 0x52, 0x56, 0x51]
    /// The only version that this build reads and writes.
    public static let version: UInt8 = 1
    /// Bytes before the first section.
    static let preambleBytes = magic.count + 1

    private var buffer: [UInt8] = []
    /// Index in the buffer of the first byte that is not consumed.
    private var start = 0
    /// Offset in the stream of that byte.
    public private(set) var offset = 0

    /// A scanner before the first byte of a stream.
    public init() {}

    /// Bytes taken in so far.
    public var bytesPushed: Int { offset + buffer.count - start }

    /// Takes more bytes in, in any pieces.
    public mutating func push(_ bytes: ArraySlice<UInt8>) {
        if start > 0 {
            buffer.removeFirst(start)
            start = 0
        }
        buffer += bytes
    }

    /// The next whole section, or nil when it needs more bytes. Throws for a wrong magic, another version, and a length
    /// that is no number or beyond the limit; a wrong checksum is told by `Section.isIntact`.
    public mutating func next() throws(VRVQError) -> Section? {
        if offset == 0 {
            guard try hasPreamble() else { return nil }
            consume(Self.preambleBytes)
        }
        guard let (headBytes, payloadBytes) = try sectionHead() else { return nil }
        let byteCount = headBytes + payloadBytes + Section.checksumBytes
        guard rest.count >= byteCount else { return nil }
        defer { consume(byteCount) }
        return section(headBytes: headBytes, byteCount: byteCount)
    }

    /// Bytes that wait for the rest of their section.
    public var pendingBytes: Int { rest.count }

    private var rest: ArraySlice<UInt8> { buffer[start...] }

    private mutating func consume(_ count: Int) {
        start += count
        offset += count
    }

    private func hasPreamble() throws(VRVQError) -> Bool {
        guard rest.prefix(4).elementsEqual(Self.magic.prefix(rest.count)) else {
            throw VRVQError(.malformed, "not a VRVQ stream: it does not start with the letters VRVQ", offset: 0)
        }
        guard let version = rest.dropFirst(4).first else { return false }
        guard version != 0 else { throw VRVQError(.malformed, "stream version 0 does not exist", offset: 4) }
        guard version == Self.version else {
            throw VRVQError(
                .unsupported, "stream version \(version) is newer than this build, which reads version 1: update vrvq",
                offset: 4)
        }
        return true
    }

    /// Bytes of type and length, and the length.
    private func sectionHead() throws(VRVQError) -> (headBytes: Int, payloadBytes: Int)? {
        guard let first = rest.first else { return nil }
        let type = SectionType(rawValue: first)
        switch Varint.decode(rest.dropFirst()) {
        case .incomplete: return nil
        case .overlong:
            throw VRVQError(
                .malformed, "the length of \(type) is not a number in its shortest form", offset: offset + 1)
        case .value(let length, let bytes):
            try (0...Limits.maximumSectionBytes).check(length, "length in bytes of \(type)", offset: offset + 1)
            return (1 + bytes, length)
        }
    }

    private func section(headBytes: Int, byteCount: Int) -> Section {
        let whole = rest.prefix(byteCount)
        let covered = whole.dropLast(Section.checksumBytes)
        let stored = whole.suffix(Section.checksumBytes).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return Section(
            type: SectionType(rawValue: whole.first!), offset: offset, payload: [UInt8](covered.dropFirst(headBytes)),
            byteCount: byteCount, isIntact: CRC32C.checksum(covered) == stored)
    }
}
