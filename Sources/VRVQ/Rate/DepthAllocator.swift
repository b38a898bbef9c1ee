import VRVQNetwork

/// Which frames get how many codebooks as the rate grows. The paper's importance map is the usual one; another may
/// spend them by measured distortion. Streams do not say which it was.
public protocol DepthAllocator: Sendable {
    /// The depth of every frame, 1 to `analysis.stages`. A frame's depth must not fall as the level rises; at
    /// `leastLevel` all have to be 1 (or as few as the allocator ever gives), at `greatestLevel` all the stages that it
    /// ever gives. Silence is not its concern: silent frames get depth 0 whatever it says.
    /// - Parameter level: positive and finite; for the importance map the scale.
    func depths(_ analysis: Analysis, level: Float) -> [Int]
    /// Where a search for a level begins; positive.
    var leastLevel: Float { get }
    /// Where it ends.
    var greatestLevel: Float { get }
    /// Whether a level is a scale. Where it is none, a scale asks for as many codes as the importance map would spend at
    /// it in the whole signal.
    var takesScale: Bool { get }
    /// Whether it reads `Analysis.errors`.
    var needsErrors: Bool { get }
}

extension DepthAllocator {
    /// Small enough for every importance.
    public var leastLevel: Float { 0x1p-10 }
    /// Beyond the inverse of every importance that a float32 sigmoid tells from zero.
    public var greatestLevel: Float { 0x1p40 }
    /// As the importance map.
    public var takesScale: Bool { true }
    /// As the importance map.
    public var needsErrors: Bool { false }
}

/// The paper's allocation: stage k is used where k <= l p, for importance p and scale l. Without an importance map all
/// frames have the same depth, floor(l) + 1.
public struct ImportanceAllocator: DepthAllocator {
    /// The paper's allocation.
    public init() {}

    /// See `DepthAllocator`; the level is the scale.
    public func depths(_ analysis: Analysis, level: Float) -> [Int] {
        let importance = analysis.importance.isEmpty ? Array(repeating: 1, count: analysis.frames) : analysis.importance
        return importance.map { ImportanceMap.depth(importance: $0, scale: level, stages: analysis.stages) }
    }
}

extension Analysis {
    /// These depths with 0 for silent frames.
    func silenced(_ depths: [Int]) -> [Int] {
        silence.isEmpty ? depths : zip(depths, silence).map { $1 ? 0 : $0 }
    }

    /// The grid of so many codes of each frame; its sample count is that of whole frames.
    func grid(_ depths: [Int], entries: Int, hop: Int) -> CodeGrid {
        var grid = CodeGrid(stages: stages, entries: entries)
        grid.reserveCapacity(frames: frames)
        for (frame, depth) in depths.enumerated() {
            grid.append(depth: depth, codes: codes(ofFrame: frame, depth: depth))
        }
        grid.sampleCount = grid.frames * hop
        return grid
    }
}

extension Codec {
    /// The format of this model's streams.
    /// - Throws: `badSetting` for chunks that are longer than the format allows.
    func format(
        sourceRate: Int?, channels: Int, stereoMode: StereoMode = .independent, framesPerChunk: Int? = nil
    ) throws(VRVQError) -> StreamFormat {
        guard channels >= stereoMode.leastChannels || stereoMode == .independent else {
            throw VRVQError(.badSetting, "the stereo mode \(stereoMode) needs two channels or more")
        }
        let architecture = model.architecture
        let format = StreamFormat(
            sourceRate: sourceRate ?? architecture.sampleRate, channels: channels, stereoMode: stereoMode,
            modelRate: architecture.sampleRate, hop: architecture.hop, stages: architecture.quantizer.stages,
            entries: architecture.quantizer.entries, framesPerChunk: framesPerChunk,
            networkFingerprint: model.fingerprint, modelName: model.name)
        if framesPerChunk != nil {
            do throws(VRVQError) { try format.validate() } catch { throw VRVQError(.badSetting, error.message) }
        }
        return format
    }
}
