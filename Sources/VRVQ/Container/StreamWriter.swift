/// Writes a stream front to back: header, then tags and chunks in any order, then the trailer. Every call gives the
/// bytes to put behind those given before, so it serves files and pipes alike; it keeps no frames but a count of
/// silent ones, and some kilobytes of a chunk index, which it puts before the trailer of a long stream. `StreamReader`
/// is its twin.
public struct StreamWriter: Sendable {
    /// The format of the stream.
    public let format: StreamFormat
    /// Where the bytes given so far went.
    public private(set) var statistics = StreamStatistics()
    /// Silent frames taken and not yet written.
    private var pendingSilence = 0
    private var stage = Stage.start
    /// Writes coding 3, or 4 where there is a context model, even where it is longer; for tests.
    package var isNeverPacked: Bool {
        get { models[0].isNeverPacked }
        set { for thread in models.indices { models[thread].isNeverPacked = newValue } }
    }
    /// One for each thread. A context model among them is the one that was named last.
    private var models: [ChunkModels]
    private var lastEntropyModel: EntropyModelSection?
    private var ledger = SegmentLedger()
    private var hasSegments = false
    /// Frames after which a position section comes before the next chunk; nil for none.
    public var positionInterval: Int?
    /// Frames before the last position section.
    private var lastPosition = 0
    /// Nil once the stream has several segments or context models, which an index cannot tell apart.
    private var index: SeekIndex?

    private enum Stage { case start, open, ended }

    /// A writer of one stream; throws when the format is not valid or the context model is not for such codes.
    public init(_ format: StreamFormat, entropy: EntropyCoding = .adaptive) throws(VRVQError) {
        try self.init(format, entropy: entropy, threads: 1)
    }

    /// The same with threads that code chunks where several are given at once; the bytes do not depend on it.
    package init(_ format: StreamFormat, entropy: EntropyCoding, threads: Int) throws(VRVQError) {
        try format.validate()
        self.format = format
        models = Array(repeating: try ChunkModels(format, entropy), count: threads)
        index = SeekIndex(format)
    }

    /// The first bytes: magic, version, header section, and which context model is used if one is. To be called once,
    /// first.
    public mutating func header() -> [UInt8] {
        precondition(stage == .start, "the header comes first, once")
        stage = .open
        let bytes =
            SectionScanner.magic + [SectionScanner.version] + Section.bytes(.header, payload: format.headerPayload)
        statistics.headerBytes = bytes.count
        guard let context = models[0].learned?.context else { return bytes }
        return bytes + entropyModel(EntropyModelSection(fingerprint: context.fingerprint))
    }

    /// Codes the chunks from here on with a context model; nothing where they are already. For a writer that range-codes.
    /// - Parameter section: names it; that of its fingerprint where nil.
    mutating func use(
        _ context: ContextModel, _ section: EntropyModelSection? = nil
    ) throws(VRVQError) -> [UInt8] {
        let bytes = entropyModel(section ?? EntropyModelSection(fingerprint: context.fingerprint))
        guard models[0].learned == nil else { return bytes }
        var new = try ChunkModels(format, .learned(context))
        new.isNeverPacked = isNeverPacked
        models = Array(repeating: new, count: models.count)
        return bytes
    }

    /// Names the context model of the chunks from here on, unless that is what was named last. Chunks that are not copied
    /// are coded with it no more, unless it is the one that they were coded with.
    mutating func entropyModel(_ section: EntropyModelSection) -> [UInt8] {
        precondition(stage == .open, "sections come after the header and before the trailer")
        guard section != lastEntropyModel else { return [] }
        lastEntropyModel = section
        let silence = flush()
        if models[0].learned?.context.fingerprint != section.fingerprint {
            for thread in models.indices { models[thread].learned = nil }
        }
        if statistics.chunks > 0 { index = nil }
        let bytes = section.bytes
        statistics.otherBytes += bytes.count
        return silence + bytes
    }

    /// A tags section. It replaces all tags of the sections before. Throws for a bad key and for too much text.
    public mutating func tags(_ tags: [Tag]) throws(VRVQError) -> [UInt8] {
        let payload = try Tag.payload(tags)
        let silence = flush()
        let bytes = Section.bytes(.tags, payload: payload)
        statistics.tagBytes += bytes.count
        return silence + bytes
    }

    /// A chunk of all coded channels: the given frames of each grid, 1 to `framesPerChunk` of them.
    ///
    /// Depths have to be those that the format allows: 0 for silence, else `constantDepth` where there is one. Frames
    /// that are all silent in all channels are held back and written as one run when something else follows, so the
    /// result may be empty; `flush` writes them at once.
    public mutating func chunk(_ grids: [CodeGrid], frames: Range<Int>) -> [UInt8] { chunks(grids, [frames]) }

    /// Several chunks one behind the other, each of so many frames of the grids.
    mutating func chunks(_ grids: [CodeGrid], _ ranges: [Range<Int>]) -> [UInt8] {
        for frames in ranges { check(grids, frames) }
        let format = format
        let payloads = concurrently(ranges, &models) { frames, models in
            grids.areSilent(frames) ? nil : ChunkCoding.payload(grids, frames: frames, format: format, &models)
        }
        var bytes: [UInt8] = []
        for (frames, payload) in zip(ranges, payloads) { bytes += chunk(grids, frames, payload) }
        return bytes
    }

    /// - Parameter coded: the payload of a chunk with sound.
    private mutating func chunk(
        _ grids: [CodeGrid], _ frames: Range<Int>, _ coded: (bytes: [UInt8], bits: BitCount)?
    ) -> [UInt8] {
        ledger.count(frames: frames.count)
        if coded == nil && canJoinSilence(frames) {
            pendingSilence += frames.count
            return []
        }
        let front = flush() + startChunk()
        let (payload, bits) = coded ?? ChunkCoding.payload(grids, frames: frames, format: format, &models[0])
        let bytes = Section.bytes(.chunk, payload: payload)
        statistics.countChunk(bytes: bytes.count, bits: bits, frames: frames.count)
        return front + bytes
    }

    /// A chunk of all frames of some grids, one per coded channel.
    public mutating func chunk(_ grids: [CodeGrid]) -> [UInt8] {
        chunk(grids, frames: 0..<(grids.first?.frames ?? 0))
    }

    /// Starts a segment. Throws `badSetting` unless the frames written since the one before are those that its
    /// samples need.
    public mutating func segment(_ segment: Segment) throws(VRVQError) -> [UInt8] {
        precondition(stage == .open, "sections come after the header and before the trailer")
        guard format.admits(format.stereoMode(of: segment)) else {
            throw VRVQError(.badSetting, "a segment cannot change the number of coded channels")
        }
        let silence = flush()
        do throws(VRVQError) { try ledger.start(segment, format) } catch {
            throw VRVQError(.badSetting, error.message)
        }
        hasSegments = true
        if statistics.chunks > 0 { index = nil }
        let bytes = Section.bytes(.segment, payload: segment.payload(format))
        statistics.otherBytes += bytes.count
        return silence + bytes
    }

    /// A chunk section of another stream as it is. The other stream must have the same shape, chunk length and
    /// constant depth, and the section must be whole and no silence run.
    mutating func copy(chunk section: ArraySlice<UInt8>, frames: Int) -> [UInt8] {
        precondition(stage == .open, "sections come after the header and before the trailer")
        let front = flush() + startChunk()
        ledger.count(frames: frames)
        statistics.countChunk(bytes: section.count, bits: BitCount(), frames: frames)
        return front + section
    }

    /// Silent frames in all channels, held back as by `chunk`.
    mutating func silence(frames: Int) throws(VRVQError) {
        try (0...Limits.maximumSilenceRunFrames).check(
            statistics.silenceRunFrames + pendingSilence + frames, "number of frames in silence runs")
        ledger.count(frames: frames)
        pendingSilence += frames
    }

    /// Silent frames that were held back, if any. A live encoder calls it when its time is up.
    public mutating func flush() -> [UInt8] {
        precondition(stage == .open, "sections come after the header and before the trailer")
        guard pendingSilence > 0 else { return [] }
        let position = startChunk()
        let bytes = Section.bytes(.chunk, payload: ChunkCoding.silencePayload(frames: pendingSilence))
        statistics.countSilence(bytes: bytes.count, frames: pendingSilence)
        pendingSilence = 0
        return position + bytes
    }

    /// What has to stand before a chunk that comes now: a position section where one is due.
    private mutating func startChunk() -> [UInt8] {
        var position: [UInt8] = []
        if let positionInterval, statistics.frames - lastPosition >= positionInterval {
            position = StreamPosition(chunks: statistics.chunks, frames: statistics.frames).section
            statistics.otherBytes += position.count
            lastPosition = statistics.frames
        }
        index?.note(offset: statistics.totalBytes, frame: statistics.frames)
        return position
    }

    /// The last bytes. `sampleCount` is the source's, per channel; the frames written have to be exactly those that it
    /// needs (`StreamFormat.frameCount(sourceSamples:)`).
    public mutating func trailer(sampleCount: Int) throws(VRVQError) -> [UInt8] {
        try (0...Limits.maximumSampleCount).check(sampleCount, "sample count of the stream")
        let silence = flush()
        guard hasSegments || statistics.frames == format.frameCount(sourceSamples: sampleCount) else {
            throw VRVQError(
                .badSetting,
                "\(statistics.frames) frames were written, but \(sampleCount) samples need "
                    + "\(format.frameCount(sourceSamples: sampleCount))")
        }
        do throws(VRVQError) { _ = try ledger.end(sampleCount: sampleCount, format) } catch {
            throw VRVQError(.badSetting, error.message)
        }
        let totals = StreamTotals(
            sampleCount: sampleCount, frames: statistics.frames, chunks: statistics.chunks)
        let index = index?.section ?? []
        statistics.otherBytes += index.count
        let bytes = Section.bytes(.trailer, payload: totals.payload(indexDistance: index.count))
        statistics.trailerBytes = bytes.count
        stage = .ended
        return silence + index + bytes
    }

    private func check(_ grids: [CodeGrid], _ frames: Range<Int>) {
        precondition(stage == .open, "sections come after the header and before the trailer")
        precondition(grids.count == format.codedChannels, "one grid per coded channel")
        precondition((1...format.framesPerChunk).contains(frames.count), "1 to framesPerChunk frames")
        for grid in grids {
            precondition(grid.stages == format.stages && grid.entries == format.entries, "a grid of another shape")
            guard let constantDepth = format.constantDepth else { continue }
            precondition(
                grid.depth[frames].allSatisfy { $0 == 0 || Int($0) == constantDepth }, "not the constant depth")
        }
    }

    /// Whether readers would still accept the run (FORMAT.md, section 6.2); where they would not, silence is written
    /// frame by frame.
    private func canJoinSilence(_ frames: Range<Int>) -> Bool {
        statistics.silenceRunFrames + pendingSilence + frames.count <= Limits.maximumSilenceRunFrames
    }
}

extension [CodeGrid] {
    /// Whether all channels are silent in these frames.
    func areSilent(_ frames: Range<Int>) -> Bool {
        allSatisfy { $0.depth[frames].allSatisfy { $0 == 0 } }
    }
}
