/// Sections in bytes that may be damaged (FORMAT.md, section 11).
struct SectionSearch {
    /// Where an intact section lies.
    struct Place: Equatable {
        let type: SectionType
        let bytes: Range<Int>
        let payload: Range<Int>
    }

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

    /// What the type and length at an offset say, whether or not the checksum agrees; nil where they say nothing or
    /// more than there are bytes.
    func claim(at offset: Int) -> Place? {
        guard offset < bytes.count,
            case .value(let length, let size) = Varint.decode(bytes[(offset + 1)...]),
            length <= Limits.maximumSectionBytes
        else { return nil }
        let payload = offset + 1 + size..<offset + 1 + size + length
        let end = payload.upperBound + Section.checksumBytes
        guard end <= bytes.count else { return nil }
        return Place(type: SectionType(rawValue: bytes[offset]), bytes: offset..<end, payload: payload)
    }

    /// Tells that nothing before an offset will be asked for any more.
    mutating func advance(to offset: Int) { checksums.floor = offset }

    /// The intact section at an offset, if there is one.
    mutating func intact(at offset: Int) -> Place? {
        guard let place = claim(at: offset), isIntact(place) else { return nil }
        return place
    }

    /// The first intact section of a known type at an offset or behind it.
    mutating func next(from offset: Int) -> Place? {
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

    private mutating func isIntact(_ place: Place) -> Bool {
        checksums.checksum(place.bytes.lowerBound..<place.payload.upperBound) == stored(place)
    }

    private func stored(_ place: Place) -> UInt32 {
        bytes[place.payload.upperBound..<place.bytes.upperBound].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}
