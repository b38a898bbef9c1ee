// Sums, means, extremes. Without `dims` over everything, to a tensor of no dimension.
extension Tensor {
    /// Sum.
    public func sum() throws(TorchError) -> Tensor { try ReductionOperators.sum(self) }
    /// Sum over some dimensions.
    public func sum(_ dims: [Int], keepDims: Bool = false) throws(TorchError) -> Tensor {
        try ReductionOperators.sumDims(self, dims, keepDims)
    }
    /// Mean.
    public func mean() throws(TorchError) -> Tensor { try ReductionOperators.mean(self) }
    /// Mean over some dimensions.
    public func mean(_ dims: [Int], keepDims: Bool = false) throws(TorchError) -> Tensor {
        try ReductionOperators.meanDims(self, dims, keepDims)
    }
    /// Variance over some dimensions, divided by count - `correction`.
    public func variance(_ dims: [Int], correction: Double = 1, keepDims: Bool = false) throws(TorchError) -> Tensor {
        try ReductionOperators.variance(self, dims, correction, keepDims)
    }
    /// Greatest value over some dimensions; over all where none is named. Equal maxima share the gradient.
    public func amax(_ dims: [Int] = [], keepDims: Bool = false) throws(TorchError) -> Tensor {
        try ReductionOperators.amax(self, dims, keepDims)
    }
    /// Least value over some dimensions; over all where none is named.
    public func amin(_ dims: [Int] = [], keepDims: Bool = false) throws(TorchError) -> Tensor {
        try ReductionOperators.amin(self, dims, keepDims)
    }
    /// Greatest values along one dimension with their places; the gradient goes to that place alone.
    public func max(_ dim: Int, keepDims: Bool = false) throws(TorchError) -> (values: Tensor, indices: Tensor) {
        try pair(ReductionOperators.max.tensors(self, dim, keepDims))
    }
    /// Least values along one dimension with their places.
    public func min(_ dim: Int, keepDims: Bool = false) throws(TorchError) -> (values: Tensor, indices: Tensor) {
        try pair(ReductionOperators.min.tensors(self, dim, keepDims))
    }
    /// Place of the greatest value along a dimension. Which of equal ones is PyTorch's choice; on the host the first.
    public func argmax(_ dim: Int, keepDims: Bool = false) throws(TorchError) -> Tensor {
        try ReductionOperators.argmax(self, dim, keepDims)
    }
    /// Place of the least value along a dimension.
    public func argmin(_ dim: Int, keepDims: Bool = false) throws(TorchError) -> Tensor {
        try ReductionOperators.argmin(self, dim, keepDims)
    }
    /// The greatest `count` values along a dimension with their places.
    public func topk(_ count: Int, _ dim: Int = -1, largest: Bool = true) throws(TorchError)
        -> (values: Tensor, indices: Tensor)
    {
        try pair(ReductionOperators.topk.tensors(self, count, dim, largest))
    }
    /// Norm of vectors along some dimensions; of everything where none is named. `order` 1, 2, infinity...
    public func norm(_ order: Double = 2, _ dims: [Int]? = nil, keepDims: Bool = false) throws(TorchError) -> Tensor {
        try ReductionOperators.norm(self, order, dims, keepDims)
    }
    /// Running sum along a dimension.
    public func cumsum(_ dim: Int) throws(TorchError) -> Tensor { try ReductionOperators.cumsum(self, dim) }
    /// True where all are true.
    public func all() throws(TorchError) -> Tensor { try ReductionOperators.all(self) }
    /// True where any is true.
    public func any() throws(TorchError) -> Tensor { try ReductionOperators.any(self) }
    /// How often each whole number from 0 to `length` - 1 (or the greatest, if more) stands in a vector.
    public func bincount(_ length: Int = 0) throws(TorchError) -> Tensor {
        try ReductionOperators.bincount(self, NoneArgument(), length)
    }

    private func pair(_ tensors: [Tensor]) throws(TorchError) -> (values: Tensor, indices: Tensor) {
        guard tensors.count == 2 else { throw TorchError("\(tensors.count) results where two are due") }
        return (tensors[0], tensors[1])
    }
}

private enum ReductionOperators {
    static let sum = Operator("aten::sum")
    static let sumDims = Operator("aten::sum", "dim_IntList")
    static let mean = Operator("aten::mean")
    static let meanDims = Operator("aten::mean", "dim")
    static let variance = Operator("aten::var", "correction")
    static let amax = Operator("aten::amax")
    static let amin = Operator("aten::amin")
    static let max = Operator("aten::max", "dim")
    static let min = Operator("aten::min", "dim")
    static let argmax = Operator("aten::argmax")
    static let argmin = Operator("aten::argmin")
    static let topk = Operator("aten::topk")
    static let norm = Operator("aten::linalg_vector_norm")
    static let cumsum = Operator("aten::cumsum")
    static let all = Operator("aten::all")
    static let any = Operator("aten::any")
    static let bincount = Operator("aten::bincount")
}
