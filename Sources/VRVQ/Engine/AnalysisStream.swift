import VRVQNetwork

/// What the encoder network says of a run of frames: the codes of all stages and the importance. Any rate is a
/// choice of depths over this; the network need not run again.
public struct Analysis: Equatable, Sendable {
    /// Stages of the model.
    public let stages: Int
    /// Codes of all stages, frame by frame: `frames * stages` values.
    public internal(set) var codes: [UInt16] = []
    /// Importance p in (0, 1), one per frame; empty in a constant-rate model.
    public internal(set) var importance: [Float] = []

    /// Whether the frame is left out as silence (depth 0), one per frame.
    public internal(set) var silence: [Bool] = []

    /// Where a beam search was asked for, the codes that it found for each depth: of a frame one for depth 1, two for
    /// depth 2 and so on, `stages * (stages + 1) / 2` in all. Else empty: `codes` hold for every depth.
    public internal(set) var pathCodes: [UInt16] = []

    /// Where it was asked for, what each depth leaves of the latent, as squared length: of a frame `stages + 1` values,
    /// the first for depth 0 (the latent itself). Else empty.
    public internal(set) var errors: [Float] = []

    init(stages: Int) { self.stages = stages }

    /// The codes of a frame that is given this depth.
    public func codes(ofFrame frame: Int, depth: Int) -> ArraySlice<UInt16> {
        precondition((0...stages).contains(depth))
        if pathCodes.isEmpty { return codes[frame * stages..<frame * stages + depth] }
        let start = frame * pathCodesPerFrame + depth * (depth - 1) / 2
        return pathCodes[start..<start + depth]
    }

    private var pathCodesPerFrame: Int { stages * (stages + 1) / 2 }

    /// Frames whose codes are known.
    public var frames: Int { codes.count / stages }

    /// Bytes that it takes.
    var heldBytes: Int {
        2 * (codes.capacity + pathCodes.capacity) + 4 * (importance.capacity + errors.capacity) + silence.capacity
    }

    mutating func append(_ other: Analysis, frames range: Range<Int>) {
        codes.append(from: other.codes, rows: range, of: stages)
        importance.append(from: other.importance, rows: range)
        silence.append(from: other.silence, rows: range)
        pathCodes.append(from: other.pathCodes, rows: range, of: pathCodesPerFrame)
        errors.append(from: other.errors, rows: range, of: stages + 1)
    }

    /// Removes and returns the first frames.
    mutating func removeFirst(_ count: Int) -> Analysis {
        var taken = Analysis(stages: stages)
        taken.append(self, frames: 0..<count)
        codes.removeFirst(rows: count, of: stages)
        importance.removeFirst(rows: count)
        silence.removeFirst(rows: count)
        pathCodes.removeFirst(rows: count, of: pathCodesPerFrame)
        errors.removeFirst(rows: count, of: stages + 1)
        return taken
    }
}

extension Array {
    /// Appends rows of another array, unless that holds none at all.
    fileprivate mutating func append(from other: [Element], rows: Range<Int>, of width: Int = 1) {
        if !other.isEmpty { self += other[rows.lowerBound * width..<rows.upperBound * width] }
    }

    /// Removes the first rows, unless there are none at all.
    fileprivate mutating func removeFirst(rows: Int, of width: Int = 1) {
        if !isEmpty { removeFirst(rows * width) }
    }
}

/// One channel's samples to codes and importance, block by block, on one thread.
final class AnalysisStream {
    private let engine: Engine
    private let cpu: CPU
    /// Nil where the greedy codes are all that is wanted.
    private let search: PathSearch?
    /// Codes may run ahead of the importance, whose subnet looks further.
    private(set) var result: Analysis

    init(_ engine: Engine, _ search: QuantizerSearch) throws(VRVQError) {
        self.engine = engine
        cpu = try engine.encodingStream()
        self.search = search == .greedy ? nil : PathSearch(try engine.stageGeometry(), search)
        result = Analysis(stages: engine.network.quantizer.stages.count)
    }

    /// Frames that are complete in `result`.
    var frames: Int { result.importance.isEmpty && !isVariable ? result.frames : result.importance.count }

    /// Bytes that it holds between pushes.
    var heldBytes: Int { cpu.heldBytes + result.heldBytes + (search?.heldBytes ?? 0) }

    private var isVariable: Bool { engine.network.importanceLayers != nil }

    /// Forgets the signal and starts a new one.
    func reset() {
        cpu.reset()
        result = Analysis(stages: result.stages)
    }

    /// Takes samples; the last block of a signal is padded with zeros to a whole frame by the caller.
    func push(_ samples: UnsafeBufferPointer<Float>, isLast: Bool) {
        let block = engine.blockFrames * engine.network.architecture.hop
        var start = 0
        repeat {
            let end = min(start + block, samples.count)
            pushBlock(UnsafeBufferPointer(rebasing: samples[start..<end]), isLast: isLast && end == samples.count)
            start = end
        } while start < samples.count
    }

    /// Removes and returns the complete frames.
    func take() -> Analysis { result.removeFirst(frames) }

    private func pushBlock(_ samples: UnsafeBufferPointer<Float>, isLast: Bool) {
        var backend = cpu
        let input = cpu.tensor(rows: samples.count, channels: 1, isLast: isLast) { rows in
            if let base = samples.baseAddress { rows.update(from: base, count: samples.count) }
        }
        let network = engine.network
        let (feature, latent) = network.encode(input, on: &backend)
        if let importance = network.importance(feature, on: &backend) {
            result.importance += UnsafeBufferPointer(start: importance.base, count: importance.rows)
        }
        guard latent.rows > 0 else { return }
        let stages = network.quantizer.quantize(latent, on: &backend)
        for row in 0..<latent.rows {
            for stage in stages { result.codes.append(stage.codes[row]) }
        }
        search?.run(latent.base, rows: latent.rows, greedy: stages.map(\.codes), into: &result)
    }
}
