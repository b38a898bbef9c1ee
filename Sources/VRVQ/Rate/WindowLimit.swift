/// The greatest depth of every frame with which no stretch of the signal is over a rate.
///
/// For each stretch there is a greatest level at which its plain bits fit; a frame gets the least of those of all
/// stretches that it belongs to. As adaptive chunks are written only where they are shorter, what holds for plain bits
/// holds for the stream.
struct WindowLimit {
    /// One array per channel.
    private(set) var depths: [[Int]]
    /// Whether the least depths fit everywhere.
    private(set) var isMet = true

    private let problem: RateProblem
    private let frames: Int
    /// Frames of a stretch.
    private let length: Int
    /// Bits of a stretch.
    private let most: Double
    /// Of each frame: bits besides those of codes, over all channels.
    private var fixedBits: [Double] = []
    private let codeBits: Double

    init(_ cap: RatePlan.Cap, _ problem: RateProblem) {
        self.problem = problem
        let format = problem.format
        frames = problem.frames
        let frameRate = Double(format.modelRate) / Double(format.hop)
        length = max(1, Int(min(cap.seconds * frameRate, Double(max(1, frames)))))
        most = cap.kbps * 1000 * Double(length) / frameRate
        codeBits = Double(format.bitsPerCode)
        depths = Array(repeating: Array(repeating: format.stages, count: frames), count: problem.analyses.count)
        guard frames > 0 else { return }
        fixedBits = Self.fixedBits(problem)
        limit()
    }

    /// Depth fields, and an even share of the chunk's framing at its largest.
    private static func fixedBits(_ problem: RateProblem) -> [Double] {
        let format = problem.format
        var bits: [Double] = []
        for chunk in problem.chunks {
            let hasSilence = problem.analyses.contains { !$0.silence.isEmpty && $0.silence[chunk].contains(true) }
            let depthBits = FrameSyntax(format, hasSilence ? .packedWithSilence : .packed).depthBits
            // Type, length, coding, frame count, checksum, and the bits that fill the last byte.
            let framing = 8 * (1 + 3 + 1 + (chunk.count < format.framesPerChunk ? 3 : 0) + Section.checksumBytes + 1)
            let share = Double(framing) / Double(chunk.count) + Double(depthBits * format.codedChannels)
            bits += repeatElement(share, count: chunk.count)
        }
        return bits
    }

    private mutating func limit() {
        let ladder = Self.ladder(problem.allocator)
        var allowed = Array(repeating: 0, count: frames - length + 1)
        for (step, level) in ladder.enumerated() {
            let fits = stretchesThatFit(cost(allocated(level)))
            if step == 0 { isMet = !fits.contains(false) }
            for stretch in fits.indices where fits[stretch] && allowed[stretch] == step - 1 { allowed[stretch] = step }
            if !fits.contains(true) { break }
        }
        let steps = leastOverStretches(allowed)
        for step in Set(steps) {
            let found = allocated(ladder[step])
            for channel in depths.indices {
                for frame in 0..<frames where steps[frame] == step { depths[channel][frame] = found[channel][frame] }
            }
        }
    }

    /// Levels that are tried: sixteen to an octave.
    private static func ladder(_ allocator: any DepthAllocator) -> [Float] {
        var levels = [allocator.leastLevel]
        // The sixteenth root of two.
        while let next = levels.last.map({ $0 * 1.044_273_8 }), next < allocator.greatestLevel { levels.append(next) }
        return levels + [allocator.greatestLevel]
    }

    private func allocated(_ level: Float) -> [[Int]] {
        problem.analyses.map { $0.silenced(problem.allocator.depths($0, level: level)) }
    }

    /// Bits of every frame over all channels.
    private func cost(_ depths: [[Int]]) -> [Double] {
        (0..<frames).map { frame in
            fixedBits[frame] + codeBits * Double(depths.reduce(0) { $0 + $1[frame] })
        }
    }

    private func stretchesThatFit(_ cost: [Double]) -> [Bool] {
        var sums = [0.0]
        for bits in cost { sums.append(sums[sums.count - 1] + bits) }
        return (0...frames - length).map { sums[$0 + length] - sums[$0] <= most }
    }

    /// For every frame the least value of the stretches that hold it; stretch i holds the frames i ..< i + length.
    private func leastOverStretches(_ values: [Int]) -> [Int] {
        var queue: [Int] = []
        var head = 0
        return (0..<frames).map { frame in
            if frame < values.count {
                while queue.count > head, values[queue[queue.count - 1]] >= values[frame] { queue.removeLast() }
                queue.append(frame)
            }
            while queue[head] <= frame - length { head += 1 }
            return values[queue[head]]
        }
    }
}
