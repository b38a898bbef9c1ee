/// No arithmetic: what a network costs and how far it sees. Running the network over this backend records every
/// step; the questions are answered from the record, so that they always speak of the network as it really runs.
public struct Geometry: Backend {
    /// Shape of a result and the step that made it.
    public struct Tensor: Sendable {
        /// Rows (time).
        public let rows: Int
        /// Values per row.
        public let channels: Int
        let node: Int
    }

    /// Codes have a shape and no values.
    public typealias Codes = Tensor
    /// Depths do not matter.
    public typealias Depth = Void
    /// Nothing can fail.
    public typealias Failure = Never

    enum Reach {
        case source
        /// Row t reads the operands' row t.
        case pointwise
        case convolution(Convolution)
        case transposed(TransposedConvolution)
    }

    struct Node {
        let reach: Reach
        let operands: [Int]
    }

    private var nodes: [Node] = []
    /// Multiply-accumulates of everything run so far, padded edges included; Snake, bias and tanh not counted.
    public private(set) var multiplyAccumulates = 0

    /// An empty record.
    public init() {}

    /// A signal to start from.
    public mutating func source(rows: Int, channels: Int) -> Tensor {
        node(.source, [], rows: rows, channels: channels)
    }

    /// See `Convolution`.
    public mutating func convolution(_ x: Tensor, _ layer: Convolution) -> Tensor {
        let rows = layer.outputRows(x.rows)
        multiplyAccumulates += rows * layer.inputs * layer.outputs * layer.kernel
        return node(.convolution(layer), [x], rows: rows, channels: layer.outputs)
    }

    /// See `TransposedConvolution`.
    public mutating func transposedConvolution(_ x: Tensor, _ layer: TransposedConvolution) -> Tensor {
        multiplyAccumulates += x.rows * layer.inputs * layer.outputs * layer.kernel
        return node(.transposed(layer), [x], rows: layer.outputRows(x.rows), channels: layer.outputs)
    }

    /// See `Snake`.
    public mutating func snake(_ x: Tensor, _ layer: Snake) -> Tensor { x }
    /// The sum that closes a residual unit.
    public mutating func residualSum(_ skip: Tensor, _ branch: Tensor, slot: Int) -> Tensor {
        node(.pointwise, [skip, branch], rows: branch.rows, channels: branch.channels)
    }
    /// Hyperbolic tangent.
    public mutating func tanh(_ x: Tensor) -> Tensor { x }
    /// Logistic function.
    public mutating func sigmoid(_ x: Tensor) -> Tensor { x }
    /// The search of a codebook: entries times dimensions per row.
    public mutating func nearest(_ projected: Tensor, _ codebook: Codebook) -> Tensor {
        multiplyAccumulates += projected.rows * codebook.entries * codebook.dimensions
        return node(.pointwise, [projected], rows: projected.rows, channels: 1)
    }
    /// The codebook's entries.
    public mutating func entries(_ codes: Tensor, _ codebook: Codebook, projected: Tensor?) -> Tensor {
        node(.pointwise, [codes], rows: codes.rows, channels: codebook.dimensions)
    }
    /// A difference.
    public mutating func difference(_ x: Tensor, _ y: Tensor) -> Tensor {
        node(.pointwise, [x, y], rows: x.rows, channels: x.channels)
    }
    /// A sum.
    public mutating func accumulate(_ total: Tensor?, _ contribution: Tensor, stage: Int, depth: Void) -> Tensor {
        node(
            .pointwise, [contribution] + (total.map { [$0] } ?? []), rows: contribution.rows,
            channels: contribution.channels)
    }

    /// The rows of `source` on which rows `range` of `result` depend, in an endless signal: padding is not cut off.
    public func inputs(of result: Tensor, rows range: ClosedRange<Int>, source: Tensor) -> ClosedRange<Int> {
        var needs = [ClosedRange<Int>?](repeating: nil, count: nodes.count)
        needs[result.node] = range
        for index in stride(from: result.node, through: 0, by: -1) {
            guard let need = needs[index] else { continue }
            let before = nodes[index].reach.inputs(of: need)
            for operand in nodes[index].operands {
                let known = needs[operand]
                needs[operand] =
                    known.map { min($0.lowerBound, before.lowerBound)...max($0.upperBound, before.upperBound) }
                    ?? before
            }
        }
        return needs[source.node] ?? range
    }

    private mutating func node(_ reach: Reach, _ operands: [Tensor], rows: Int, channels: Int) -> Tensor {
        nodes.append(Node(reach: reach, operands: operands.map(\.node)))
        return Tensor(rows: rows, channels: channels, node: nodes.count - 1)
    }
}

extension Geometry.Reach {
    func inputs(of range: ClosedRange<Int>) -> ClosedRange<Int> {
        switch self {
        case .source, .pointwise: return range
        case .convolution(let layer):
            let low = range.lowerBound * layer.stride - layer.padLeft
            return low...range.upperBound * layer.stride - layer.padLeft + layer.span - 1
        case .transposed(let layer):
            // Output row u reads t with 0 <= u + padding - t * stride < kernel.
            let low = floorDivide(range.lowerBound + layer.padding - layer.kernel, layer.stride) + 1
            return low...floorDivide(range.upperBound + layer.padding, layer.stride)
        }
    }
}

/// Quotient rounded towards minus infinity.
func floorDivide(_ a: Int, _ b: Int) -> Int { a >= 0 ? a / b : -((b - 1 - a) / b) }
