/// What a rate is chosen for: codes and importance of every coded channel, the chunks that they are written in, and what
/// the stream takes besides.
struct RateProblem: Sendable {
    /// The format of a stream of variable rate.
    let format: StreamFormat
    /// One per coded channel, of equal length.
    let analyses: [Analysis]
    let entropy: EntropyCoding
    /// For that coding.
    let models: ChunkModels
    let allocator: any DepthAllocator
    /// Frames of each chunk, in order.
    let chunks: [Range<Int>]
    /// What stands between and behind the chunks.
    let layout: StreamLayout
    /// Threads that code chunks; the choice does not depend on it.
    let threads: Int

    var frames: Int { analyses[0].frames }
}

/// Depths that were chosen, one array per channel.
struct DepthChoice {
    let depths: [[Int]]
    let outcome: Allocation.Outcome
}

/// What a stream has besides chunks, whatever their depths are.
struct StreamLayout: Sendable {
    /// Bytes of other sections before each chunk, and behind the last one without chunk index and trailer.
    var others: [Int]
    /// False where several segments leave no place for a chunk index.
    var hasIndex = true
    /// Samples per channel of the source.
    var sampleCount: Int
}

extension StreamFormat {
    /// Runs of a full chunk's frames, and one of what is left.
    func chunks(of frames: Range<Int>) -> [Range<Int>] {
        stride(from: frames.lowerBound, to: frames.upperBound, by: framesPerChunk).map {
            $0..<min(frames.upperBound, $0 + framesPerChunk)
        }
    }
}
