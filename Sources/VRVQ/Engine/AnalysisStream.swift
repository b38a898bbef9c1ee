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

    init(stages: Int) { self.stages = stages }

    /// Frames whose codes are known.
    public var frames: Int { codes.count / stages }

    /// Bytes that it takes.
    var heldBytes: Int { 2 * codes.capacity + 4 * importance.capacity + silence.capacity }

    mutating func append(_ other: Analysis, frames range: Range<Int>) {
        codes += other.codes[range.lowerBound * stages..<range.upperBound * stages]
        if !other.importance.isEmpty { importance += other.importance[range] }
        if !other.silence.isEmpty { silence += other.silence[range] }
    }

    /// Removes and returns the first frames.
    mutating func removeFirst(_ count: Int) -> Analysis {
        var taken = Analysis(stages: stages)
        taken.append(self, frames: 0..<count)
        codes.removeFirst(count * stages)
        if !importance.isEmpty { importance.removeFirst(count) }
        if !silence.isEmpty { silence.removeFirst(count) }
        return taken
    }
}

/// One channel's samples to codes and importance, block by block, on one thread.
final class AnalysisStream {
    private let engine: Engine
    private let cpu: CPU
    /// Codes may run ahead of the importance, whose subnet looks further.
    private(set) var result: Analysis

    init(_ engine: Engine) throws(VRVQError) {
        self.engine = engine
        cpu = try engine.encodingStream()
        result = Analysis(stages: engine.network.quantizer.stages.count)
    }

    /// Frames that are complete in `result`.
    var frames: Int { result.importance.isEmpty && !isVariable ? result.frames : result.importance.count }

    /// Bytes that it holds between pushes.
    var heldBytes: Int { cpu.heldBytes + 2 * result.codes.capacity + 4 * result.importance.capacity }

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
    func take() -> Analysis {
        let count = frames
        var taken = Analysis(stages: result.stages)
        taken.append(result, frames: 0..<count)
        result.codes.removeFirst(count * result.stages)
        if isVariable { result.importance.removeFirst(count) }
        return taken
    }

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
    }
}
