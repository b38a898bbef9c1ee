import VRVQ

/// NumPy's `.npz`: a zip file of array files, stored (`savez`) or compressed (`savez_compressed`).
package struct NPZArchive {
    /// Bytes of one array that is read, unpacked; all codes that a stream in memory may have fit twice.
    package static let maximumArrayBytes = 1 << 28

    private let bytes: [UInt8]
    private let zip: ZipArchive

    /// True for bytes that begin like a zip file.
    package static func recognizes(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x50, 0x4B, 3, 4]) }

    /// Reads the directory.
    package init(_ bytes: [UInt8]) throws(VRVQError) {
        self.bytes = bytes
        zip = try ZipArchive(ModelBytes(bytes))
    }

    /// An array by name; nil where there is none.
    package func array(_ name: String) throws(VRVQError) -> NPYArray? {
        guard let entry = zip.entries["\(name).npy"] else { return nil }
        guard entry.size <= Self.maximumArrayBytes else {
            throw VRVQError(.limitExceeded, "\(name) claims \(entry.size) bytes, more than are read")
        }
        let packed = bytes[try zip.range(of: entry)]
        let content: [UInt8]
        switch entry.method {
        case 0 where entry.size == packed.count: content = Array(packed)
        case 8: content = try Inflation.inflate(packed, to: entry.size, name: name)
        default: throw VRVQError(.unsupported, "\(name) is packed by method \(entry.method), read are 0 and 8")
        }
        guard Inflation.checksum(content) == entry.checksum else {
            throw VRVQError(.malformed, "\(name) is damaged: its checksum is wrong")
        }
        return try NPYArray(content, name: name)
    }

    /// A zip file of stored array files, in order; the same bytes for the same arrays.
    static func bytes(of arrays: [(name: String, content: [UInt8])]) -> [UInt8] {
        var bytes: [UInt8] = []
        var directory: [UInt8] = []
        for (name, content) in arrays {
            let offset = bytes.count
            let common = Self.common("\(name).npy", content)
            bytes += [0x50, 0x4B, 3, 4] + common + Array("\(name).npy".utf8) + content
            directory += [0x50, 0x4B, 1, 2, 20, 0] + common
            // No comment, disk 0, a binary file, no attributes.
            directory += [UInt8](repeating: 0, count: 10)
            directory.append(little: UInt64(offset), 4)
            directory += Array("\(name).npy".utf8)
        }
        var end: [UInt8] = [0x50, 0x4B, 5, 6, 0, 0, 0, 0]
        for _ in 0..<2 { end.append(little: UInt64(arrays.count), 2) }
        end.append(little: UInt64(directory.count), 4)
        end.append(little: UInt64(bytes.count), 4)
        return bytes + directory + end + [0, 0]
    }

    /// What a file's own header and its entry in the directory have in common: version, flags, method, time (the first
    /// of 1980), checksum, sizes, lengths of name and extra field.
    private static func common(_ name: String, _ content: [UInt8]) -> [UInt8] {
        var head: [UInt8] = [20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0]
        head.append(little: UInt64(Inflation.checksum(content)), 4)
        for _ in 0..<2 { head.append(little: UInt64(content.count), 4) }
        head.append(little: UInt64(name.utf8.count), 2)
        return head + [0, 0]
    }
}
