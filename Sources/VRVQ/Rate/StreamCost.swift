/// The size of the stream that depths would give, chunk by chunk. A chunk whose depths are those of one of the last
/// two times is not coded again: near its end a search changes few.
struct StreamCost {
    private let problem: RateProblem
    /// One for each thread.
    private var coders: [ChunkCost]
    private var known: [[Known]]
    /// Bytes that the stream will have besides.
    private let reserved: Int

    private struct Known {
        let depths: [ArraySlice<Int>]
        let bytes: Int
    }

    init(_ problem: RateProblem, reserved: Int) {
        self.problem = problem
        coders = Array(repeating: ChunkCost(problem), count: problem.threads)
        known = Array(repeating: [], count: problem.chunks.count)
        self.reserved = reserved
    }

    /// Bytes of the section of every chunk with these depths, one array per channel; none for one of a silence run.
    mutating func chunkBytes(_ depths: [[Int]]) -> [Int] {
        let parts = problem.chunks.map { chunk in depths.map { $0[chunk] } }
        let new = parts.indices.filter { chunk in !known[chunk].contains { $0.depths == parts[chunk] } }
        let chunks = problem.chunks
        let sizes = concurrently(new, &coders) { chunk, coder in coder.bytes(chunks[chunk], parts[chunk]) }
        for (chunk, bytes) in zip(new, sizes) {
            known[chunk] = known[chunk].suffix(1) + [Known(depths: parts[chunk], bytes: bytes)]
        }
        return parts.indices.map { chunk in known[chunk].first { $0.depths == parts[chunk] }!.bytes }
    }

    /// Bytes of the stream with these depths.
    mutating func bytes(_ depths: [[Int]]) -> Int {
        let sizes = chunkBytes(depths)
        var tally = StreamTally(problem.format, hasIndex: problem.layout.hasIndex)
        tally.add(others: reserved)
        for (chunk, frames) in problem.chunks.enumerated() {
            tally.add(others: problem.layout.others[chunk])
            tally.add(bytes: sizes[chunk], frames: frames.count)
        }
        tally.add(others: problem.layout.others[problem.chunks.count])
        return tally.total(sampleCount: problem.layout.sampleCount)
    }
}

/// The size of single chunks.
private struct ChunkCost {
    private let problem: RateProblem
    private var models: ChunkModels

    init(_ problem: RateProblem) {
        self.problem = problem
        models = problem.models
    }

    /// Bytes of a chunk section; none for one that belongs to a silence run.
    mutating func bytes(_ frames: Range<Int>, _ depths: [ArraySlice<Int>]) -> Int {
        if depths.allSatisfy({ $0.allSatisfy { $0 == 0 } }) { return 0 }
        let format = problem.format
        let grids = zip(problem.analyses, depths).map { analysis, depths in
            analysis.grid(frames, format) { depths[$0] }
        }
        let payload = ChunkCoding.payload(grids, frames: 0..<frames.count, format: format, &models).bytes
        return Section.byteCount(payload: payload.count)
    }
}

extension Analysis {
    /// A grid of some frames; silent ones have depth 0.
    func grid(_ frames: Range<Int>, _ format: StreamFormat, depth: (Int) -> Int) -> CodeGrid {
        var grid = CodeGrid(stages: stages, entries: format.entries)
        for frame in frames {
            let isSilent = !silence.isEmpty && silence[frame]
            let depth = isSilent ? 0 : depth(frame)
            grid.append(depth: depth, codes: codes(ofFrame: frame, depth: depth))
        }
        return grid
    }
}
