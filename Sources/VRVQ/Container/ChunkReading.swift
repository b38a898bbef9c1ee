/// What a chunk's payload says.
enum ChunkContent {
    /// One grid per coded channel, and what the bits were spent on.
    case grids([CodeGrid], BitCount)
    /// So many frames of silence in all channels.
    case silence(frames: Int)
}

extension ChunkCoding {
    /// Reads a chunk's payload (FORMAT.md, section 6). Nothing is allocated before the payload is known to be long
    /// enough for its frames.
    static func content(
        _ cursor: inout ByteCursor, format: StreamFormat, _ models: inout ChunkModels
    ) throws(VRVQError) -> ChunkContent {
        let start = cursor.offset
        let byte = try cursor.byte("coding")
        let number = byte & ~hasFrameCount
        guard let coding = ChunkCoding(rawValue: number) else {
            throw VRVQError(
                .unsupported, "\(cursor.context): payload coding \(number) is not known to this build: update vrvq",
                offset: start)
        }
        let countFollows = byte & hasFrameCount != 0
        if coding == .silenceRun { return try silence(&cursor, flagged: countFollows) }
        let frames = countFollows ? try frameCount(&cursor, format) : format.framesPerChunk
        switch coding {
        case .adaptive:
            if models.adaptive == nil { models.adaptive = AdaptiveModel(format) }
            return try modelledGrids(cursor, frames: frames, format, &models.adaptive!)
        case .learned:
            guard models.learned != nil else { throw models.missing(cursor, offset: start) }
            return try modelledGrids(cursor, frames: frames, format, &models.learned!)
        default: return try grids(&cursor, frames: frames, format, FrameSyntax(format, coding))
        }
    }

    private static func silence(_ cursor: inout ByteCursor, flagged: Bool) throws(VRVQError) -> ChunkContent {
        guard !flagged else { throw cursor.malformed("a silence run has the frame count flag set") }
        let frames = try cursor.varint("frame count", in: 1...Limits.maximumSilenceRunFrames)
        try cursor.expectEnd()
        return .silence(frames: frames)
    }

    private static func frameCount(_ cursor: inout ByteCursor, _ format: StreamFormat) throws(VRVQError) -> Int {
        let start = cursor.offset
        let frames = try cursor.varint("frame count")
        guard (1..<format.framesPerChunk).contains(frames) else {
            throw VRVQError(
                .malformed,
                "\(cursor.context): \(frames) frames written out, where 1 to \(format.framesPerChunk - 1) may be",
                offset: start)
        }
        return frames
    }

    private static func grids(
        _ cursor: inout ByteCursor, frames: Int, _ format: StreamFormat, _ syntax: FrameSyntax
    ) throws(VRVQError) -> ChunkContent {
        guard frames * format.codedChannels * syntax.leastBits <= cursor.rest.count * 8 else {
            throw cursor.malformed("\(cursor.rest.count) bytes cannot hold \(frames) frames")
        }
        var reader = BitReader(cursor.rest)
        var bits = BitCount()
        var grids: [CodeGrid] = []
        for _ in 0..<format.codedChannels {
            grids.append(try grid(&reader, frames: frames, format, syntax, &bits, cursor))
        }
        guard reader.untouchedBytes == 0 else {
            throw cursor.malformed("\(reader.untouchedBytes) bytes more than its frames need")
        }
        guard reader.paddingIsZero else { throw cursor.malformed("the bits that fill its last byte are not zero") }
        return .grids(grids, bits)
    }

    private static func grid(
        _ reader: inout BitReader, frames: Int, _ format: StreamFormat, _ syntax: FrameSyntax, _ bits: inout BitCount,
        _ cursor: ByteCursor
    ) throws(VRVQError) -> CodeGrid {
        var grid = CodeGrid(stages: format.stages, entries: format.entries)
        grid.reserveCapacity(frames: frames)
        grid.sampleCount = frames * format.hop
        var codes = [UInt16](repeating: 0, count: format.stages)
        for frame in 0..<frames {
            do throws(FrameFault) {
                let depth = try reader.frame(syntax, into: &codes)
                grid.append(depth: depth, codes: codes.prefix(depth))
                bits.count(depth: depth, syntax)
            } catch {
                throw cursor.malformed(error.description(frame: frame, syntax))
            }
        }
        return grid
    }
}

extension ChunkCoding {
    /// Reads a range-coded payload (FORMAT.md, sections 6.4 and 6.5). Every frame takes at least one decision or code.
    private static func modelledGrids<Model: ChunkModel>(
        _ cursor: ByteCursor, frames: Int, _ format: StreamFormat, _ model: inout Model
    ) throws(VRVQError) -> ChunkContent {
        guard frames * format.codedChannels <= cursor.rest.count * Likelihood.decisionsPerByte else {
            throw cursor.malformed("\(cursor.rest.count) bytes cannot hold \(frames) frames")
        }
        var empty = CodeGrid(stages: format.stages, entries: format.entries)
        empty.reserveCapacity(frames: frames)
        var grids = Array(repeating: empty, count: format.codedChannels)
        var coder = RangeDecoder(cursor.rest)
        let most = Model.codesPerByte.map { $0 * cursor.rest.count } ?? .max
        let bits = read(&coder, into: &grids, frames: frames, codes: most, &model)
        if let fault = coder.fault { throw cursor.malformed(fault.description(frame: grids[0].frames - 1)) }
        for channel in grids.indices { grids[channel].sampleCount = frames * format.hop }
        return .grids(grids, bits)
    }

    /// Reads frames up to the last one or the one with a fault.
    /// - Parameter most: codes of which more are a fault.
    private static func read<Model: ChunkModel>(
        _ coder: inout RangeDecoder, into grids: inout [CodeGrid], frames: Int, codes most: Int,
        _ model: inout Model
    ) -> BitCount {
        var hasSilence = false
        let empty = CodedFrame(depth: 0, codes: Array(repeating: 0, count: grids[0].stages))
        model.start(hasSilence: false, &coder)
        var tally = CodeTally(stages: grids[0].stages, at: coder.position)
        for _ in 0..<frames {
            var beside: CodedFrame?
            for channel in grids.indices {
                var content = empty
                model.code(&content, channel: channel, beside: beside, &coder, &tally)
                grids[channel].append(depth: content.depth, codes: content.codes.prefix(content.depth))
                hasSilence = hasSilence || content.depth == 0
                beside = content
            }
            if tally.codes > most { coder.fail(.density) }
            if coder.fault != nil { return tally.bits }
        }
        coder.expect(hasSilence == model.hasSilence)
        coder.finish()
        return tally.bits
    }
}

extension RangeFault {
    fileprivate func description(frame: Int) -> String {
        switch self {
        case .ended: "its payload ends inside its frame \(frame)"
        case .surplus: "its payload does not end with its last frame"
        case .density: "its payload is too short for the codes up to its frame \(frame)"
        case .value: "its payload has no meaning in its frame \(frame)"
        }
    }
}

/// What can be wrong with one frame of bits.
private enum FrameFault: Error {
    case depth(Int)
    case code(Int)
    case short

    func description(frame: Int, _ syntax: FrameSyntax) -> String {
        switch self {
        case .depth(let field): "depth field \(field) of its frame \(frame) is beyond \(syntax.stages) stages"
        case .code(let code): "code \(code) in its frame \(frame) is beyond a codebook of \(syntax.entries)"
        case .short: "its payload ends inside its frame \(frame)"
        }
    }
}

extension BitReader {
    /// Reads one frame's codes and gives its depth.
    fileprivate mutating func frame(_ syntax: FrameSyntax, into codes: inout [UInt16]) throws(FrameFault) -> Int {
        guard let field = read(syntax.depthBits) else { throw .short }
        guard let depth = syntax.depth(field: field) else { throw .depth(field) }
        for stage in 0..<depth {
            guard let code = read(syntax.codeBits) else { throw .short }
            guard code < syntax.entries else { throw .code(code) }
            codes[stage] = UInt16(code)
        }
        return depth
    }
}
