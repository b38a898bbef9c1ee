/// The way through the sections of a whole stream, from behind its header to its trailer, that outlines, inspections and
/// repairs share. It goes from head to head; where it looks for damage, it checks every checksum on the way and takes
/// the stream up again behind what is broken.
struct SectionWalk {
    /// What lies at a place.
    enum Step {
        /// A section; its checksum is right where damage is looked for, and unknown otherwise.
        case section(SectionPlace)
        /// Bytes that are no intact section, with what they claim to be where an intact one begins right behind.
        case damage(Range<Int>, claim: SectionPlace?)
    }

    /// What an intact section says.
    enum Content {
        /// Still to be opened.
        case chunk
        case tags([Tag])
        case segment(Segment)
        case trailer(StreamTotals, indexDistance: Int)
        case index(SeekIndex)
        case position(StreamPosition)
        /// Names the model that the chunks behind it need.
        case entropyModel(EntropyModelSection)
        /// Nothing that decoding needs.
        case other
    }

    let stream: StreamBytes
    let format: StreamFormat
    /// Where the next step begins.
    private(set) var position: Int
    private var search: SectionSearch?
    private var hasEnded = false

    /// A walk that reads heads only.
    init(_ stream: StreamBytes) throws(VRVQError) {
        var reader = StreamReader()
        // Any header fits the first of these pieces; the other is for what only claims to be one.
        var pieces = [4096..<Limits.maximumSectionBytes + 64, 0..<4096]
        var event: StreamReader.Event?
        while event == nil, let piece = pieces.popLast() {
            reader.push(try stream[piece.clamped(to: 0..<stream.count)])
            event = try reader.next()
        }
        guard case .format(let format)? = event else { throw reader.truncation }
        self.stream = stream
        self.format = format
        position = reader.statistics.headerBytes
    }

    /// A walk that checks every section and goes on behind damage.
    init(searching bytes: [UInt8]) throws(VRVQError) {
        try self.init(StreamBytes(bytes))
        search = SectionSearch(bytes)
    }

    /// Goes on at another place, which must be the start of a section.
    mutating func jump(to offset: Int) { (position, hasEnded) = (offset, false) }

    /// The next step; nil behind the trailer, and at the end of the bytes.
    mutating func next() throws(VRVQError) -> Step? {
        guard !hasEnded, position < stream.count else { return nil }
        search?.advance(to: position)
        guard let place = try place() else { return search == nil ? wreck() : damage() }
        position = place.bytes.upperBound
        hasEnded = place.type == .trailer
        return .section(place)
    }

    private mutating func place() throws(VRVQError) -> SectionPlace? {
        if search != nil { return search!.intact(at: position) }
        let head = try stream.prefix(SectionPlace.longestHead, from: position)
        return SectionPlace(head: head, at: position, of: stream.count)
    }

    /// What stands here is no section, and nobody looks for the next one.
    private mutating func wreck() -> Step {
        defer { position = stream.count }
        return .damage(position..<stream.count, claim: nil)
    }

    private mutating func damage() -> Step {
        let start = position
        position = search!.next(from: start + 1)?.bytes.lowerBound ?? stream.count
        let claim = search!.claim(at: start)
        return .damage(start..<position, claim: claim?.bytes.upperBound == position ? claim : nil)
    }

    /// Throws unless the section's checksum is right.
    func check(_ place: SectionPlace) throws(VRVQError) {
        let bytes = try stream[place.bytes]
        guard CRC32C.checksum(bytes.dropLast(Section.checksumBytes)) == bytes.storedChecksum else {
            throw VRVQError(
                .malformed, "the \(place.type) is damaged: its checksum is wrong; vrvq verify says what is lost",
                offset: place.bytes.lowerBound)
        }
    }

    /// What a section says; it must be intact unless it is a chunk.
    /// - Throws: `unsupported` for a critical section that this build does not know, `malformed` and `limitExceeded`
    ///   for fields that mean nothing.
    func content(of place: SectionPlace) throws(VRVQError) -> Content {
        if place.type == .chunk { return .chunk }
        var cursor = ByteCursor(
            try stream[place.payload], context: "the \(place.type)", offset: place.payload.lowerBound)
        switch place.type {
        case .tags: return .tags(try Tag.list(&cursor))
        case .segment: return .segment(try Segment(&cursor, format))
        case .trailer:
            let totals = try StreamTotals(unchecked: &cursor)
            return .trailer(totals, indexDistance: try cursor.varint("distance to the chunk index"))
        case .chunkIndex: return .index(try SeekIndex(&cursor))
        case .position: return .position(try StreamPosition(&cursor))
        case .entropyModel: return .entropyModel(try EntropyModelSection(&cursor))
        case .header: throw VRVQError(.malformed, "a second header section", offset: place.bytes.lowerBound)
        default:
            if place.type.isCritical { throw Self.refusal(place) }
            return .other
        }
    }

    /// The error of a section without which nobody can read on.
    static func refusal(_ place: SectionPlace) -> VRVQError {
        VRVQError(.unsupported, "this build cannot read a \(place.type): update vrvq", offset: place.bytes.lowerBound)
    }
}

/// Opens chunks one after the other, with the same models for all that need them.
final class ChunkOpener {
    private let format: StreamFormat
    private let contextModels: ContextModels
    private var models = ChunkModels()
    private var named: EntropyModelSection?

    init(_ format: StreamFormat, _ contextModels: ContextModels) {
        (self.format, self.contextModels) = (format, contextModels)
    }

    /// How to write what was opened.
    var coding: EntropyCoding { models.coding }

    /// The context model that a section names, if it is at hand.
    func context(_ section: EntropyModelSection) -> ContextModel? {
        use(section)
        return models.learned?.context
    }

    /// The codes of a chunk whose checksum is right.
    /// - Parameter entropyModel: the last section that names a context model before the chunk.
    func content(
        of payload: ArraySlice<UInt8>, offset: Int, _ entropyModel: EntropyModelSection?
    ) throws(VRVQError) -> ChunkContent {
        if let entropyModel { use(entropyModel) }
        var cursor = ByteCursor(payload, context: "a chunk", offset: offset)
        return try ChunkCoding.content(&cursor, format: format, &models)
    }

    private func use(_ section: EntropyModelSection) {
        guard section != named else { return }
        named = section
        models.use(contextModels.model(section.fingerprint), section, format)
    }
}
