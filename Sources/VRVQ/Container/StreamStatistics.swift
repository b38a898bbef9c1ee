/// Where the bytes of a stream went. Kept alike by the writer and the reader.
public struct StreamStatistics: Equatable, Sendable {
    /// Magic, version and header section.
    public internal(set) var headerBytes = 0
    /// Tags sections.
    public internal(set) var tagBytes = 0
    /// Chunk sections, payload and overhead.
    public internal(set) var chunkBytes = 0
    /// Of the chunk bytes, those that hold no frame's bits: type, length, coding, frame count, checksum, silence runs.
    public internal(set) var chunkOverheadBytes = 0
    /// Trailer section.
    public internal(set) var trailerBytes = 0
    /// Sections that were skipped.
    public internal(set) var otherBytes = 0
    /// Bits spent on the depths of frames, each chunk's rounded.
    public internal(set) var depthBits = 0
    /// Bits spent on codes, each chunk's rounded. How many codes these are is `usedCodes`.
    public internal(set) var codeBits = 0
    /// Codes, over all frames and channels.
    public internal(set) var usedCodes = 0
    /// What went into the codes of each stage; none before the first chunk with codes.
    private var stages: [BitCount.Stage] = []
    /// Frames per channel.
    public internal(set) var frames = 0
    /// Of these, frames in silence runs.
    public internal(set) var silenceRunFrames = 0
    /// Chunk sections.
    public internal(set) var chunks = 0

    /// Every byte counted so far.
    public var totalBytes: Int { headerBytes + tagBytes + chunkBytes + trailerBytes + otherBytes }

    /// Counts a chunk of so many bytes in all whose frames took `bits`.
    mutating func countChunk(bytes: Int, bits: BitCount, frames count: Int) {
        chunks += 1
        frames += count
        chunkBytes += bytes
        chunkOverheadBytes += bytes - (bits.depths + bits.codes + 7) / 8
        depthBits += bits.depths
        codeBits += bits.codes
        usedCodes += bits.usedCodes
        if stages.isEmpty { stages = bits.stages } else { add(bits.stages) }
    }

    private mutating func add(_ more: [BitCount.Stage]) {
        for stage in more.indices {
            stages[stage].parts += more[stage].parts
            stages[stage].codes += more[stage].codes
        }
    }

    /// Bits that a code took on average, by stage; nil for a stage without codes.
    public var bitsPerCode: [Double?] {
        stages.map { $0.codes == 0 ? nil : Double($0.parts) / 256 / Double($0.codes) }
    }

    /// Counts a silence run of so many bytes in all.
    mutating func countSilence(bytes: Int, frames count: Int) {
        countChunk(bytes: bytes, bits: BitCount(), frames: count)
        silenceRunFrames += count
    }
}
