/// A model behind the range coder: what it expects of the frames of a chunk. Written once for both directions.
protocol ChunkModel: Sendable {
    /// The payload coding that it stands for.
    static var coding: ChunkCoding { get }
    /// The most codes that a chunk may have for each byte of its data, which bounds the work that a byte can ask for; nil
    /// where the likelihoods are bound enough.
    static var codesPerByte: Int? { get }
    /// Whether any frame of the chunk may be silent.
    var hasSilence: Bool { get }
    /// Starts a chunk: nothing learned before counts.
    mutating func start<Coder: SymbolCoder>(hasSilence value: Bool, _ coder: inout Coder)
    /// One frame of one channel; the channels of a frame follow each other.
    /// - Parameters:
    ///   - frame: what to write, or room for what is read.
    ///   - beside: the channel before in the same frame.
    mutating func code<Coder: SymbolCoder>(
        _ frame: inout CodedFrame, channel: Int, beside: CodedFrame?, _ coder: inout Coder, _ tally: inout CodeTally)
}

/// The depth and codes of one frame of one channel.
struct CodedFrame {
    var depth: Int
    /// As many as there are stages; those at the depth and beyond mean nothing.
    var codes: [UInt16]

    /// The code of a stage that the depth reaches.
    func code(ofStage stage: Int) -> Int? { depth > stage ? Int(codes[stage]) : nil }
}

/// Sums what a chunk was spent on, in 256ths of a bit.
struct CodeTally {
    private var position: Int
    private var depths = 0
    private var stages: [BitCount.Stage]

    init(stages: Int, at position: Int) {
        self.position = position
        self.stages = Array(repeating: BitCount.Stage(), count: stages)
    }

    /// All since the last count went into a depth.
    mutating func countDepth(at position: Int) {
        depths += position - self.position
        self.position = position
    }

    /// All since the last count went into a code.
    mutating func countCode(stage: Int, at position: Int) {
        stages[stage].parts += position - self.position
        stages[stage].codes += 1
        self.position = position
    }

    /// Codes so far.
    var codes: Int { stages.reduce(0) { $0 + $1.codes } }

    /// Rounded to whole bits.
    var bits: BitCount { BitCount(depths: (depths + 128) / 256, stages: stages) }
}
