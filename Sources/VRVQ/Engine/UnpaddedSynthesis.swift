import VRVQNetwork

/// One chunk's codes to samples in a network without padding: no layer sees zeros around its input, convolutions give
/// fewer rows than they take, transposed convolutions more, and the skips of residual units are cut to match. This is
/// how the published program decodes chunks; what it gives near a chunk's ends is not what the padded network gives.
final class UnpaddedSynthesis {
    private let engine: Engine
    private let cpu: CPU
    private let layers: [Layer]
    /// Rows of each unit's skip that are still to be dropped, by the unit's slot.
    private var leading: [Int]

    init(_ engine: Engine) throws(VRVQError) {
        self.engine = engine
        cpu = try engine.decodingStream()
        layers = engine.network.decoderLayers.map(\.unpadded)
        leading = []
    }

    /// The samples of a whole chunk: none where it is shorter than the network needs.
    func samples(of grid: CodeGrid) -> [Float] {
        cpu.reset()
        leading = skips
        var samples: [Float] = []
        var start = 0
        repeat {
            let end = min(grid.frames, start + engine.blockFrames)
            push(grid, start..<end, isLast: end == grid.frames, into: &samples)
            start = end
        } while start < grid.frames
        return samples
    }

    private func push(_ grid: CodeGrid, _ frames: Range<Int>, isLast: Bool, into samples: inout [Float]) {
        var backend = cpu
        let codes = (0..<grid.stages).map { stage in frames.map { grid.codes[$0 * grid.stages + stage] } }
        let depth = Array(grid.depth[frames])
        let latent = engine.network.quantizer.reconstruct(codes, depth: depth, on: &backend)!
        var x = cpu.marked(latent, isLast: isLast)
        for layer in layers { x = run(layer, x) }
        samples += UnsafeBufferPointer(start: x.base, count: x.rows)
    }

    private func run(_ layer: Layer, _ x: CPU.Tensor) -> CPU.Tensor {
        guard case .residualUnit(let unit) = layer else {
            var backend = cpu
            return backend.run([layer], x)
        }
        var branch = cpu.convolution(cpu.snake(x, unit.firstSnake), unit.dilated)
        branch = cpu.convolution(cpu.snake(branch, unit.secondSnake), unit.pointwise)
        let dropped = min(leading[unit.slot], x.rows)
        leading[unit.slot] -= dropped
        return cpu.residualSum(cpu.withoutFirst(dropped, of: x), branch, slot: unit.slot)
    }

    /// Rows that the published convolutions' padding stands for, by the slot of their unit.
    private var skips: [Int] {
        var skips = [Int](repeating: 0, count: engine.network.slots)
        for case .residualUnit(let unit) in engine.network.decoderLayers { skips[unit.slot] = unit.dilated.padLeft }
        return skips
    }
}

extension Layer {
    /// The same layer without padding.
    fileprivate var unpadded: Layer {
        switch self {
        case .convolution(let layer): return .convolution(layer.unpadded)
        case .transposedConvolution(var layer):
            layer.padding = 0
            return .transposedConvolution(layer)
        case .residualUnit(var unit):
            unit.dilated = unit.dilated.unpadded
            return .residualUnit(unit)
        case .snake, .tanh: return self
        }
    }
}

extension Convolution {
    fileprivate var unpadded: Convolution {
        var layer = self
        (layer.padLeft, layer.padRight) = (0, 0)
        return layer
    }
}
