extension ChunkCoding {
    /// The payload of a chunk of these frames of all coded channels, and what its bits were spent on.
    static func payload(
        _ grids: [CodeGrid], frames: Range<Int>, format: StreamFormat
    ) -> (bytes: [UInt8], bits: BitCount) {
        let coding: ChunkCoding = grids.contains { $0.depth[frames].contains(0) } ? .packedWithSilence : .packed
        var head = [coding.rawValue]
        if frames.count != format.framesPerChunk {
            head[0] |= hasFrameCount
            head.appendVarint(frames.count)
        }
        let syntax = FrameSyntax(format, coding)
        var writer = BitWriter(after: head)
        var bits = BitCount()
        for grid in grids {
            for frame in frames { writer.append(grid, frame: frame, syntax, &bits) }
        }
        writer.finish()
        return (writer.bytes, bits)
    }

    /// The payload of a silence run (FORMAT.md, section 6.2).
    static func silencePayload(frames: Int) -> [UInt8] {
        var bytes = [silenceRun.rawValue]
        bytes.appendVarint(frames)
        return bytes
    }
}

extension BitWriter {
    fileprivate mutating func append(_ grid: CodeGrid, frame: Int, _ syntax: FrameSyntax, _ bits: inout BitCount) {
        let codes = grid.codes(ofFrame: frame)
        append(syntax.field(depth: codes.count), bits: syntax.depthBits)
        for code in codes { append(Int(code), bits: syntax.codeBits) }
        bits.depths += syntax.depthBits
        bits.codes += codes.count * syntax.codeBits
    }
}
