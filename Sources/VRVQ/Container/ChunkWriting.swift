extension ChunkCoding {
    /// The shortest payload of a chunk: plain bits, or coding 3 where there is a model and it is shorter.
    static func payload(
        _ grids: [CodeGrid], frames: Range<Int>, format: StreamFormat, _ model: inout AdaptiveModel?,
        isAlwaysAdaptive: Bool = false
    ) -> (bytes: [UInt8], bits: BitCount) {
        let packed = packedPayload(grids, frames: frames, format: format)
        guard model != nil else { return packed }
        let adaptive = adaptivePayload(grids, frames: frames, format: format, &model!)
        return adaptive.bytes.count < packed.bytes.count || isAlwaysAdaptive ? adaptive : packed
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

    /// The same in coding 3 (FORMAT.md, section 6.4).
    static func adaptivePayload(
        _ grids: [CodeGrid], frames: Range<Int>, format: StreamFormat, _ model: inout AdaptiveModel
    ) -> (bytes: [UInt8], bits: BitCount) {
        var coder = RangeEncoder(after: head(.adaptive, frames: frames.count, format))
        var tally = AdaptiveTally()
        model.start(hasSilence: hasSilence(grids, frames), &coder)
        for frame in frames {
            var beside: AdaptiveModel.Frame?
            for (channel, grid) in grids.enumerated() {
                let codes = grid.codes[frame * grid.stages..<(frame + 1) * grid.stages]
                var content = AdaptiveModel.Frame(depth: Int(grid.depth[frame]), codes: Array(codes))
                tally.add(model.code(&content, channel: channel, beside: beside, &coder), codes: content.depth)
                beside = content
            }
        }
        return (coder.finish(), tally.bits)
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
        bits.depths += syntax.depthBits
        bits.codes += codes.count * syntax.codeBits
        bits.usedCodes += codes.count
    }
}

/// Sums what an adaptive chunk was spent on.
struct AdaptiveTally {
    private var depths = 0
    private var codes = 0
    private var usedCodes = 0

    /// Bits in 256ths.
    mutating func add(_ spent: (depth: Int, codes: Int), codes count: Int) {
        depths += spent.depth
        codes += spent.codes
        usedCodes += count
    }

    /// Rounded to whole bits.
    var bits: BitCount { BitCount(depths: (depths + 128) / 256, codes: (codes + 128) / 256, usedCodes: usedCodes) }
}
