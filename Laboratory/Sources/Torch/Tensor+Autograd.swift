import CTorch

// Automatic differentiation.
extension Tensor {
    /// True where a graph is recorded through this tensor.
    public var requiresGrad: Bool { info.requires_grad }

    /// True where the tensor is not the result of a recorded operation.
    public var isLeaf: Bool { info.is_leaf }

    /// Makes a leaf a parameter, or no longer one. Returns self.
    @discardableResult
    public func requiringGrad(_ on: Bool = true) throws(TorchError) -> Tensor {
        try Torch.check(Torch.loaded.pointee.set_requires_grad(handle, on))
        return self
    }

    /// The gradient that `backward` has added up, or nil where none has come yet.
    public func grad() throws(TorchError) -> Tensor? {
        var out: vt_tensor?
        try Torch.check(Torch.loaded.pointee.grad(handle, &out))
        return out.map(Tensor.init(owning:))
    }

    /// Replaces the gradient; nil drops it.
    public func setGrad(_ gradient: Tensor?) throws(TorchError) {
        try Torch.check(Torch.loaded.pointee.set_grad(handle, gradient?.handle))
    }

    /// Adds the gradient of this tensor (a scalar, or weighted by `gradient` of the same shape) to every parameter.
    public func backward(
        _ gradient: Tensor? = nil, retainGraph: Bool = false, createGraph: Bool = false
    ) throws(TorchError) {
        try Torch.check(Torch.loaded.pointee.backward(handle, gradient?.handle, retainGraph, createGraph))
    }

    /// The same values outside of the graph.
    public func detach() throws(TorchError) -> Tensor { try AutogradOperators.detach(self) }
}

extension Torch {
    /// Gradients of the sum of `outputs` with respect to `inputs`, without adding to any parameter's own gradient. Nil
    /// for an input on which no output depends.
    public static func gradients(
        of outputs: [Tensor], with inputs: [Tensor], retainGraph: Bool = false, createGraph: Bool = false
    ) throws(TorchError) -> [Tensor?] {
        guard !inputs.isEmpty else { return [] }
        let api = try api()
        var found = [vt_tensor?](repeating: nil, count: inputs.count)
        let code = withExtendedLifetime((outputs, inputs)) {
            api.pointee.gradients(
                outputs.map(\.handle), Int32(outputs.count), inputs.map(\.handle), Int32(inputs.count), retainGraph,
                createGraph, &found)
        }
        try check(code)
        return found.map { $0.map(Tensor.init(owning:)) }
    }
}

private enum AutogradOperators {
    static let detach = Operator("aten::detach")
}
