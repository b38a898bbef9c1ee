import VRVQNetwork

/// One channel's codes to samples, block by block, on one thread.
final class SynthesisStream {
    private let engine: Engine
    private let cpu: CPU

    init(_ engine: Engine) throws(VRVQError) {
        self.engine = engine
        cpu = try engine.decodingStream()
    }

    /// Bytes that it holds between pushes.
    var heldBytes: Int { cpu.heldBytes }

    /// Forgets the signal and starts a new one.
    func reset() { cpu.reset() }

    /// Takes frames of a grid and appends the samples that are complete.
    func push(_ grid: CodeGrid, frames: Range<Int>, isLast: Bool, into samples: inout [Float]) {
        var start = frames.lowerBound
        repeat {
            let end = min(start + engine.blockFrames, frames.upperBound)
            pushBlock(grid, start..<end, isLast: isLast && end == frames.upperBound, into: &samples)
            start = end
        } while start < frames.upperBound
    }

    private func pushBlock(_ grid: CodeGrid, _ frames: Range<Int>, isLast: Bool, into samples: inout [Float]) {
        var backend = cpu
        let depth = Array(grid.depth[frames])
        // Stages that no frame of the block uses need not be looked up.
        let used = max(1, Int(depth.max() ?? 1))
        let codes = (0..<used).map { stage in frames.map { grid.codes[$0 * grid.stages + stage] } }
        let latent = engine.network.quantizer.reconstruct(codes, depth: depth, on: &backend)!
        let audio = engine.network.decode(cpu.marked(latent, isLast: isLast), on: &backend)
        samples += UnsafeBufferPointer(start: audio.base, count: audio.rows)
    }
}
