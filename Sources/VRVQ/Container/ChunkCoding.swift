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

/// Bits that went into depths and into codes, and how many codes these were.
struct BitCount: Equatable {
    var depths = 0
    var codes = 0
    var usedCodes = 0
}
