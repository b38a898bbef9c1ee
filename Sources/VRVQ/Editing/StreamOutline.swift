/// Where everything lies in a whole stream, found from the heads of its sections: fast, because no code is read. The
/// checksums of header, tags, segments and trailer are checked; those of chunks are checked when their frames are used.
struct StreamOutline {
    /// A chunk section.
    struct Chunk {
        let bytes: Range<Int>
        let payload: Range<Int>
        let frames: Int
        let isSilence: Bool
        /// Which of the stream's entropy model sections it needs; nil where it needs none.
        let entropyModel: Int?
    }

    /// A segment and its chunks.
    struct Part {
        var segment: Segment
        /// Source samples that it gives.
        var sampleCount = 0
        var chunks: [Chunk] = []

        var frames: Int { chunks.reduce(0) { $0 + $1.frames } }
    }

    let bytes: [UInt8]
    let format: StreamFormat
    /// The sections that name context models, in order.
    private(set) var entropyModels: [EntropyModelSection] = []
    private let contextModels: ContextModels
    private(set) var tags: [Tag] = []
    private(set) var parts = [Part(segment: Segment())]
    private(set) var sampleCount = 0

    /// - Throws: `malformed`, `truncated` and `unsupported` as `StreamReader` does, for what an outline can see.
    init(_ bytes: [UInt8], contextModels: ContextModels = .none) throws(VRVQError) {
        self.bytes = bytes
        self.contextModels = contextModels
        var reader = StreamReader(contextModels: contextModels)
        reader.push(bytes.prefix(Limits.maximumSectionBytes + 64))
        guard case .format(let format)? = try reader.next() else { throw reader.truncation }
        self.format = format
        let search = SectionSearch(bytes)
        var position = reader.statistics.headerBytes
        while let place = search.claim(at: position) {
            position = place.bytes.upperBound
            try take(place)
            guard place.type != .trailer else {
                try end(at: position)
                return
            }
        }
        // What stands here is no section, or there is none: the strict reader has the words for it.
        while try reader.next() != nil {}
        reader.push(bytes.dropFirst(Limits.maximumSectionBytes + 64))
        while try reader.next() != nil {}
        throw reader.truncation
    }

    private func end(at position: Int) throws(VRVQError) {
        guard position == bytes.count else {
            throw VRVQError(.malformed, "trailing bytes behind the end of the stream", offset: position)
        }
    }

    private mutating func take(_ place: SectionSearch.Place) throws(VRVQError) {
        var cursor = ByteCursor(
            bytes[place.payload], context: "the \(place.type)", offset: place.payload.lowerBound)
        switch place.type {
        case .chunk: parts[parts.count - 1].chunks.append(try chunk(&cursor, place))
        case .tags:
            try check(place)
            tags = try Tag.list(&cursor)
        case .entropyModel:
            try check(place)
            entropyModels.append(try EntropyModelSection(&cursor))
        case .segment:
            try check(place)
            try start(try Segment(&cursor, format), place)
        case .trailer:
            try check(place)
            try end(try StreamTotals(unchecked: &cursor), place)
        default:
            guard place.type.isCritical else { return }
            throw VRVQError(
                .unsupported, "this build cannot read a \(place.type): update vrvq", offset: place.bytes.lowerBound)
        }
    }

    private func chunk(_ cursor: inout ByteCursor, _ place: SectionSearch.Place) throws(VRVQError) -> Chunk {
        let coding = try cursor.byte("coding")
        let isSilence = coding == ChunkCoding.silenceRun.rawValue
        let counts = isSilence || coding & ChunkCoding.hasFrameCount != 0
        let most = isSilence ? Limits.maximumSilenceRunFrames : format.framesPerChunk
        let frames = counts ? try cursor.varint("frame count", in: 1...most) : format.framesPerChunk
        let needsModel = coding & ~ChunkCoding.hasFrameCount == ChunkCoding.learned.rawValue && !entropyModels.isEmpty
        return Chunk(
            bytes: place.bytes, payload: place.payload, frames: frames, isSilence: isSilence,
            entropyModel: needsModel ? entropyModels.count - 1 : nil)
    }

    private mutating func start(_ next: Segment, _ place: SectionSearch.Place) throws(VRVQError) {
        let last = parts.count - 1
        parts[last].sampleCount = next.previousSampleCount
        sampleCount += next.previousSampleCount
        try parts[last].segment.check(
            frames: parts[last].frames, sampleCount: next.previousSampleCount, format, offset: place.bytes.lowerBound)
        if parts[last].chunks.isEmpty { parts.removeLast() }
        parts.append(Part(segment: next))
    }

    private mutating func end(_ totals: StreamTotals, _ place: SectionSearch.Place) throws(VRVQError) {
        let last = parts.count - 1
        let frames = parts.reduce(0) { $0 + $1.frames }
        guard totals.sampleCount >= sampleCount, totals.frames == frames else {
            throw VRVQError(
                .malformed, "the trailer tells of \(totals.frames) frames, the stream has \(frames)",
                offset: place.bytes.lowerBound)
        }
        parts[last].sampleCount = totals.sampleCount - sampleCount
        try parts[last].segment.check(
            frames: parts[last].frames, sampleCount: parts[last].sampleCount, format, offset: place.bytes.lowerBound)
        sampleCount = totals.sampleCount
    }

    /// Throws unless the section's checksum is right.
    func check(_ place: SectionSearch.Place) throws(VRVQError) { try check(place.bytes, place.type.description) }

    private func check(_ range: Range<Int>, _ name: String) throws(VRVQError) {
        let stored = bytes[range].suffix(Section.checksumBytes).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard CRC32C.checksum(bytes[range].dropLast(Section.checksumBytes)) == stored else {
            throw VRVQError(
                .malformed, "the \(name) is damaged: its checksum is wrong; vrvq verify says what is lost",
                offset: range.lowerBound)
        }
    }

    /// The section of a chunk, checked.
    func section(_ chunk: Chunk) throws(VRVQError) -> ArraySlice<UInt8> {
        try check(chunk.bytes, SectionType.chunk.description)
        return bytes[chunk.bytes]
    }

    /// The codes of a chunk, checked; nil for a silence run.
    func grids(_ chunk: Chunk) throws(VRVQError) -> [CodeGrid]? {
        try check(chunk.bytes, SectionType.chunk.description)
        var cursor = ByteCursor(bytes[chunk.payload], context: "a chunk", offset: chunk.payload.lowerBound)
        var models = ChunkModels()
        if let section = chunk.entropyModel { try models.use(entropyModels[section], format, from: contextModels) }
        switch try ChunkCoding.content(&cursor, format: format, &models) {
        case .grids(let grids, _): return grids
        case .silence: return nil
        }
    }
}
