/// Finds the entries of a zip file (APPNOTE 6.3.x, with zip64). Checksums are for the caller to verify.
package struct ZipArchive {
    /// What the central directory says of a file.
    package struct Entry: Sendable {
        /// 0 stored, 8 deflated.
        package let method: Int
        /// CRC-32 of the file's bytes.
        package let checksum: UInt32
        /// Bytes in the archive.
        package let compressedSize: Int
        /// Bytes of the file.
        package let size: Int
        let headerOffset: Int
    }

    let bytes: ModelBytes
    /// By name.
    package private(set) var entries: [String: Entry] = [:]
    private let reader: ByteReader

    static func recognizes(_ bytes: ModelBytes) -> Bool {
        bytes.count >= 4 && bytes.copy(0..<4) == [0x50, 0x4B, 3, 4]
    }

    /// Reads the directory; its entries number no more than its bytes allow.
    package init(_ bytes: ModelBytes) throws(VRVQError) {
        self.bytes = bytes
        reader = ByteReader(bytes: bytes, what: "the zip file")
        let directory = try findDirectory()
        var position = directory.lowerBound
        while position < directory.upperBound { position = try readEntry(at: position) }
    }

    /// Where a stored entry's bytes lie; PyTorch compresses nothing.
    func range(of name: String) throws(VRVQError) -> Range<Int> {
        guard let entry = entries[name] else { throw VRVQError(.malformed, "the zip file lacks \(name.printable)") }
        guard entry.method == 0, entry.size == entry.compressedSize else {
            throw VRVQError(
                .unsupported,
                "\(name.printable) is compressed inside the zip file, where PyTorch stores it plain: zip it again "
                    + "uncompressed"
            )
        }
        return try range(of: entry)
    }

    /// Where an entry's bytes lie in the archive, stored or compressed.
    package func range(of entry: Entry) throws(VRVQError) -> Range<Int> {
        guard try reader.integer(at: entry.headerOffset, width: 4) == 0x0403_4B50 else {
            throw VRVQError(.malformed, "the zip file's directory points nowhere", offset: entry.headerOffset)
        }
        let nameLength = try reader.int(at: entry.headerOffset + 26, width: 2)
        let extraLength = try reader.int(at: entry.headerOffset + 28, width: 2)
        return try reader.range(at: entry.headerOffset + 30 + nameLength + extraLength, count: entry.compressedSize)
    }

    /// The central directory, by the end record at the file's end or the zip64 record before it.
    private func findDirectory() throws(VRVQError) -> Range<Int> {
        let end = try findEnd()
        let offset = try reader.int(at: end + 16, width: 4)
        let size = try reader.int(at: end + 12, width: 4)
        guard offset == 0xFFFF_FFFF || size == 0xFFFF_FFFF else { return try reader.range(at: offset, count: size) }
        guard end >= 20, try reader.integer(at: end - 20, width: 4) == 0x0706_4B50 else {
            throw VRVQError(.malformed, "the zip file lacks its zip64 record", offset: end)
        }
        let record = try reader.int(at: end - 12, width: 8)
        _ = try reader.range(at: record, count: 56)
        guard try reader.integer(at: record, width: 4) == 0x0606_4B50 else {
            throw VRVQError(.malformed, "the zip file lacks its zip64 record", offset: record)
        }
        return try reader.range(
            at: try reader.int(at: record + 48, width: 8), count: try reader.int(at: record + 40, width: 8))
    }

    /// The end record: the last of its signature, before a comment of at most 65535 bytes.
    private func findEnd() throws(VRVQError) -> Int {
        let first = max(0, bytes.count - 22 - 65535)
        let tail = bytes.copy(first..<bytes.count)
        var position = tail.count - 22
        while position >= 0 {
            if tail[position] == 0x50, tail[position + 1] == 0x4B, tail[position + 2] == 5, tail[position + 3] == 6 {
                return first + position
            }
            position -= 1
        }
        throw VRVQError(.truncated, "the zip file has no end record: it is cut off or damaged", offset: bytes.count)
    }

    /// Reads one record of the central directory and gives the position after it.
    private mutating func readEntry(at position: Int) throws(VRVQError) -> Int {
        guard try reader.integer(at: position, width: 4) == 0x0201_4B50 else {
            throw VRVQError(.malformed, "the zip file's directory is damaged", offset: position)
        }
        let nameLength = try reader.int(at: position + 28, width: 2)
        let extraLength = try reader.int(at: position + 30, width: 2)
        let commentLength = try reader.int(at: position + 32, width: 2)
        let name = try reader.range(at: position + 46, count: nameLength)
        let extra = try reader.range(at: name.upperBound, count: extraLength)
        var fields = [
            try reader.int(at: position + 24, width: 4), try reader.int(at: position + 20, width: 4),
            try reader.int(at: position + 42, width: 4),
        ]
        try readZip64(extra, into: &fields)
        guard let text = String(validating: bytes.copy(name), as: UTF8.self) else {
            throw VRVQError(.malformed, "an entry of the zip file has a name not in UTF-8", offset: position)
        }
        let method = try reader.int(at: position + 10, width: 2)
        guard fields[2] <= bytes.count, fields[1] <= bytes.count, method != 0 || fields[0] <= bytes.count else {
            throw VRVQError(.malformed, "\(text.printable) lies outside the zip file", offset: position)
        }
        let entry = Entry(
            method: method, checksum: UInt32(truncatingIfNeeded: try reader.integer(at: position + 16, width: 4)),
            compressedSize: fields[1], size: fields[0], headerOffset: fields[2])
        guard entries.updateValue(entry, forKey: text) == nil else {
            throw VRVQError(.malformed, "\(text.printable) occurs twice in the zip file", offset: position)
        }
        return extra.upperBound + commentLength
    }

    /// Replaces the fields that are all ones (size, compressed size, offset) by the next ones of the zip64 field.
    private func readZip64(_ extra: Range<Int>, into fields: inout [Int]) throws(VRVQError) {
        guard fields.contains(0xFFFF_FFFF) else { return }
        var position = extra.lowerBound
        while position + 4 <= extra.upperBound {
            let kind = try reader.int(at: position, width: 2)
            let length = try reader.int(at: position + 2, width: 2)
            if kind == 1 {
                var next = position + 4
                for index in fields.indices where fields[index] == 0xFFFF_FFFF {
                    fields[index] = try reader.int(at: next, width: 8)
                    next += 8
                }
                return
            }
            position += 4 + length
        }
        throw VRVQError(.malformed, "an entry of the zip file lacks its zip64 field", offset: extra.lowerBound)
    }
}
