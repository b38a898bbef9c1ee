import CVRVQKernels
import VRVQNetwork

/// Weights in the order in which the kernels of one instruction set read them. Made once, then only read, by any
/// number of streams on any thread.
package final class PreparedLayers: @unchecked Sendable {
    // @unchecked: everything is written during `init` and never again.

    /// A convolution of either kind as a matrix product.
    struct Product {
        let weights: AlignedFloats
        let bias: [Float]
        /// Columns of the product: output channels, times the stride of a transposed convolution.
        let columns: Int
        let taps: Int
        let depth: Int
    }

    struct Activation {
        let alpha: [Float]
        let inverse: [Float]
    }

    struct Table {
        /// The entries as stored, [entries][dimensions].
        let entries: [Float]
        /// The product that gives a score per entry, greatest for the nearest.
        let scores: Product
    }

    let kernels: UnsafePointer<vrvq_kernels>
    private(set) var products: [Int: Product] = [:]
    private(set) var activations: [Int: Activation] = [:]
    private(set) var tables: [Int: Table] = [:]

    /// Prepares layers and stages.
    package init(
        layers: [Layer], stages: [QuantizerStage], weights: some WeightSource, instructionSet: InstructionSet
    ) throws(WeightError) {
        precondition(instructionSet.kernels != nil, "this machine lacks \(instructionSet.rawValue)")
        kernels = instructionSet.kernels!
        for layer in layers { try prepare(layer, weights) }
        for stage in stages {
            try prepare(.convolution(stage.project), weights)
            try prepare(.convolution(stage.expand), weights)
            tables[stage.codebook.slot] = try table(stage.codebook, weights)
        }
    }

    private func prepare(_ layer: Layer, _ weights: some WeightSource) throws(WeightError) {
        switch layer {
        case .convolution(let layer): products[layer.slot] = try product(layer, weights)
        case .transposedConvolution(let layer): products[layer.slot] = try product(layer, weights)
        case .snake(let layer): activations[layer.slot] = try activation(layer, weights)
        case .residualUnit(let unit):
            try prepare(.snake(unit.firstSnake), weights)
            try prepare(.convolution(unit.dilated), weights)
            try prepare(.snake(unit.secondSnake), weights)
            try prepare(.convolution(unit.pointwise), weights)
        case .tanh: break
        }
    }

    private func product(_ layer: Convolution, _ weights: some WeightSource) throws(WeightError) -> Product {
        let kernel = try weights.kernel(layer.name, shape: [layer.outputs, layer.inputs, layer.kernel])
        let bias = try weights.values(of: "\(layer.name).bias", shape: [layer.outputs])
        let packed = pack(
            kernel, columns: layer.outputs, taps: layer.kernel, depth: layer.inputs,
            steps: (layer.inputs * layer.kernel, 1, layer.kernel))
        // Taps that are neighbours in memory make one long sum.
        let merged = layer.dilation == 1
        return Product(
            weights: packed, bias: bias, columns: layer.outputs, taps: merged ? 1 : layer.kernel,
            depth: merged ? layer.kernel * layer.inputs : layer.inputs)
    }

    /// A transposed convolution gives `stride` output rows per input row: column s * outputs + o of the product is
    /// output o of the row at phase s, and its sum runs over the last ceil(kernel / stride) input rows.
    private func product(_ layer: TransposedConvolution, _ weights: some WeightSource) throws(WeightError) -> Product {
        let kernel = try weights.kernel(layer.name, shape: [layer.inputs, layer.outputs, layer.kernel])
        let bias = try weights.values(of: "\(layer.name).bias", shape: [layer.outputs])
        let reach = layer.reach
        let columns = layer.stride * layer.outputs
        var arranged = [Float](repeating: 0, count: reach * layer.inputs * columns)
        arranged.withUnsafeMutableBufferPointer { target in
            for row in 0..<reach {
                let tapBase = (reach - 1 - row) * layer.stride
                for input in 0..<layer.inputs {
                    let line = (row * layer.inputs + input) * columns
                    for output in 0..<layer.outputs {
                        let source = (input * layer.outputs + output) * layer.kernel + tapBase
                        for phase in 0..<min(layer.stride, layer.kernel - tapBase) {
                            target[line &+ phase &* layer.outputs &+ output] = kernel[source &+ phase]
                        }
                    }
                }
            }
        }
        let packed = pack(
            arranged, columns: columns, taps: 1, depth: reach * layer.inputs, steps: (1, 0, columns))
        let repeated = (0..<columns).map { bias[$0 % layer.outputs] }
        return Product(weights: packed, bias: repeated, columns: columns, taps: 1, depth: reach * layer.inputs)
    }

    private func activation(_ layer: Snake, _ weights: some WeightSource) throws(WeightError) -> Activation {
        let alpha = try weights.values(of: "\(layer.name).alpha", shape: [1, layer.channels, 1])
        return Activation(alpha: alpha, inverse: alpha.map { Float(1 / (Double($0) + 1e-9)) })
    }

    /// Nearest by direction: the greatest ê·ĉ. Nearest by distance: the greatest e·c - |c|²/2.
    private func table(_ codebook: Codebook, _ weights: some WeightSource) throws(WeightError) -> Table {
        let (rows, width) = (codebook.entries, codebook.dimensions)
        let entries = try weights.values(of: "\(codebook.name).weight", shape: [rows, width])
        var directions = entries
        var bias = [Float](repeating: 0, count: rows)
        for row in 0..<rows {
            let range = row * width..<(row + 1) * width
            let square = entries[range].reduce(0) { $0 + Double($1) * Double($1) }
            switch codebook.lookup {
            case .euclidean: bias[row] = Float(-square / 2)
            case .cosine:
                let length = max(square.squareRoot(), 1e-12)
                for index in range { directions[index] = Float(Double(entries[index]) / length) }
            }
        }
        let packed = pack(directions, columns: rows, taps: 1, depth: width, steps: (width, 0, 1))
        return Table(
            entries: entries, scores: Product(weights: packed, bias: bias, columns: rows, taps: 1, depth: width))
    }

    private func pack(
        _ source: [Float], columns: Int, taps: Int, depth: Int, steps: (column: Int, tap: Int, depth: Int)
    ) -> AlignedFloats {
        let packed = AlignedFloats(capacity: vrvq_packed_count(kernels, columns, taps, depth))
        vrvq_pack(kernels, packed.base, source, columns, taps, depth, steps.column, steps.tap, steps.depth)
        return packed
    }
}

extension TransposedConvolution {
    /// Input rows that meet in one output row at most.
    var reach: Int { (kernel + stride - 1) / stride }
}
