// Shapes. Results share memory with their source where PyTorch's do.
extension Tensor {
    /// Another shape, row-major; one size may be -1. Copies where it must.
    public func reshape(_ shape: [Int]) throws(TorchError) -> Tensor { try ShapeOperators.reshape(self, shape) }
    /// Another shape on the same memory; throws where that cannot be.
    public func view(_ shape: [Int]) throws(TorchError) -> Tensor { try ShapeOperators.view(self, shape) }
    /// Dimensions `from` through `to` as one.
    public func flatten(_ from: Int = 0, _ to: Int = -1) throws(TorchError) -> Tensor {
        try ShapeOperators.flatten(self, from, to)
    }
    /// Dimensions in another order.
    public func permute(_ dims: [Int]) throws(TorchError) -> Tensor { try ShapeOperators.permute(self, dims) }
    /// Two dimensions exchanged.
    public func transpose(_ a: Int, _ b: Int) throws(TorchError) -> Tensor { try ShapeOperators.transpose(self, a, b) }
    /// A new dimension of size 1.
    public func unsqueeze(_ dim: Int) throws(TorchError) -> Tensor { try ShapeOperators.unsqueeze(self, dim) }
    /// Without a dimension of size 1.
    public func squeeze(_ dim: Int) throws(TorchError) -> Tensor { try ShapeOperators.squeeze(self, dim) }
    /// Dimensions of size 1 repeated without copying; -1 keeps a size.
    public func expand(_ shape: [Int]) throws(TorchError) -> Tensor { try ShapeOperators.expand(self, shape) }
    /// Copies side by side along every dimension.
    public func `repeat`(_ counts: [Int]) throws(TorchError) -> Tensor { try ShapeOperators.repeat(self, counts) }
    /// `length` entries of a dimension from `start`.
    public func narrow(_ dim: Int, _ start: Int, _ length: Int) throws(TorchError) -> Tensor {
        try ShapeOperators.narrow(self, dim, start, length)
    }
    /// Entries of a dimension from `start` below `end`, every `step`th; nil is the end.
    public func slice(_ dim: Int, from start: Int = 0, to end: Int? = nil, step: Int = 1) throws(TorchError) -> Tensor {
        try ShapeOperators.slice(self, dim, start, end, step)
    }
    /// One entry of a dimension, which goes away.
    public func select(_ dim: Int, _ index: Int) throws(TorchError) -> Tensor {
        try ShapeOperators.select(self, dim, index)
    }
    /// Every entry of a dimension.
    public func unbind(_ dim: Int = 0) throws(TorchError) -> [Tensor] { try ShapeOperators.unbind.tensors(self, dim) }
    /// Pieces of `size` entries of a dimension; the last may be shorter.
    public func split(_ size: Int, _ dim: Int = 0) throws(TorchError) -> [Tensor] {
        try ShapeOperators.split.tensors(self, size, dim)
    }
    /// Windows of `size` entries every `step` as a new last dimension.
    public func unfold(_ dim: Int, _ size: Int, _ step: Int) throws(TorchError) -> Tensor {
        try ShapeOperators.unfold(self, dim, size, step)
    }
    /// Dimensions in reverse.
    public func flip(_ dims: [Int]) throws(TorchError) -> Tensor { try ShapeOperators.flip(self, dims) }

    /// Tensors one after the other along a dimension.
    public static func cat(_ tensors: [Tensor], _ dim: Int = 0) throws(TorchError) -> Tensor {
        try ShapeOperators.cat(tensors, dim)
    }
    /// Tensors of one shape along a new dimension.
    public static func stack(_ tensors: [Tensor], _ dim: Int = 0) throws(TorchError) -> Tensor {
        try ShapeOperators.stack(tensors, dim)
    }

    /// How `pad` fills.
    public enum Padding: String, Sendable {
        /// With one value.
        case constant
        /// With the signal mirrored at its first and last value, which are not repeated.
        case reflect
        /// With the first and last value.
        case replicate
    }

    /// Longer at the ends: pairs (before, after), the last dimension's first.
    public func pad(_ amounts: [Int], _ mode: Padding = .constant, value: Double = 0) throws(TorchError) -> Tensor {
        try ShapeOperators.pad(self, amounts, mode.rawValue, mode == .constant ? value : nil)
    }

    // MARK: Indexing

    /// Entries of a dimension by number; `indices` is a vector of int64.
    public func indexSelect(_ dim: Int, _ indices: Tensor) throws(TorchError) -> Tensor {
        try ShapeOperators.indexSelect(self, dim, indices)
    }
    /// For every element of `indices` the value at that place of `dim`, all other coordinates equal.
    public func gather(_ dim: Int, _ indices: Tensor) throws(TorchError) -> Tensor {
        try ShapeOperators.gather(self, dim, indices)
    }
    /// Rows of this table [entries, width] by number: shape of `indices` + [width].
    public func embedding(_ indices: Tensor) throws(TorchError) -> Tensor {
        try ShapeOperators.embedding(self, indices)
    }
    /// Adds the entries of `source` to those of a copy of self that `indices` names along `dim`.
    public func indexAdd(_ dim: Int, _ indices: Tensor, _ source: Tensor) throws(TorchError) -> Tensor {
        try ShapeOperators.indexAdd(self, dim, indices, source)
    }
    /// 1 at each index along a new last dimension, else 0; int64.
    public func oneHot(_ classes: Int) throws(TorchError) -> Tensor { try ShapeOperators.oneHot(self, classes) }
}

private enum ShapeOperators {
    static let reshape = Operator("aten::reshape")
    static let view = Operator("aten::view")
    static let flatten = Operator("aten::flatten", "using_ints")
    static let permute = Operator("aten::permute")
    static let transpose = Operator("aten::transpose", "int")
    static let unsqueeze = Operator("aten::unsqueeze")
    static let squeeze = Operator("aten::squeeze", "dim")
    static let expand = Operator("aten::expand")
    static let `repeat` = Operator("aten::repeat")
    static let narrow = Operator("aten::narrow")
    static let slice = Operator("aten::slice", "Tensor")
    static let select = Operator("aten::select", "int")
    static let unbind = Operator("aten::unbind", "int")
    static let split = Operator("aten::split", "Tensor")
    static let unfold = Operator("aten::unfold")
    static let flip = Operator("aten::flip")
    static let cat = Operator("aten::cat")
    static let stack = Operator("aten::stack")
    static let pad = Operator("aten::pad")
    static let indexSelect = Operator("aten::index_select")
    static let gather = Operator("aten::gather")
    static let embedding = Operator("aten::embedding")
    static let indexAdd = Operator("aten::index_add")
    static let oneHot = Operator("aten::one_hot")
}
