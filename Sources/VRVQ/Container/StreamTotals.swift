/// What a stream adds up to, as its trailer says (FORMAT.md, section 5.3).
public struct StreamTotals: Equatable, Sendable {
    /// Source samples per channel: the exact length of the decoded file.
    public var sampleCount: Int
    /// Frames per channel.
    public var frames: Int
    /// Chunk sections.
    public var chunks: Int

    /// The trailer's payload. Its last byte is the size of the whole section, so that it can be found from the end of a
    /// file; `indexDistance` is the way back from the trailer's start to a chunk index, 0 for none.
    package func payload(indexDistance: Int = 0) -> [UInt8] {
        var bytes: [UInt8] = []
        for number in [sampleCount, frames, chunks, indexDistance] { bytes.appendVarint(number) }
        // One byte each for type, length and this size itself.
        bytes.append(UInt8(bytes.count + 3 + Section.checksumBytes))
        return bytes
    }

    /// Reads a trailer's payload; `section` is the whole section, `indexOffset` where the last chunk index was seen.
    init(trailerPayload cursor: inout ByteCursor, section: Section, indexOffset: Int?) throws(VRVQError) {
        sampleCount = try cursor.varint("sample count", in: 0...Limits.maximumSampleCount)
        frames = try cursor.varint("frame count")
        chunks = try cursor.varint("chunk count")
        let distance = try cursor.varint("distance to the chunk index")
        guard distance == 0 || section.offset - distance == indexOffset else {
            throw cursor.malformed("no chunk index lies \(distance) bytes before it")
        }
        guard Int(try cursor.byte("section size")) == section.byteCount else {
            throw cursor.malformed("the size it gives of itself is not its \(section.byteCount) bytes")
        }
        try cursor.expectEnd()
    }

    /// Reads a trailer's payload without comparing what it says of other sections: for damaged streams. Behind it the
    /// cursor stands at the distance to the chunk index.
    init(unchecked cursor: inout ByteCursor) throws(VRVQError) {
        sampleCount = try cursor.varint("sample count", in: 0...Limits.maximumSampleCount)
        frames = try cursor.varint("frame count")
        chunks = try cursor.varint("chunk count")
    }

    package init(sampleCount: Int, frames: Int, chunks: Int) {
        self.sampleCount = sampleCount
        self.frames = frames
        self.chunks = chunks
    }
}
