import VRVQNetwork

/// How the frames of a chunk are written: the low 7 bits of its first payload byte (FORMAT.md, section 6).
enum ChunkCoding: UInt8 {
    /// Depth (less one) and codes as plain bits; no frame is silent.
    case packed = 0
    /// A count of frames, all silent in all channels.
    case silenceRun = 1
    /// As `packed`, with depth 0 allowed.
    case packedWithSilence = 2
    /// Range-coded with frequencies that start anew in every chunk.
    case adaptive = 3
    /// Range-coded with the frequencies of a context model.
    case learned = 4

    /// Set where a frame count stands behind the coding byte.
    static let hasFrameCount: UInt8 = 0x80
}

/// How one frame's depth and codes become bits, from the format and the coding (FORMAT.md, sections 6.1 and 6.3).
struct FrameSyntax {
    let depthBits: Int
    let codeBits: Int
    let stages: Int
    let entries: Int
    private let constantDepth: Int?
    /// Depth that a field of 0 stands for.
    private let lowest: Int

    init(_ format: StreamFormat, _ coding: ChunkCoding) {
        stages = format.stages
        entries = format.entries
        constantDepth = format.constantDepth
        lowest = coding == .packedWithSilence ? 0 : 1
        depthBits = bitWidth(ofValues: (format.constantDepth == nil ? stages : 1) + 1 - lowest)
        codeBits = format.bitsPerCode
    }

    /// The number that stands for a depth.
    func field(depth: Int) -> Int {
        constantDepth == nil ? depth - lowest : depth == 0 ? 0 : 1 - lowest
    }

    /// The depth that a number stands for; nil where it would be beyond the stages.
    func depth(field: Int) -> Int? {
        let depth = field + lowest
        if let constantDepth { return depth == 0 ? 0 : constantDepth }
        return depth <= stages ? depth : nil
    }

    /// Bits of the shortest frame.
    var leastBits: Int { depthBits + (lowest == 0 ? 0 : (constantDepth ?? 1) * codeBits) }
}

/// What went into depths and into the codes of each stage.
struct BitCount: Equatable {
    /// What went into one stage.
    struct Stage: Equatable, Sendable {
        /// 256ths of a bit.
        var parts = 0
        var codes = 0
    }

    /// Bits.
    var depths = 0
    var stages: [Stage] = []

    /// Bits of all codes, rounded.
    var codes: Int { (stages.reduce(0) { $0 + $1.parts } + 128) / 256 }
    var usedCodes: Int { stages.reduce(0) { $0 + $1.codes } }

    /// Counts a frame in plain bits.
    mutating func count(depth: Int, _ syntax: FrameSyntax) {
        depths += syntax.depthBits
        if stages.isEmpty { stages = Array(repeating: Stage(), count: syntax.stages) }
        for stage in 0..<depth {
            stages[stage].parts += syntax.codeBits * 256
            stages[stage].codes += 1
        }
    }
}
