/// What the frames of one channel so far in a chunk leave behind for the next one (FORMAT.md, section 6.5.1).
struct ContextHistory: Sendable {
    /// Frames that are remembered for copying.
    static let window = 128
    /// Bits behind the point of the running means.
    private static let meanBits: Int32 = 8
    private static let fastPace: Int32 = 2
    private static let slowPace: Int32 = 4

    private let stages: Int
    /// The last frame's vector, that of the one before, and running means of all.
    private var last: [Int16]
    private var beforeLast: [Int16]
    private var fast: [Int32]
    private var slow: [Int32]
    /// Codes of the remembered frames, oldest first, and their depths.
    private var codes: [UInt16] = []
    private var depths: [Int] = []
    /// For each remembered frame, what it has in common with the one at hand so far.
    private var likeness: [Likeness] = []

    struct Likeness {
        /// Stages below that agree.
        var below = 0
        /// Whether the stage just below does.
        var last = false
        /// Stages of the frame before it that agree with those of the frame before the one at hand.
        var before = 0
    }

    init(_ shape: ContextModel.Shape) {
        stages = shape.stages
        last = Array(repeating: 0, count: shape.width)
        beforeLast = last
        fast = Array(repeating: 0, count: shape.width)
        slow = fast
    }

    /// The four vectors, one behind the other: what the first layer sees.
    var features: [Int16] { last + beforeLast + (fast + slow).map { Int16($0 >> Self.meanBits) } }

    /// Makes ready for the codes of a new frame.
    mutating func startFrame() {
        likeness = Array(repeating: Likeness(), count: depths.count)
        let newest = depths.count - 1
        guard newest > 0 else { return }
        for frame in 1...newest {
            for stage in 0..<min(depths[frame - 1], depths[newest])
            where codes[(frame - 1) * stages + stage] == codes[newest * stages + stage] { likeness[frame].before += 1 }
        }
    }

    /// Takes a code of the frame at hand.
    mutating func note(_ code: Int, stage: Int) {
        for frame in likeness.indices {
            let agrees = depths[frame] > stage && Int(codes[frame * stages + stage]) == code
            likeness[frame].last = agrees
            if agrees { likeness[frame].below += 1 }
        }
    }

    /// The frame at hand is over: its vector and its codes.
    mutating func endFrame(_ vector: [Int16], codes frame: ArraySlice<UInt16>) {
        (beforeLast, last) = (last, vector)
        for index in vector.indices {
            let value = Int32(vector[index]) << Self.meanBits
            fast[index] += (value - fast[index]) >> Self.fastPace
            slow[index] += (value - slow[index]) >> Self.slowPace
        }
        codes += frame
        codes += repeatElement(0, count: stages - frame.count)
        depths.append(frame.count)
        guard depths.count > Self.window else { return }
        codes.removeFirst(stages)
        depths.removeFirst()
    }

    /// What past codes of a stage count for the code of the same stage in the frame at hand: mass of each in units of
    /// which `Exponential.unit` are the mass of the scores.
    func copies(stage: Int, gate: Int, _ tables: CopyTables) -> [(code: Int, mass: Int)] {
        var copies: [(code: Int, mass: Int)] = []
        let rows = (stage * ContextModel.lagClasses, stage * (stages + 1), stage * 2)
        for frame in depths.indices where depths[frame] > stage {
            let like = likeness[frame]
            let lag = depths.count - frame
            let lagClass = min(Int.bitWidth - 1 - lag.leadingZeroBitCount, ContextModel.lagClasses - 1)
            let weight =
                gate + Int(tables.lag[rows.0 + lagClass]) + Int(tables.below[rows.1 + like.below])
                + Int(tables.last[rows.2 + (like.last ? 1 : 0)]) + Int(tables.before[rows.1 + like.before])
            let mass = Exponential.mass(weight)
            if mass > 0 { copies.append((Int(codes[frame * stages + stage]), mass)) }
        }
        return copies
    }
}

/// Powers of two in integers (FORMAT.md, section 6.5.3).
enum Exponential {
    /// Mass of a weight of 0.
    static let unit = 1 << 11
    /// The greatest weight that counts, in 256ths: 2^4.
    private static let greatest = 4 << 8

    /// 2^11 times 2^(weight / 256), about; at most 2^15.
    static func mass(_ weight: Int) -> Int {
        let distance = max(0, greatest - weight)
        let x = distance & 255
        return ((8_388_608 - 22006 * x + 22 * x * x) >> 8) >> min(distance >> 8, 31)
    }
}
