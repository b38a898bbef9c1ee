import VRVQ

/// Checksums that are made right again, so that changed bytes reach the readers behind them.
enum Seals {
    /// A stored checksum of four zeros stays as it is: a way to keep a section damaged.
    private static let broken: [UInt8] = [0, 0, 0, 0]

    /// The bytes with the checksum of every section, as far as their lengths lead through them.
    static func renewed(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        var start = SectionScanner.magic.count + 1
        while start + 1 < bytes.count,
            case .value(let length, let size) = Varint.decode(bytes[(start + 1)...].prefix(Varint.maximumBytes))
        {
            let end = start + 1 + size + length
            guard end + 4 <= bytes.count else { break }
            if Array(bytes[end..<end + 4]) != broken {
                let payload = Array(bytes[(end - length)..<end])
                let type = SectionType(rawValue: bytes[start])
                bytes.replaceSubrange(end..<end + 4, with: Section.bytes(type, payload: payload).suffix(4))
            }
            start = end + 4
        }
        return bytes
    }

    /// A stream whose header names another network. Nil where it has no header that can be read.
    static func renamed(_ bytes: [UInt8], _ fingerprint: (StreamFormat) -> Fingerprint?) -> [UInt8]? {
        var reader = StreamReader()
        reader.push(bytes)
        guard case .format(var format)? = try? reader.next(), let fingerprint = fingerprint(format) else { return nil }
        format.networkFingerprint = fingerprint
        guard var writer = try? StreamWriter(format) else { return nil }
        return writer.header() + bytes.dropFirst(reader.statistics.headerBytes)
    }

    /// A zip file whose directory has the checksums of its stored entries.
    static func renewedZip(_ bytes: [UInt8], checksum: ([UInt8]) -> UInt32) -> [UInt8] {
        var bytes = bytes
        for entry in bytes.indices.dropLast(45) where bytes[entry...].starts(with: [0x50, 0x4B, 1, 2]) {
            let start = little(bytes, entry + 42, 4) + 30
            guard little(bytes, entry + 10, 2) == 0, start <= bytes.count else { continue }
            let data = start + little(bytes, start - 4, 2) + little(bytes, start - 2, 2)
            let end = data + little(bytes, entry + 20, 4)
            guard end <= bytes.count else { continue }
            let sum = checksum(Array(bytes[data..<end]))
            for place in 0..<4 { bytes[entry + 16 + place] = UInt8(truncatingIfNeeded: sum >> (8 * UInt32(place))) }
        }
        return bytes
    }

    private static func little(_ bytes: [UInt8], _ start: Int, _ count: Int) -> Int {
        bytes[start..<start + count].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
