/// The greatest depth of every frame with which no stretch of the signal is over a rate, counted as `RatePlan.Cap` says.
///
/// For each stretch there is a greatest level at which its bits fit; a frame gets the least of those of all stretches
/// that it belongs to. In plain bits that is all: chunks are coded otherwise only where they become shorter, so it holds.
/// `relax` then counts what entropy coding leaves of each chunk.
struct WindowLimit {
    /// One array per channel.
    private(set) var depths: [[Int]]
    /// Whether no stretch is over the rate.
    private(set) var isMet = true

    /// The depths that hold in plain bits.
    private var plain: [[Int]]
    private let problem: RateProblem
    private let frames: Int
    /// Frames of a stretch.
    private let length: Int
    /// Bits of a stretch.
    private let most: Double
    /// Of each chunk: bits of its framing at its largest, and bits of the depths of one of its frames.
    private let framing: [Double]
    private let depthBits: [Double]
    private let codeBits: Double
    /// The chunk of each frame.
    private let chunkOfFrame: [Int]

    /// Times that coded sizes are taken into account at most.
    private static let rounds = 8
    /// By how much more than the excess a stretch is lowered.
    private static let margin = 1.002
    /// Of the plain bits, what is taken for what is left where there is next to nothing yet.
    private static let leastShare = 0.1

    init(_ cap: RatePlan.Cap, _ problem: RateProblem) {
        self.problem = problem
        let format = problem.format
        frames = problem.frames
        let frameRate = Double(format.modelRate) / Double(format.hop)
        length = max(1, Int(min(cap.seconds * frameRate, Double(max(1, frames)))))
        most = cap.kbps * 1000 * Double(length) / frameRate
        codeBits = Double(format.bitsPerCode)
        framing = problem.chunks.map { chunk in
            // Type, length, coding, frame count, checksum, and the bits that fill the last byte.
            Double(8 * (1 + 3 + 1 + (chunk.count < format.framesPerChunk ? 3 : 0) + Section.checksumBytes + 1))
        }
        depthBits = problem.chunks.map { chunk in
            let hasSilence = problem.analyses.contains { !$0.silence.isEmpty && $0.silence[chunk].contains(true) }
            let syntax = FrameSyntax(format, hasSilence ? .packedWithSilence : .packed)
            return Double(syntax.depthBits * format.codedChannels)
        }
        chunkOfFrame = problem.chunks.enumerated().flatMap { repeatElement($0.offset, count: $0.element.count) }
        plain = Array(repeating: Array(repeating: format.stages, count: frames), count: problem.analyses.count)
        depths = plain
        guard frames > 0 else { return }
        plain = limited(Array(repeating: 1, count: framing.count), most)
        depths = plain
        isMet = excess(of: plain, Array(repeating: 1, count: framing.count)) <= 1
    }

    /// The greatest depths that hold with what entropy coding leaves of each chunk. That depends on the depths (deeper
    /// codes shrink less), so it is tried several times, with more for the chunks of stretches that came out over the rate;
    /// where one still does in the end, its chunks keep the depths of plain bits.
    /// - Parameter share: of the rate that may be used.
    mutating func relax(_ cost: inout StreamCost, to share: Double = 1) {
        guard frames > 0 else { return }
        var found = plain
        var shares = shares(of: found, &cost).map { max($0, Self.leastShare) }
        for _ in 1...Self.rounds {
            found = limited(shares, share * most)
            let worst = worstStretches(of: found, self.shares(of: found, &cost), share * most)
            if worst.allSatisfy({ $0 <= 1 }) { break }
            shares = zip(shares, worst).map { min(1, $1 > 1 ? $0 * $1 * Self.margin : $0) }
        }
        depths = restored(found, &cost)
        isMet = excess(of: depths, self.shares(of: depths, &cost)) <= 1
    }

    /// Goes back to the depths of plain bits, with which any smaller ones hold as well.
    mutating func restorePlain(_ cost: inout StreamCost) {
        depths = plain
        isMet = excess(of: plain, shares(of: plain, &cost)) <= 1
    }

    /// The costliest stretch with these depths, as a multiple of what it may have.
    func excess(of depths: [[Int]], _ cost: inout StreamCost) -> Double {
        frames > 0 ? excess(of: depths, shares(of: depths, &cost)) : 0
    }

    private func excess(of depths: [[Int]], _ shares: [Double]) -> Double {
        worstStretches(of: depths, shares, most).max() ?? 0
    }

    /// What entropy coding leaves of the plain bits of each chunk's depths and codes.
    private func shares(of depths: [[Int]], _ cost: inout StreamCost) -> [Double] {
        let bytes = cost.chunkBytes(depths)
        return problem.chunks.indices.map { chunk in
            let frames = problem.chunks[chunk]
            let codes = depths.reduce(0) { $0 + $1[frames].reduce(0, +) }
            let plain = depthBits[chunk] * Double(frames.count) + codeBits * Double(codes)
            return plain > 0 ? min(1, max(0, Double(8 * bytes[chunk]) - framing[chunk]) / plain) : 0
        }
    }

    /// Depths with the chunks of plain bits wherever a stretch is over the rate.
    private func restored(_ depths: [[Int]], _ cost: inout StreamCost) -> [[Int]] {
        var result = depths
        var isPlain = Array(repeating: false, count: framing.count)
        while true {
            let worst = worstStretches(of: result, shares(of: result, &cost), most)
            let over = worst.indices.filter { worst[$0] > 1 && !isPlain[$0] }
            if over.isEmpty { return result }
            for chunk in over {
                isPlain[chunk] = true
                let frames = problem.chunks[chunk]
                for channel in result.indices { result[channel].replaceSubrange(frames, with: plain[channel][frames]) }
            }
        }
    }

    /// The greatest depths with which every stretch fits, given what is left of each chunk's plain bits.
    private func limited(_ shares: [Double], _ most: Double) -> [[Int]] {
        let ladder = Self.ladder(problem.allocator)
        var allowed = Array(repeating: 0, count: frames - length + 1)
        for (step, level) in ladder.enumerated() {
            let fits = stretches(bits(allocated(level), shares)).map { $0 <= most }
            for stretch in fits.indices where fits[stretch] && allowed[stretch] == step - 1 { allowed[stretch] = step }
            if !fits.contains(true) { break }
        }
        let steps = overStretches(allowed, frames) { $0 < $1 }
        var result = plain
        for step in Set(steps) {
            let found = allocated(ladder[step])
            for channel in result.indices {
                for frame in 0..<frames where steps[frame] == step { result[channel][frame] = found[channel][frame] }
            }
        }
        return result
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

    /// Bits of every frame over all channels: an even share of its chunk's framing, and of the rest as much as of the
    /// plain bits.
    private func bits(_ depths: [[Int]], _ shares: [Double]) -> [Double] {
        (0..<frames).map { frame in
            let chunk = chunkOfFrame[frame]
            let plain = depthBits[chunk] + codeBits * Double(depths.reduce(0) { $0 + $1[frame] })
            return framing[chunk] / Double(problem.chunks[chunk].count) + shares[chunk] * plain
        }
    }

    /// Bits of every stretch.
    private func stretches(_ bits: [Double]) -> [Double] {
        var sums = [0.0]
        for bits in bits { sums.append(sums[sums.count - 1] + bits) }
        return (0...frames - length).map { sums[$0 + length] - sums[$0] }
    }

    /// For every chunk the costliest stretch that holds a frame of it, as a multiple of what it may have.
    private func worstStretches(of depths: [[Int]], _ shares: [Double], _ most: Double) -> [Double] {
        let worst = overStretches(stretches(bits(depths, shares)), frames) { $0 > $1 }
        return problem.chunks.map { worst[$0].max()! / most }
    }

    /// For every frame the first in order of the values of the stretches that hold it; stretch i holds the frames
    /// i ..< i + length.
    private func overStretches<Value>(
        _ values: [Value], _ frames: Int, isBefore: (Value, Value) -> Bool
    ) -> [Value] {
        var queue: [Int] = []
        var head = 0
        return (0..<frames).map { frame in
            if frame < values.count {
                while queue.count > head, !isBefore(values[queue[queue.count - 1]], values[frame]) {
                    queue.removeLast()
                }
                queue.append(frame)
            }
            while queue[head] <= frame - length { head += 1 }
            return values[queue[head]]
        }
    }
}
