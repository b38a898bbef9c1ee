/// Reads a stream as its bytes come, in any pieces, and gives its parts in order; the pieces make no difference to what
/// is given. It holds at most one incomplete section (`Limits.maximumSectionBytes`), besides what one `push` brings.
///
///     reader.push(bytes)
///     while let event = try reader.next() { ... }
///     // ... more bytes; at the end of all bytes:
///     try reader.finish()
///
/// After an error the stream is lost: `next` and `finish` give the same error again.
public struct StreamReader: Sendable {
    /// A part of a stream.
    public enum Event: Equatable, Sendable {
        /// Always first.
        case format(StreamFormat)
        /// All tags, in place of those before.
        case tags([Tag])
        /// Frames of every coded channel: those of one chunk, or a piece of a silence run of at most
        /// `framesPerChunk` or 256 frames, whichever is more. `firstFrame` counts from the start of the stream; the sample count of each
        /// grid is that of whole frames (the totals say where the last one ends).
        case chunk([CodeGrid], firstFrame: Int)
        /// A new segment, to which the chunks up to the next one belong.
        case segment(Segment)
        /// Always last.
        case end(StreamTotals)
    }

    /// Frames of a silence run that one event gives at most, where a chunk is not longer. With pieces of a single frame,
    /// the longest run in a stream of one-frame chunks would take a minute to list.
    static let longestSilencePiece = 256

    /// The format, once it was read.
    public private(set) var format: StreamFormat?
    /// Where the bytes went so far.
    public private(set) var statistics = StreamStatistics()
    private var scanner = SectionScanner()
    /// First frame of the next chunk event.
    private var firstFrame = 0
    /// Frames of a silence run that are still to be given.
    private var pendingSilence = 0
    private var indexOffset: Int?
    private var ledger = SegmentLedger()
    private var hasSegments = false
    private var hasEnded = false
    /// One for each thread.
    private var models = [ChunkModels()]
    /// Where context models are found. May be set up to the first chunk.
    public var contextModels: ContextModels
    /// Sections that were taken from the scanner ahead of their turn, the first one last.
    private var ahead: [(section: Section, content: ChunkContent?)] = []
    /// What the chunks hold that somebody else opened, the first one last; nil where this reader opens them.
    private var opened: [OpenedChunk]?
    private var failure: VRVQError?

    /// A reader before the first byte of a stream.
    /// - Parameter contextModels: needed for streams with chunks in coding 4.
    public init(contextModels: ContextModels = .none) { self.contextModels = contextModels }

    /// What is in a chunk, to those who do not need its codes.
    struct OpenedChunk {
        let frames: Int
        let isSilenceRun: Bool
    }

    /// A reader that checks everything but what is inside the chunks, and gives no events for them.
    /// - Parameter opened: all chunks of the stream, which were found to be in order.
    init(checking opened: [OpenedChunk]) {
        contextModels = .none
        self.opened = opened.reversed()
    }

    /// The context model that the stream names, where it was found.
    public var contextModel: ContextModel? { models[0].learned?.context }

    /// Takes more bytes in.
    public mutating func push(_ bytes: ArraySlice<UInt8>) {
        scanner.push(bytes)
    }

    /// Takes more bytes in.
    public mutating func push(_ bytes: [UInt8]) {
        scanner.push(bytes[...])
    }

    /// The next part of the stream, or nil when it needs more bytes.
    public mutating func next() throws(VRVQError) -> Event? {
        try remembering { reader throws(VRVQError) in try reader.nextEvent() }
    }

    /// To be called after the last byte and the last event: throws unless the stream came to its end.
    public mutating func finish() throws(VRVQError) {
        try remembering { reader throws(VRVQError) in
            try reader.expectNothingBehindTheEnd()
            guard reader.hasEnded else { throw reader.truncation }
        }
    }

    private mutating func remembering<Result>(
        _ step: (inout StreamReader) throws(VRVQError) -> Result
    ) throws(VRVQError) -> Result {
        if let failure { throw failure }
        do throws(VRVQError) {
            return try step(&self)
        } catch {
            failure = error
            throw error
        }
    }

    private mutating func nextEvent() throws(VRVQError) -> Event? {
        if pendingSilence > 0, let format { return silentChunk(format) }
        try expectNothingBehindTheEnd()
        guard !hasEnded else { return nil }
        while let (section, content) = try nextSection() {
            if let event = try read(section, content) { return event }
        }
        return nil
    }

    /// Threads on which chunks are read ahead, as far as their bytes are there; what is given does not depend on it.
    package mutating func setThreads(_ count: Int) { models = Array(repeating: models[0], count: count) }

    /// The next section. With it comes what a chunk says, where that was found out ahead and is no error.
    private mutating func nextSection() throws(VRVQError) -> (section: Section, content: ChunkContent?)? {
        if let next = ahead.popLast() { return next }
        guard let format, models.count > 1 else { return try scanner.next().map { ($0, nil) } }
        var sections: [Section] = []
        while sections.count < mostAhead(format), sections.last.map({ $0.type == .chunk && $0.isIntact }) ?? true {
            do throws(VRVQError) {
                guard let section = try scanner.next() else { break }
                sections.append(section)
            } catch {
                // The scanner will say it again when all before it has been given.
                if sections.isEmpty { throw error }
                break
            }
        }
        let contents = concurrently(sections, &models) { section, models -> ChunkContent? in
            guard section.type == .chunk, section.isIntact else { return nil }
            var cursor = ByteCursor(section.payload[...], context: "", offset: section.payloadOffset)
            return try? ChunkCoding.content(&cursor, format: format, &models)
        }
        ahead = zip(sections, contents).reversed()
        return ahead.popLast()
    }

    /// Sections that are read ahead: enough for all threads, and of about as many codes as the largest chunk has.
    private func mostAhead(_ format: StreamFormat) -> Int {
        let codes = format.framesPerChunk * format.codedChannels * format.stages
        return min(4 * models.count, max(1, (1 << 20) / codes))
    }

    private func expectNothingBehindTheEnd() throws(VRVQError) {
        guard hasEnded, scanner.pendingBytes > 0 else { return }
        throw VRVQError(.malformed, "trailing bytes behind the end of the stream", offset: scanner.offset)
    }

    /// One section; nil for one that is skipped.
    private mutating func read(_ section: Section, _ content: ChunkContent?) throws(VRVQError) -> Event? {
        guard section.isIntact else { throw damage(section) }
        guard let format else { return try readFormat(section) }
        var cursor = ByteCursor(section.payload[...], context: name(section), offset: section.payloadOffset)
        switch section.type {
        case .header: throw VRVQError(.malformed, "a second header section", offset: section.offset)
        case .chunk:
            if let chunk = opened?.popLast() {
                try count(chunk, section, format)
                return nil
            }
            return try readChunk(&cursor, section, format, content)
        case .tags:
            statistics.tagBytes += section.byteCount
            return .tags(try Tag.list(&cursor))
        case .segment: return try readSegment(&cursor, section, format)
        case .entropyModel:
            try readEntropyModel(&cursor, section, format)
            return nil
        case .trailer: return try readTrailer(&cursor, section, format)
        default:
            try skip(section)
            return nil
        }
    }

    private mutating func readFormat(_ section: Section) throws(VRVQError) -> Event {
        guard section.type == .header else {
            throw VRVQError(
                .malformed, "the stream starts with a \(section.type) where its header has to be",
                offset: section.offset)
        }
        var cursor = ByteCursor(section.payload[...], context: "the header", offset: section.payloadOffset)
        let format = try StreamFormat(headerPayload: &cursor)
        self.format = format
        statistics.headerBytes = SectionScanner.preambleBytes + section.byteCount
        return .format(format)
    }

    private mutating func readChunk(
        _ cursor: inout ByteCursor, _ section: Section, _ format: StreamFormat, _ content: ChunkContent?
    ) throws(VRVQError) -> Event {
        var content = content
        if content == nil { content = try ChunkCoding.content(&cursor, format: format, &models[0]) }
        switch content! {
        case .grids(let grids, let bits):
            try count(OpenedChunk(frames: grids[0].frames, isSilenceRun: false), section, format, bits)
            defer { firstFrame += grids[0].frames }
            return .chunk(grids, firstFrame: firstFrame)
        case .silence(let frames):
            try count(OpenedChunk(frames: frames, isSilenceRun: true), section, format)
            pendingSilence = frames
            return silentChunk(format)
        }
    }

    private mutating func count(
        _ chunk: OpenedChunk, _ section: Section, _ format: StreamFormat, _ bits: BitCount = BitCount()
    ) throws(VRVQError) {
        if chunk.isSilenceRun {
            statistics.countSilence(bytes: section.byteCount, frames: chunk.frames)
        } else {
            statistics.countChunk(bytes: section.byteCount, bits: bits, frames: chunk.frames)
        }
        try checkFrames(format, section)
        ledger.count(frames: chunk.frames)
    }

    /// Sections are read ahead up to the first one that is no chunk, so no chunk was read with another model.
    private mutating func readEntropyModel(
        _ cursor: inout ByteCursor, _ section: Section, _ format: StreamFormat
    ) throws(VRVQError) {
        let named = try EntropyModelSection(&cursor)
        let context = contextModels.model(named.fingerprint)
        for thread in models.indices { models[thread].use(context, named, format) }
        statistics.otherBytes += section.byteCount
    }

    /// The next piece of a silence run.
    private mutating func silentChunk(_ format: StreamFormat) -> Event {
        let frames = min(pendingSilence, max(format.framesPerChunk, Self.longestSilencePiece))
        var grid = CodeGrid(stages: format.stages, entries: format.entries)
        grid.appendSilence(frames: frames)
        grid.sampleCount = frames * format.hop
        pendingSilence -= frames
        defer { firstFrame += frames }
        return .chunk([CodeGrid](repeating: grid, count: format.codedChannels), firstFrame: firstFrame)
    }

    private func checkFrames(_ format: StreamFormat, _ section: Section) throws(VRVQError) {
        try (0...Limits.maximumSilenceRunFrames).check(
            statistics.silenceRunFrames, "number of frames in silence runs", offset: section.offset)
        try (0...format.frameCount(sourceSamples: Limits.maximumSampleCount)).check(
            statistics.frames, "number of frames in the stream", offset: section.offset)
    }

    private mutating func readSegment(
        _ cursor: inout ByteCursor, _ section: Section, _ format: StreamFormat
    ) throws(VRVQError) -> Event {
        let segment = try Segment(&cursor, format)
        try ledger.start(segment, format, offset: section.offset)
        hasSegments = true
        statistics.otherBytes += section.byteCount
        return .segment(segment)
    }

    private mutating func readTrailer(
        _ cursor: inout ByteCursor, _ section: Section, _ format: StreamFormat
    ) throws(VRVQError) -> Event {
        let totals = try StreamTotals(trailerPayload: &cursor, section: section, indexOffset: indexOffset)
        let needed = hasSegments ? statistics.frames : format.frameCount(sourceSamples: totals.sampleCount)
        for (name, told, found) in [
            ("chunks", totals.chunks, statistics.chunks), ("frames", totals.frames, statistics.frames),
            ("frames (from its sample count)", needed, statistics.frames),
        ] where told != found {
            throw VRVQError(
                .malformed, "the trailer tells of \(told) \(name), the stream has \(found)", offset: section.offset)
        }
        _ = try ledger.end(sampleCount: totals.sampleCount, format, offset: section.offset)
        statistics.trailerBytes = section.byteCount
        hasEnded = true
        return .end(totals)
    }

    /// Skips a section that is not needed for decoding, or refuses the stream for one that is (FORMAT.md, section 4).
    private mutating func skip(_ section: Section) throws(VRVQError) {
        guard !section.type.isCritical else {
            throw VRVQError(
                .unsupported,
                "this build cannot read a \(section.type), without which the stream cannot be decoded: "
                    + "update vrvq", offset: section.offset)
        }
        if section.type == .chunkIndex { indexOffset = section.offset }
        statistics.otherBytes += section.byteCount
    }

    /// What to call a section in messages: chunks by number and time.
    private func name(_ section: Section) -> String {
        guard section.type == .chunk, let format else { return "the \(section.type)" }
        let last = statistics.frames + format.framesPerChunk
        let times = "\(format.time(ofFrame: statistics.frames)) to about \(format.time(ofFrame: last))"
        return "chunk \(statistics.chunks) (\(times))"
    }

    private func damage(_ section: Section) -> VRVQError {
        VRVQError(.malformed, "\(name(section)) is damaged: its checksum is wrong", offset: section.offset)
    }

    /// The error of a stream that ends here.
    var truncation: VRVQError {
        guard let format else {
            let what = scanner.bytesPushed == 0 ? "the stream is empty" : "the stream ends inside its header"
            return VRVQError(.truncated, what, offset: scanner.bytesPushed)
        }
        let place = "\(statistics.chunks) chunks (\(format.time(ofFrame: statistics.frames)))"
        return VRVQError(
            .truncated, "the stream is cut off: it ends after \(place) without its trailer",
            offset: scanner.bytesPushed)
    }
}
