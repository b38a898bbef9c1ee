#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The definition: plain loops in double precision over whole signals. Slow on purpose; other backends are
/// measured against it.
public struct Reference<Weights: WeightSource>: Backend {
    /// Rows of channels in double precision.
    public struct Tensor: Equatable, Sendable {
        /// Rows (time).
        public var rows: Int
        /// Values per row.
        public var channels: Int
        /// Row-major values, [rows][channels].
        public var values: [Double]

        /// A tensor of zeros, or of the given row-major values.
        public init(rows: Int, channels: Int, values: [Double]? = nil) {
            self.rows = rows
            self.channels = channels
            self.values = values ?? [Double](repeating: 0, count: rows * channels)
            precondition(self.values.count == rows * channels)
        }
    }

    /// One index per row.
    public typealias Codes = [Int]
    /// One depth per row.
    public typealias Depth = [Int]
    /// Missing or misshapen weights.
    public typealias Failure = WeightError

    let weights: Weights

    /// A reference over these weights, which are folded anew at every use.
    public init(_ weights: Weights) { self.weights = weights }

    /// See `Convolution`.
    public mutating func convolution(_ x: Tensor, _ layer: Convolution) throws(WeightError) -> Tensor {
        let w = try weights.foldedKernel(layer.name, shape: [layer.outputs, layer.inputs, layer.kernel])
        let bias = try weights.values(of: "\(layer.name).bias", shape: [layer.outputs])
        precondition(x.channels == layer.inputs)
        var y = Tensor(rows: layer.outputRows(x.rows), channels: layer.outputs)
        for t in 0..<y.rows {
            for o in 0..<layer.outputs {
                var sum = Double(bias[o])
                for j in 0..<layer.kernel {
                    let row = t * layer.stride + j * layer.dilation - layer.padLeft
                    guard row >= 0 && row < x.rows else { continue }
                    for i in 0..<layer.inputs {
                        sum += w[(o * layer.inputs + i) * layer.kernel + j] * x.values[row * layer.inputs + i]
                    }
                }
                y.values[t * layer.outputs + o] = sum
            }
        }
        return y
    }

    /// See `TransposedConvolution`.
    public mutating func transposedConvolution(
        _ x: Tensor, _ layer: TransposedConvolution
    ) throws(WeightError) -> Tensor {
        let w = try weights.foldedKernel(layer.name, shape: [layer.inputs, layer.outputs, layer.kernel])
        let bias = try weights.values(of: "\(layer.name).bias", shape: [layer.outputs])
        precondition(x.channels == layer.inputs)
        var y = Tensor(rows: layer.outputRows(x.rows), channels: layer.outputs)
        for u in 0..<y.rows { for o in 0..<y.channels { y.values[u * y.channels + o] = Double(bias[o]) } }
        for t in 0..<x.rows {
            for j in 0..<layer.kernel {
                let u = t * layer.stride + j - layer.padding
                guard u >= 0 && u < y.rows else { continue }
                for o in 0..<layer.outputs {
                    for i in 0..<layer.inputs {
                        y.values[u * layer.outputs + o] +=
                            w[(i * layer.outputs + o) * layer.kernel + j] * x.values[t * layer.inputs + i]
                    }
                }
            }
        }
        return y
    }

    /// See `Snake`.
    public mutating func snake(_ x: Tensor, _ layer: Snake) throws(WeightError) -> Tensor {
        let alpha = try weights.values(of: "\(layer.name).alpha", shape: [1, layer.channels, 1]).map { Double($0) }
        precondition(x.channels == layer.channels)
        var y = x
        for index in y.values.indices {
            let a = alpha[index % layer.channels]
            let s = sin(a * x.values[index])
            y.values[index] += s * s / (a + 1e-9)
        }
        return y
    }

    /// The sum that closes a residual unit.
    public mutating func residualSum(_ skip: Tensor, _ branch: Tensor, slot: Int) -> Tensor {
        combine(skip, branch) { $0 + $1 }
    }

    /// Hyperbolic tangent of every value.
    public mutating func tanh(_ x: Tensor) -> Tensor { map(x) { value in hyperbolicTangent(value) } }

    /// 1 / (1 + exp(-x)) of every value.
    public mutating func sigmoid(_ x: Tensor) -> Tensor { map(x) { 1 / (1 + exp(-$0)) } }

    /// Squared distances to every entry, [rows][entries]; between normalised vectors where the lookup is by
    /// direction.
    public func distances(_ projected: Tensor, _ codebook: Codebook) throws(WeightError) -> Tensor {
        let shape = [codebook.entries, codebook.dimensions]
        let table = try weights.values(of: "\(codebook.name).weight", shape: shape).map { Double($0) }
        let cosine = codebook.lookup == .cosine
        let entries = Tensor(rows: codebook.entries, channels: codebook.dimensions, values: table)
        let (e, c) = cosine ? (normalised(projected), normalised(entries)) : (projected, entries)
        var result = Tensor(rows: e.rows, channels: codebook.entries)
        for row in 0..<e.rows {
            for entry in 0..<c.rows {
                var sum = 0.0
                for d in 0..<c.channels {
                    let difference = e.values[row * e.channels + d] - c.values[entry * c.channels + d]
                    sum += difference * difference
                }
                result.values[row * c.rows + entry] = sum
            }
        }
        return result
    }

    /// For every row the nearest entry; the lowest index on equal distances.
    public mutating func nearest(_ projected: Tensor, _ codebook: Codebook) throws(WeightError) -> [Int] {
        let distances = try distances(projected, codebook)
        return (0..<projected.rows).map { row in
            let slice = distances.values[row * codebook.entries..<(row + 1) * codebook.entries]
            var best = slice.startIndex
            for index in slice.indices where slice[index] < slice[best] { best = index }
            return best - slice.startIndex
        }
    }

    /// The codebook's entries.
    public mutating func entries(
        _ codes: [Int], _ codebook: Codebook, projected: Tensor?
    ) throws(WeightError) -> Tensor {
        let table = try weights.values(
            of: "\(codebook.name).weight", shape: [codebook.entries, codebook.dimensions])
        var y = Tensor(rows: codes.count, channels: codebook.dimensions)
        for (row, code) in codes.enumerated() {
            for d in 0..<codebook.dimensions {
                y.values[row * codebook.dimensions + d] = Double(table[code * codebook.dimensions + d])
            }
        }
        return y
    }

    /// Element by element difference.
    public mutating func difference(_ x: Tensor, _ y: Tensor) -> Tensor { combine(x, y) { $0 - $1 } }

    /// `total + contribution` in the rows whose depth exceeds `stage`.
    public mutating func accumulate(_ total: Tensor?, _ contribution: Tensor, stage: Int, depth: [Int]) -> Tensor {
        var result = total ?? Tensor(rows: contribution.rows, channels: contribution.channels)
        for row in 0..<result.rows where depth[row] > stage {
            for index in row * result.channels..<(row + 1) * result.channels {
                result.values[index] += contribution.values[index]
            }
        }
        return result
    }

    private func map(_ x: Tensor, _ body: (Double) -> Double) -> Tensor {
        Tensor(rows: x.rows, channels: x.channels, values: x.values.map(body))
    }

    private func combine(_ x: Tensor, _ y: Tensor, _ body: (Double, Double) -> Double) -> Tensor {
        precondition(x.rows == y.rows && x.channels == y.channels)
        return Tensor(rows: x.rows, channels: x.channels, values: zip(x.values, y.values).map(body))
    }

    private func normalised(_ x: Tensor) -> Tensor {
        var y = x
        for row in 0..<x.rows {
            let range = row * x.channels..<(row + 1) * x.channels
            let length = max(x.values[range].reduce(0) { $0 + $1 * $1 }.squareRoot(), 1e-12)
            for index in range { y.values[index] /= length }
        }
        return y
    }
}

/// The C library's tanh, which the method of the same name would hide.
private func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
