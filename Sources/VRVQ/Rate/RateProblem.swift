/// What a rate is chosen for: codes and importance of every coded channel, the chunks that they are written in, and what
/// the stream takes besides.
struct RateProblem: Sendable {
    /// The format of a stream of variable rate.
    let format: StreamFormat
    /// One per coded channel, of equal length.
    let analyses: [Analysis]
    let entropy: EntropyCoding
    let allocator: any DepthAllocator
    /// Frames of each chunk, in order.
    let chunks: [Range<Int>]
    /// Bytes of all but chunks with sound: the same whatever the depths of sound are.
    let framingBytes: Int
    /// Threads that code chunks; the choice does not depend on it.
    let threads: Int

    var frames: Int { analyses[0].frames }
}

/// Depths that were chosen, one array per channel.
struct DepthChoice {
    let depths: [[Int]]
    let outcome: Allocation.Outcome
}

extension StreamStatistics {
    /// Bytes of all but chunks with sound.
    var framingBytes: Int { totalBytes - chunkBytes + silenceRunBytes }
}

extension StreamFormat {
    /// Runs of a full chunk's frames, and one of what is left.
    func chunks(of frames: Range<Int>) -> [Range<Int>] {
        stride(from: frames.lowerBound, to: frames.upperBound, by: framesPerChunk).map {
            $0..<min(frames.upperBound, $0 + framesPerChunk)
        }
    }
}
