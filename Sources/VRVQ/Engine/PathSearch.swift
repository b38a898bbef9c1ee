import CVRVQKernels
import VRVQNetwork

/// The beam search of one stream (see `QuantizerSearch`). What it finds for a frame depends on that frame alone.
final class PathSearch {
    private let geometry: StageGeometry
    private let search: QuantizerSearch
    private let kernels: vrvq_kernels
    private var products = AlignedFloats(capacity: 0)
    /// Of every path, the products with the stage under way.
    private let vectors: AlignedFloats
    /// Of every path, a score for each entry.
    private let scores: AlignedFloats

    init(_ geometry: StageGeometry, _ search: QuantizerSearch) {
        self.geometry = geometry
        self.search = search
        kernels = geometry.kernels.pointee
        vectors = AlignedFloats(capacity: search.paths * (geometry.stages.map(\.dimensions).max() ?? 0))
        scores = AlignedFloats(capacity: search.paths * (geometry.stages.map(\.count).max() ?? 0))
    }

    /// Bytes that it holds.
    var heldBytes: Int { 4 * (products.capacity + vectors.capacity + scores.capacity) }

    /// Appends what is found for each row of a latent to `result`.
    /// - Parameter greedy: codes of the greedy search, stage by stage.
    func run(_ latent: UnsafePointer<Float>, rows: Int, greedy: [[UInt16]], into result: inout Analysis) {
        let width = geometry.width
        if products.capacity < rows * width { products = AlignedFloats(capacity: rows * width) }
        multiply(latent, geometry.projection, bias: nil, to: products, rows, width, geometry.latent)
        for row in 0..<rows {
            let values = UnsafeBufferPointer(start: latent + row * geometry.latent, count: geometry.latent)
            let start = Path(
                error: values.reduce(0) { $0 + Double($1) * Double($1) },
                products: (row * width..<(row + 1) * width).map { Double(products.base[$0]) })
            find(start, greedy: greedy.map { $0[row] }, into: &result)
        }
    }

    private func find(_ start: Path, greedy: [UInt16], into result: inout Analysis) {
        var (plain, beam) = (start, [start])
        if search.measuresErrors { result.errors.append(Float(start.error)) }
        for stage in geometry.stages.indices {
            plain.append(greedy[stage], stage: stage, geometry)
            if search.paths > 1 { beam = extended(beam, stage) }
            let best = search.paths > 1 && beam.first.map { $0.error < plain.error } ?? false ? beam[0] : plain
            if search.paths > 1 { result.pathCodes += best.codes }
            if search.measuresErrors { result.errors.append(Float(best.error)) }
        }
    }

    /// The best paths one stage longer, the best first.
    private func extended(_ beam: [Path], _ stage: Int) -> [Path] {
        let shape = geometry.stages[stage]
        for (index, path) in beam.enumerated() {
            for place in 0..<shape.dimensions {
                vectors.base[index * shape.dimensions + place] = Float(path.products[shape.range.lowerBound + place])
            }
        }
        multiply(
            vectors.base, shape.scores, bias: shape.scoreBias, to: scores, beam.count, shape.count, shape.dimensions)
        var list = CandidateList(capacity: search.paths)
        for (index, path) in beam.enumerated() {
            list.take(
                UnsafeBufferPointer(start: scores.base + index * shape.count, count: shape.count), of: index,
                error: path.error - 2 * path.products[shape.constant])
        }
        return list.candidates.map { candidate in
            var path = beam[candidate.path]
            path.append(UInt16(candidate.entry), stage: stage, geometry)
            return path
        }.sorted { $0.error < $1.error }
    }

    private func multiply(
        _ input: UnsafePointer<Float>, _ weights: AlignedFloats, bias: [Float]?, to output: AlignedFloats,
        _ rows: Int, _ columns: Int, _ depth: Int
    ) {
        func call(_ bias: UnsafePointer<Float>?) {
            var product = vrvq_product(
                out: output.base, out_stride: columns, in: input, in_stride: depth, weights: weights.base, bias: bias,
                rows: rows, columns: columns, taps: 1, depth: depth, tap_stride: 0)
            kernels.multiply(&product)
        }
        if let bias { bias.withUnsafeBufferPointer { call($0.baseAddress) } } else { call(nil) }
    }
}

/// Codes of the first stages, and what they leave of a latent.
private struct Path {
    /// Squared length of the residual.
    private(set) var error: Double
    /// Its products with all stages; only those of stages to come are kept right.
    private(set) var products: [Double]
    private(set) var codes: [UInt16] = []

    init(error: Double, products: [Double]) { (self.error, self.products) = (error, products) }

    mutating func append(_ code: UInt16, stage: Int, _ geometry: StageGeometry) {
        let (shape, width) = (geometry.stages[stage], geometry.width)
        let entry = shape.entries[Int(code) * shape.dimensions..<(Int(code) + 1) * shape.dimensions]
        var product = products[shape.constant]
        for (value, other) in zip(entry, products[shape.range]) { product += Double(value) * other }
        // Rounding may leave a little less than nothing.
        error = max(0, error - 2 * product + shape.energies[Int(code)])
        codes.append(code)
        products.withUnsafeMutableBufferPointer { products in
            geometry.overlaps.withUnsafeBufferPointer { overlaps in
                for (place, row) in shape.range.enumerated() {
                    let value = place < shape.dimensions ? Double(entry[entry.startIndex + place]) : 1
                    for later in shape.range.upperBound..<width {
                        products[later] -= value * overlaps[row &* width &+ later]
                    }
                }
            }
        }
    }
}

/// The best continuations seen so far, the best first; of equal ones those that came first.
private struct CandidateList {
    struct Candidate {
        let error: Double
        let path: Int
        let entry: Int
    }

    private(set) var candidates: [Candidate] = []
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        candidates.reserveCapacity(capacity + 1)
    }

    /// Takes one path's entries with scores s, each of which leaves error - 2 s.
    mutating func take(_ scores: UnsafeBufferPointer<Float>, of path: Int, error: Double) {
        var least = leastScore(error)
        for entry in scores.indices where scores[entry] > least {
            insert(Candidate(error: error - 2 * Double(scores[entry]), path: path, entry: entry))
            least = leastScore(error)
        }
    }

    /// Only scores above this have a place.
    private func leastScore(_ error: Double) -> Float {
        candidates.count < capacity ? -.infinity : Float((error - candidates[capacity - 1].error) / 2)
    }

    private mutating func insert(_ candidate: Candidate) {
        let place = candidates.lastIndex { $0.error <= candidate.error }.map { $0 + 1 } ?? 0
        candidates.insert(candidate, at: place)
        if candidates.count > capacity { candidates.removeLast() }
    }
}
