/// Where everything lies in a whole stream, found from the heads of its sections: fast, because no code is read. The
/// checksums of header, tags, segments and trailer are checked; those of chunks are checked when their frames are used.
struct StreamOutline {
    /// A chunk section.
    struct Chunk {
        let place: SectionPlace
        let frames: Int
        let isSilence: Bool
        /// The section that names its context model, where its coding is one that needs some.
        let entropyModel: EntropyModelSection?
    }

    /// A segment and its chunks.
    struct Part {
        var segment: Segment
        /// Source samples that it gives.
        var sampleCount = 0
        /// Frames, whether or not all chunks are listed.
        var frames = 0
        /// Frames before the first chunk that is listed.
        var skippedFrames = 0
        var chunks: [Chunk] = []

        /// The frames that some of its samples need, and as many before and behind them as the context says, where the
        /// part has them, counted on the segment's time line.
        /// - Parameter range: source samples, counted from the part's first one.
        func frames(for range: Range<Int>, context: FrameContext, _ format: StreamFormat) -> Range<Int> {
            let start = segment.firstSample + range.lowerBound
            let needed = format.frameCount(sourceSamples: segment.firstSample + range.upperBound)
            let first = max(
                segment.firstFrame, start * format.modelRate / format.sourceRate / format.hop - context.back)
            return first..<min(segment.firstFrame + frames, needed + min(context.ahead, Limits.maximumLookAhead))
        }
    }

    /// The way through the stream.
    var walk: SectionWalk
    var format: StreamFormat { walk.format }
    var tags: [Tag] = []
    var parts = [Part(segment: Segment())]
    var sampleCount = 0
    private let opener: ChunkOpener
    private var entropyModel: EntropyModelSection?

    /// An outline of which only the header is known.
    init(headOf stream: StreamBytes, contextModels: ContextModels = .none) throws(VRVQError) {
        walk = try SectionWalk(stream)
        opener = ChunkOpener(walk.format, contextModels)
    }

    /// - Throws: `malformed`, `truncated` and `unsupported` as `StreamReader` does, for what an outline can see.
    init(_ stream: StreamBytes, contextModels: ContextModels = .none) throws(VRVQError) {
        try self.init(headOf: stream, contextModels: contextModels)
        var hasEnded = false
        while !hasEnded, case .section(let place)? = try walk.next() { hasEnded = try take(place) }
        guard hasEnded else { throw try Self.fault(of: stream, contextModels) }
        guard walk.position == stream.count else {
            throw VRVQError(.malformed, "trailing bytes behind the end of the stream", offset: walk.position)
        }
    }

    /// The strict reader's words for bytes that are no section, or for an end without a trailer.
    private static func fault(
        of stream: StreamBytes, _ contextModels: ContextModels
    ) throws(VRVQError) -> VRVQError {
        var reader = StreamReader(contextModels: contextModels)
        var offset = 0
        while offset < stream.count {
            reader.push(try stream.prefix(1 << 20, from: offset))
            offset += 1 << 20
            while try reader.next() != nil {}
        }
        return reader.truncation
    }

    /// Takes a section in; true for the trailer.
    mutating func take(_ place: SectionPlace) throws(VRVQError) -> Bool {
        if place.type == .chunk {
            append(try chunk(place))
            return false
        }
        // These are made anew, so they need not be right.
        if place.type == .chunkIndex || place.type == .position { return false }
        try walk.check(place)
        switch try walk.content(of: place) {
        case .tags(let tags): self.tags = tags
        case .segment(let segment): try start(segment, place)
        case .entropyModel(let section): entropyModel = section
        case .trailer(let totals, _):
            try end(totals, place)
            return true
        case .chunk, .index, .position, .other: break
        }
        return false
    }

    private mutating func append(_ chunk: Chunk) {
        parts[parts.count - 1].chunks.append(chunk)
        parts[parts.count - 1].frames += chunk.frames
    }

    /// A chunk from its head.
    func chunk(_ place: SectionPlace) throws(VRVQError) -> Chunk {
        let head = try walk.stream.prefix(
            min(place.payload.count, 1 + Varint.maximumBytes), from: place.payload.lowerBound)
        var cursor = ByteCursor(head, context: "the \(place.type)", offset: place.payload.lowerBound)
        let byte = try cursor.byte("coding")
        let coding = ChunkCoding(rawValue: byte & ~ChunkCoding.hasFrameCount)
        let isSilence = byte == ChunkCoding.silenceRun.rawValue
        let counts = isSilence || byte & ChunkCoding.hasFrameCount != 0
        let most = isSilence ? Limits.maximumSilenceRunFrames : format.framesPerChunk
        let frames = counts ? try cursor.varint("frame count", in: 1...most) : format.framesPerChunk
        let standsAlone = coding.map { [.packed, .silenceRun, .packedWithSilence, .adaptive].contains($0) } ?? false
        return Chunk(
            place: place, frames: frames, isSilence: isSilence, entropyModel: standsAlone ? nil : entropyModel)
    }

    private mutating func start(_ next: Segment, _ place: SectionPlace) throws(VRVQError) {
        let last = parts.count - 1
        parts[last].sampleCount = next.previousSampleCount
        sampleCount += next.previousSampleCount
        try parts[last].segment.check(
            frames: parts[last].frames, sampleCount: next.previousSampleCount, format, offset: place.bytes.lowerBound)
        if parts[last].chunks.isEmpty { parts.removeLast() }
        parts.append(Part(segment: next))
    }

    private mutating func end(_ totals: StreamTotals, _ place: SectionPlace) throws(VRVQError) {
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

    /// The bytes of a section, checked.
    func section(_ place: SectionPlace) throws(VRVQError) -> ArraySlice<UInt8> {
        try walk.check(place)
        return try walk.stream[place.bytes]
    }

    /// The codes of a chunk, checked; nil for a silence run.
    func grids(_ chunk: Chunk) throws(VRVQError) -> [CodeGrid]? {
        try walk.check(chunk.place)
        let payload = try walk.stream[chunk.place.payload]
        switch try opener.content(of: payload, offset: chunk.place.payload.lowerBound, chunk.entropyModel) {
        case .grids(let grids, _): return grids
        case .silence: return nil
        }
    }

    /// The context model of a chunk that needs one, if it is at hand.
    func context(_ chunk: Chunk) -> ContextModel? { chunk.entropyModel.flatMap { opener.context($0) } }
}
