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

    /// The stream with other tags: one section, or none, where an encoder writes it: behind the header, and behind the name
    /// of the context model where that comes first. Every other section is copied byte for
    /// byte, except for a chunk index, which is made anew.
    /// - Throws: `badSetting` for a key that cannot be written or too much text, and what `StreamReader` throws.
    public static func replacingTags(
        of bytes: [UInt8], with tags: [Tag], contextModels: ContextModels = .none
    ) throws(VRVQError) -> [UInt8] {
        _ = try Self.tags(of: bytes, contextModels: contextModels)
        let payload = try Tag.payload(tags)
        var outline = try StreamOutline(headOf: StreamBytes(bytes))
        var result = Array(bytes[..<outline.walk.position])
        result.reserveCapacity(bytes.count + payload.count + 16)
        var section = tags.isEmpty ? [] : Section.bytes(.tags, payload: payload)
        var index = SeekIndex(outline.format)
        var frames = 0
        while case .section(let place)? = try outline.walk.next() {
            if place.type != .entropyModel, place.type != .tags {
                result += section
                section = []
            }
            switch place.type {
            case .tags, .chunkIndex: continue
            case .chunk:
                index.note(offset: result.count, frame: frames)
                frames += try outline.chunk(place).frames
                result += bytes[place.bytes]
            case .trailer:
                guard case .trailer(let totals, let distance) = try outline.walk.content(of: place) else { continue }
                let points = distance == 0 ? [] : index.section
                result += points + Section.bytes(.trailer, payload: totals.payload(indexDistance: points.count))
            default: result += bytes[place.bytes]
            }
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
