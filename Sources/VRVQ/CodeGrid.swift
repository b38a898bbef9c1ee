/// The hinge of the codec: what one channel of audio is once the network has seen it, and all that the network
/// needs to give it back. Encoding ends in a grid, decoding starts from one; tools that cut, count, transcode or
/// hand tokens on work on grids and never need the network.
///
/// Frame `t` uses the first `depth[t]` stages; its codes are `codes[t * stages ..< t * stages + depth[t]]`.
/// Codes of stages beyond the depth are zero, so that equal grids compare equal.
public struct CodeGrid: Equatable, Sendable {
    /// Stages (codebooks) that a frame can use: the paper's N.
    public let stages: Int
    /// Entries per codebook; codes are in `0 ..< entries`.
    public let entries: Int
    /// Stages in use, one per frame, each in `0 ... stages`. The network's own map gives at least 1; 0 is a frame
    /// that is left out altogether (silence).
    public private(set) var depth: [UInt8]
    /// One code per frame and stage, frame by frame: `frames * stages` values.
    public private(set) var codes: [UInt16]
    /// Samples per channel at the model's rate; at most `frames * hop`.
    public var sampleCount: Int

    /// An empty grid to which frames are appended.
    public init(stages: Int, entries: Int) {
        precondition((1...255).contains(stages) && (1...65536).contains(entries))
        self.stages = stages
        self.entries = entries
        depth = []
        codes = []
        sampleCount = 0
    }

    /// Number of frames.
    public var frames: Int { depth.count }

    /// Codes in use over all frames.
    public var usedCodes: Int { depth.reduce(0) { $0 + Int($1) } }

    /// The codes in use of one frame.
    public func codes(ofFrame frame: Int) -> ArraySlice<UInt16> {
        codes[frame * stages..<frame * stages + Int(depth[frame])]
    }

    /// Appends a frame of `depth` stages from codes of at least that many stages (further ones are ignored).
    public mutating func append(depth: Int, codes frame: some Collection<UInt16>) {
        precondition((0...stages).contains(depth) && frame.count >= depth)
        self.depth.append(UInt8(depth))
        var used = 0
        for code in frame.prefix(depth) {
            precondition(Int(code) < entries, "code outside the codebook")
            codes.append(code)
            used += 1
        }
        for _ in used..<stages { codes.append(0) }
    }

    /// Makes room for more frames ahead of appending them.
    public mutating func reserveCapacity(frames: Int) {
        depth.reserveCapacity(depth.count + frames)
        codes.reserveCapacity(codes.count + frames * stages)
    }

    /// Appends frames of depth 0: silence.
    public mutating func appendSilence(frames: Int) {
        depth += [UInt8](repeating: 0, count: frames)
        codes += [UInt16](repeating: 0, count: frames * stages)
    }

    /// Appends all frames of another grid of the same shape; the sample counts add up.
    public mutating func append(_ other: CodeGrid) {
        precondition(other.stages == stages && other.entries == entries)
        depth += other.depth
        codes += other.codes
        sampleCount += other.sampleCount
    }

    /// The grid with every frame cut to at most `limit` stages. Dropping codebooks at the deep end needs no
    /// re-encoding: the stages before do not depend on them.
    public func limited(to limit: Int) -> CodeGrid {
        if depth.allSatisfy({ Int($0) <= limit }) { return self }
        var result = CodeGrid(stages: stages, entries: entries)
        result.sampleCount = sampleCount
        for frame in 0..<frames {
            result.append(depth: min(limit, Int(depth[frame])), codes: codes(ofFrame: frame))
        }
        return result
    }

    /// Drops the first frames; the sample count stays as it is.
    mutating func removeFirst(_ frames: Int) {
        depth.removeFirst(frames)
        codes.removeFirst(frames * stages)
    }
}
