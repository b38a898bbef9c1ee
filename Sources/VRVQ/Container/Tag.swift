/// A key and a value for people: artist, title, comment (FORMAT.md, section 7.1). Keys may repeat.
public struct Tag: Equatable, Sendable {
    /// 1 to 64 printable ASCII characters other than "="; to be compared without regard to case.
    public var key: String
    /// Any text.
    public var value: String

    /// A tag; its key is checked when it is written.
    public init(key: String, value: String) {
        self.key = key
        self.value = value
    }

    private static func isValid(key: String) -> Bool {
        !key.isEmpty && key.utf8.allSatisfy { (0x20...0x7e).contains($0) && $0 != 0x3d }
    }

    /// The payload of a tags section.
    static func payload(_ tags: [Tag]) throws(VRVQError) -> [UInt8] {
        var bytes: [UInt8] = []
        for tag in tags {
            guard isValid(key: tag.key), tag.key.utf8.count <= Limits.maximumTagKeyBytes else {
                throw VRVQError(
                    .badSetting, "a tag's key has to be 1 to \(Limits.maximumTagKeyBytes) ASCII characters without =")
            }
            for text in [tag.key, tag.value] {
                bytes.appendVarint(text.utf8.count)
                bytes += text.utf8
            }
        }
        try (0...Limits.maximumSectionBytes).check(bytes.count, "size in bytes of all tags")
        return bytes
    }

    /// Reads a tags section's payload.
    static func list(_ cursor: inout ByteCursor) throws(VRVQError) -> [Tag] {
        var tags: [Tag] = []
        while !cursor.isAtEnd {
            let key = try cursor.string("a key", limit: Limits.maximumTagKeyBytes)
            guard isValid(key: key) else { throw cursor.malformed("a key is not printable ASCII without =") }
            tags.append(Tag(key: key, value: try cursor.string("a value", limit: Limits.maximumSectionBytes)))
        }
        return tags
    }
}
