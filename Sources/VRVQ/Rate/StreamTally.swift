/// Adds up what `StreamWriter` would write, from the sizes of the chunks alone.
struct StreamTally {
    private var bytes = 0
    private var frames = 0
    private var chunks = 0
    private var pendingSilence = 0
    private var index: SeekIndex?

    /// - Parameter hasIndex: whether the stream may have a chunk index.
    init(_ format: StreamFormat, hasIndex: Bool) {
        index = hasIndex ? SeekIndex(format) : nil
    }

    /// Sections other than chunks, of so many bytes.
    mutating func add(others count: Int) {
        guard count > 0 else { return }
        flush()
        bytes += count
    }

    /// A chunk section of so many bytes; none for frames that belong to a silence run.
    mutating func add(bytes count: Int, frames: Int) {
        if count == 0 { return pendingSilence += frames }
        flush()
        addChunk(bytes: count, frames: frames)
    }

    private mutating func flush() {
        guard pendingSilence > 0 else { return }
        let payload = ChunkCoding.silencePayload(frames: pendingSilence)
        addChunk(bytes: Section.byteCount(payload: payload.count), frames: pendingSilence)
        pendingSilence = 0
    }

    private mutating func addChunk(bytes count: Int, frames more: Int) {
        index?.note(offset: bytes, frame: frames)
        bytes += count
        frames += more
        chunks += 1
    }

    /// Bytes of the whole stream, with chunk index and trailer.
    mutating func total(sampleCount: Int) -> Int {
        flush()
        let section = index?.section ?? []
        let totals = StreamTotals(sampleCount: sampleCount, frames: frames, chunks: chunks)
        return bytes + section.count
            + Section.byteCount(payload: totals.payload(indexDistance: section.count).count)
    }
}
