/// The size of the stream that depths would give, chunk by chunk. A chunk whose depths are those of one of the last
/// two times is not coded again: near its end a search changes few.
struct StreamCost {
    private let plan: RatePlan
    private var models: ChunkModels
    private let chunks: [Range<Int>]
    private var known: [[Known]]
    /// All but the chunks that are coded.
    private let otherBytes: Int

    private struct Known {
        let depths: [ArraySlice<Int>]
        let bytes: Int
    }

    init(_ plan: RatePlan, reserved: Int) throws(VRVQError) {
        let format = plan.format
        self.plan = plan
        models = try ChunkModels(format, plan.entropy)
        let frames = plan.analyses[0].frames
        chunks = stride(from: 0, to: frames, by: format.framesPerChunk).map {
            $0..<min(frames, $0 + format.framesPerChunk)
        }
        known = Array(repeating: [], count: chunks.count)
        otherBytes = reserved + models.sectionBytes + (try Self.framing(plan, chunks))
    }

    /// Header, silence runs and trailer: the same whatever the depths of sound are.
    private static func framing(_ plan: RatePlan, _ chunks: [Range<Int>]) throws(VRVQError) -> Int {
        var writer = try StreamWriter(plan.format, entropy: .packed)
        _ = writer.header()
        for frames in chunks {
            _ = writer.chunk(plan.analyses.map { $0.grid(frames, plan.format) { _ in 1 } })
        }
        _ = try writer.trailer(sampleCount: plan.sampleCount)
        let statistics = writer.statistics
        return statistics.totalBytes - statistics.chunkBytes + statistics.silenceRunBytes
    }

    /// Bytes of the stream with these depths, one array per channel.
    mutating func bytes(_ depths: [[Int]]) -> Int {
        var sum = otherBytes
        for chunk in chunks.indices { sum += bytes(chunk, depths.map { $0[chunks[chunk]] }) }
        return sum
    }

    private mutating func bytes(_ chunk: Int, _ depths: [ArraySlice<Int>]) -> Int {
        if let found = known[chunk].first(where: { $0.depths == depths }) { return found.bytes }
        let bytes = codedBytes(chunks[chunk], depths)
        known[chunk] = known[chunk].suffix(1) + [Known(depths: depths, bytes: bytes)]
        return bytes
    }

    /// Bytes of a chunk section; none for one that belongs to a silence run.
    private mutating func codedBytes(_ frames: Range<Int>, _ depths: [ArraySlice<Int>]) -> Int {
        if depths.allSatisfy({ $0.allSatisfy { $0 == 0 } }) { return 0 }
        let grids = zip(plan.analyses, depths).map { analysis, depths in
            analysis.grid(frames, plan.format) { depths[$0] }
        }
        let payload = ChunkCoding.payload(grids, frames: 0..<frames.count, format: plan.format, &models).bytes
        return Section.byteCount(payload: payload.count)
    }
}

extension Analysis {
    /// A grid of some frames; silent ones have depth 0.
    fileprivate func grid(_ frames: Range<Int>, _ format: StreamFormat, depth: (Int) -> Int) -> CodeGrid {
        var grid = CodeGrid(stages: stages, entries: format.entries)
        for frame in frames {
            let isSilent = !silence.isEmpty && silence[frame]
            grid.append(depth: isSilent ? 0 : depth(frame), codes: codes[frame * stages..<(frame + 1) * stages])
        }
        return grid
    }
}
