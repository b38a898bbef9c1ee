/// Writes the safetensors layout: equal input gives equal bytes. Arrays stand in the order of their element size,
/// largest first, then of their names' UTF-8 bytes; the header is padded with spaces to a multiple of 8 bytes, so
/// that every array is aligned to its element.
public struct SafetensorsWriter: Sendable {
    /// An array to write.
    public struct Entry: Sendable {
        /// Its name.
        public let name: String
        /// Kind of number.
        public let type: ElementType
        /// Row-major shape; empty for a single number.
        public let shape: [Int]

        /// An array to write.
        public init(name: String, type: ElementType, shape: [Int]) {
            self.name = name
            self.type = type
            self.shape = shape
        }

        /// Bytes of its values.
        public var byteCount: Int { shape.reduce(type.size, *) }
    }

    let metadata: [String: String]
    let entries: [Entry]

    /// A file of these arrays, with texts by key. Names must differ.
    public init(metadata: [String: String], entries: [Entry]) {
        self.metadata = metadata
        self.entries = entries.sorted {
            $0.type.size != $1.type.size
                ? $0.type.size > $1.type.size : $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
        }
    }

    /// The file. `append` adds the values of an entry, exactly `byteCount` bytes.
    public func bytes<Failure: Error>(
        _ append: (Entry, inout [UInt8]) throws(Failure) -> Void
    ) throws(Failure) -> [UInt8] {
        let header = header()
        var file: [UInt8] = []
        file.reserveCapacity(8 + header.count + entries.reduce(0) { $0 + $1.byteCount })
        for shift in stride(from: 0, to: 64, by: 8) { file.append(UInt8(header.count >> shift & 255)) }
        file += header
        for entry in entries {
            let expected = file.count + entry.byteCount
            try append(entry, &file)
            precondition(file.count == expected, "\(entry.name) was written with a wrong size")
        }
        return file
    }

    private func header() -> [UInt8] {
        var members: [String: JSON] = [:]
        if !metadata.isEmpty { members["__metadata__"] = .object(metadata.mapValues { .string($0) }) }
        var offset = 0
        for entry in entries {
            let end = offset + entry.byteCount
            members[entry.name] = .object([
                "dtype": .string(entry.type.rawValue), "shape": .integers(entry.shape),
                "data_offsets": .integers([offset, end]),
            ])
            offset = end
        }
        var text = JSON.object(members).bytes()
        while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
        return text
    }
}
