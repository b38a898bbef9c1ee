extension ChunkCoding {
    /// The shortest payload of a chunk: plain bits, or one of the range-coded ones where there is a model for it.
    static func payload(
        _ grids: [CodeGrid], frames: Range<Int>, format: StreamFormat, _ models: inout ChunkModels
    ) -> (bytes: [UInt8], bits: BitCount) {
        var best = packedPayload(grids, frames: frames, format: format)
        func take(_ other: (bytes: [UInt8], bits: BitCount)?) {
            guard let other else { return }
            if other.bytes.count < best.bytes.count || models.isNeverPacked { best = other }
        }
        if models.adaptive != nil { take(modelledPayload(grids, frames: frames, format: format, &models.adaptive!)) }
        if models.learned != nil { take(modelledPayload(grids, frames: frames, format: format, &models.learned!)) }
        return best
    }

    /// The payload of a chunk of these frames of all coded channels in plain bits, and what they were spent on.
    static func packedPayload(
        _ grids: [CodeGrid], frames: Range<Int>, format: StreamFormat
    ) -> (bytes: [UInt8], bits: BitCount) {
        let coding: ChunkCoding = hasSilence(grids, frames) ? .packedWithSilence : .packed
        let syntax = FrameSyntax(format, coding)
        var writer = BitWriter(after: head(coding, frames: frames.count, format))
        var bits = BitCount()
        for grid in grids {
            for frame in frames { writer.append(grid, frame: frame, syntax, &bits) }
        }
        writer.finish()
        return (writer.bytes, bits)
    }

    /// The same range-coded (FORMAT.md, sections 6.4 and 6.5); nil for more codes than the bytes may stand for.
    private static func modelledPayload<Model: ChunkModel>(
        _ grids: [CodeGrid], frames: Range<Int>, format: StreamFormat, _ model: inout Model
    ) -> (bytes: [UInt8], bits: BitCount)? {
        var coder = RangeEncoder(after: head(Model.coding, frames: frames.count, format))
        model.start(hasSilence: hasSilence(grids, frames), &coder)
        var tally = CodeTally(stages: format.stages, at: coder.position)
        for frame in frames {
            var beside: CodedFrame?
            for (channel, grid) in grids.enumerated() {
                let codes = grid.codes[frame * grid.stages..<(frame + 1) * grid.stages]
                var content = CodedFrame(depth: Int(grid.depth[frame]), codes: Array(codes))
                model.code(&content, channel: channel, beside: beside, &coder, &tally)
                beside = content
            }
        }
        let bytes = coder.finish()
        let data = bytes.count - head(Model.coding, frames: frames.count, format).count
        if let most = Model.codesPerByte, tally.codes > most * data { return nil }
        return (bytes, tally.bits)
    }

    private static func hasSilence(_ grids: [CodeGrid], _ frames: Range<Int>) -> Bool {
        grids.contains { $0.depth[frames].contains(0) }
    }

    /// Coding and frame count.
    private static func head(_ coding: ChunkCoding, frames: Int, _ format: StreamFormat) -> [UInt8] {
        var head = [coding.rawValue]
        if frames != format.framesPerChunk {
            head[0] |= hasFrameCount
            head.appendVarint(frames)
        }
        return head
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
        bits.count(depth: codes.count, syntax)
    }
}
