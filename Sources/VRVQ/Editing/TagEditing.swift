/// Changes the tags of a whole stream and nothing else.
public enum TagEditing {
    /// The tags of a stream, the last section's.
    /// - Throws: what `StreamReader` throws; the whole stream is checked.
    public static func tags(
        of bytes: [UInt8], contextModels: ContextModels = .none
    ) throws(VRVQError) -> [Tag] {
        var reader = StreamReader(contextModels: contextModels)
        reader.push(bytes)
        var tags: [Tag] = []
        while let event = try reader.next() {
            if case .tags(let found) = event { tags = found }
        }
        try reader.finish()
        return tags
    }

    /// The stream with other tags: one section behind the header, or none. Every other section is copied byte for
    /// byte, except that a chunk index, whose distances would be wrong, is left out.
    /// - Throws: `badSetting` for a key that cannot be written or too much text, and what `StreamReader` throws.
    public static func replacingTags(
        of bytes: [UInt8], with tags: [Tag], contextModels: ContextModels = .none
    ) throws(VRVQError) -> [UInt8] {
        _ = try Self.tags(of: bytes, contextModels: contextModels)
        let payload = try Tag.payload(tags)
        var scanner = SectionScanner()
        scanner.push(bytes[...])
        var result = Array(bytes.prefix(SectionScanner.preambleBytes))
        result.reserveCapacity(bytes.count + payload.count + 16)
        var hadIndex = false
        while let section = try scanner.next() {
            switch section.type {
            case .tags: continue
            case .chunkIndex: hadIndex = true
            case .trailer where hadIndex: result += try section.withoutIndex()
            default: result += bytes[section.offset..<section.offset + section.byteCount]
            }
            if section.type == .header && !tags.isEmpty { result += Section.bytes(.tags, payload: payload) }
        }
        return result
    }

    /// Tags with some keys removed and some set. Keys are compared without regard to case; setting a key removes
    /// its other values first, and a key that is set twice has two values.
    public static func edited(_ tags: [Tag], setting new: [Tag], removing keys: [String]) -> [Tag] {
        let gone = Set((keys + new.map(\.key)).map { $0.lowercased() })
        return tags.filter { !gone.contains($0.key.lowercased()) } + new
    }
}

extension Section {
    /// The bytes of this trailer without its pointer to an index.
    fileprivate func withoutIndex() throws(VRVQError) -> [UInt8] {
        var cursor = ByteCursor(payload[...], context: "the trailer", offset: payloadOffset)
        let totals = StreamTotals(
            sampleCount: try cursor.varint("sample count"), frames: try cursor.varint("frame count"),
            chunks: try cursor.varint("chunk count"))
        return Section.bytes(.trailer, payload: totals.payload())
    }
}
