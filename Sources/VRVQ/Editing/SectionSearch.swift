/// Sections in bytes that may be damaged (FORMAT.md, section 11).
struct SectionSearch {
    let bytes: [UInt8]
    private var checksums: RangeChecksums

    /// Types after which a damaged place is taken up again. The header cannot come again.
    private static let known: Set<SectionType> = [
        .chunk, .segment, .trailer, .entropyModel, .tags, .chunkIndex, .position,
    ]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        checksums = RangeChecksums(bytes)
    }

    /// What the type and length at an offset say, whether or not the checksum agrees.
    func claim(at offset: Int) -> SectionPlace? {
        SectionPlace(head: bytes[offset...].prefix(SectionPlace.longestHead), at: offset, of: bytes.count)
    }

    /// Tells that nothing before an offset will be asked for any more.
    mutating func advance(to offset: Int) { checksums.floor = offset }

    /// The intact section at an offset, if there is one.
    mutating func intact(at offset: Int) -> SectionPlace? {
        guard let place = claim(at: offset), isIntact(place) else { return nil }
        return place
    }

    /// The first intact section of a known type at an offset or behind it.
    mutating func next(from offset: Int) -> SectionPlace? {
        var offset = offset
        while offset < bytes.count {
            if Self.known.contains(SectionType(rawValue: bytes[offset])), let place = claim(at: offset) {
                checksums.floor = offset
                if isIntact(place) { return place }
            }
            offset += 1
        }
        return nil
    }

    private mutating func isIntact(_ place: SectionPlace) -> Bool {
        checksums.checksum(place.bytes.lowerBound..<place.payload.upperBound)
            == bytes[place.bytes].storedChecksum
    }
}

extension ArraySlice<UInt8> {
    /// The checksum behind a section's payload, these being the section's bytes.
    var storedChecksum: UInt32 {
        suffix(Section.checksumBytes).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}
