import CVRVQKernels
import VRVQNetwork

/// The stages of a quantizer as a search needs them: what every entry adds to the latent, seen from all stages.
///
/// Stage k adds W e + b for its entry e, that is V v with V = [W b] and v = [e 1]. A residual r is known to the search by
/// |r|² and its products V'r with every stage; an entry of stage k leaves |r|² - 2 v·(V_k'r) + |V_k v|² and takes
/// V_m'V_k v off the product with stage m. So nothing that is done for an entry is as wide as the latent.
final class StageGeometry: @unchecked Sendable {
    // @unchecked: everything is written during `init` and never again.

    struct Stage {
        /// Place of this stage among the products of all stages.
        let range: Range<Int>
        /// Entries as stored, [entries][dimensions].
        let entries: [Float]
        /// |V v|² of each entry.
        let energies: [Double]
        /// Packed for the product that gives e·(W'r) - |V v|² / 2 of each entry.
        let scores: AlignedFloats
        let scoreBias: [Float]

        var dimensions: Int { range.count - 1 }
        var count: Int { energies.count }
        /// Where the product with b is.
        var constant: Int { range.upperBound - 1 }
    }

    let stages: [Stage]
    /// Values of a latent.
    let latent: Int
    /// Products of a residual with all stages.
    let width: Int
    /// V of all stages, packed for the product with latents.
    let projection: AlignedFloats
    /// V_m'V_k of all pairs of stages, [width][width].
    let overlaps: [Double]
    let kernels: UnsafePointer<vrvq_kernels>

    init(
        _ quantizer: ResidualQuantizer, weights: some WeightSource, instructionSet: InstructionSet
    ) throws(WeightError) {
        precondition(instructionSet.kernels != nil, "this machine lacks \(instructionSet.rawValue)")
        kernels = instructionSet.kernels!
        latent = quantizer.stages[0].expand.outputs
        width = quantizer.stages.reduce(0) { $0 + $1.codebook.dimensions + 1 }
        var rows: [[Float]] = []
        for stage in quantizer.stages { rows += try Self.columns(stage.expand, weights) }
        overlaps = Self.overlaps(rows)
        projection = Self.packed(kernels, rows.flatMap { $0 }, columns: width, depth: latent)
        var stages: [Stage] = []
        for stage in quantizer.stages {
            let first = stages.last?.range.upperBound ?? 0
            stages.append(
                try Self.stage(kernels, stage.codebook, from: first, overlaps: overlaps, width: width, weights))
        }
        self.stages = stages
    }

    /// The columns of V: those of W, and b.
    private static func columns(_ layer: Convolution, _ weights: some WeightSource) throws(WeightError) -> [[Float]] {
        precondition(layer.kernel == 1 && layer.stride == 1)
        let kernel = try weights.kernel(layer.name, shape: [layer.outputs, layer.inputs, 1])
        let bias = try weights.values(of: "\(layer.name).bias", shape: [layer.outputs])
        return (0..<layer.inputs).map { input in
            (0..<layer.outputs).map { kernel[$0 * layer.inputs + input] }
        } + [bias]
    }

    private static func overlaps(_ rows: [[Float]]) -> [Double] {
        rows.flatMap { row in
            rows.map { other in zip(row, other).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
        }
    }

    private static func stage(
        _ kernels: UnsafePointer<vrvq_kernels>, _ codebook: Codebook, from first: Int, overlaps: [Double], width: Int,
        _ weights: some WeightSource
    ) throws(WeightError) -> Stage {
        let (count, dimensions) = (codebook.entries, codebook.dimensions)
        let entries = try weights.values(of: "\(codebook.name).weight", shape: [count, dimensions])
        let energies = (0..<count).map { entry in
            let vector = entries[entry * dimensions..<(entry + 1) * dimensions].map { Double($0) } + [1]
            return (0...dimensions).reduce(0.0) { sum, row in
                let start = (first + row) * width + first
                return sum + vector[row]
                    * zip(overlaps[start...start + dimensions], vector).reduce(0) { $0 + $1.0 * $1.1 }
            }
        }
        return Stage(
            range: first..<first + dimensions + 1, entries: entries, energies: energies,
            scores: packed(kernels, entries, columns: count, depth: dimensions),
            scoreBias: energies.map { Float(-$0 / 2) })
    }

    /// Packs [columns][depth] for `multiply`.
    private static func packed(
        _ kernels: UnsafePointer<vrvq_kernels>, _ source: [Float], columns: Int, depth: Int
    ) -> AlignedFloats {
        let packed = AlignedFloats(capacity: vrvq_packed_count(kernels, columns, 1, depth))
        vrvq_pack(kernels, packed.base, source, columns, 1, depth, depth, 0, 1)
        return packed
    }
}
