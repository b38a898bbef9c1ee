// Arithmetic with broadcasting.
extension Tensor {
    /// Sum.
    public static func + (a: Tensor, b: Tensor) throws(TorchError) -> Tensor { try ArithmeticOperators.add(a, b) }
    /// Sum.
    public static func + (a: Tensor, b: Double) throws(TorchError) -> Tensor {
        try ArithmeticOperators.addScalar(a, b)
    }
    /// Difference.
    public static func - (a: Tensor, b: Tensor) throws(TorchError) -> Tensor { try ArithmeticOperators.sub(a, b) }
    /// Difference.
    public static func - (a: Tensor, b: Double) throws(TorchError) -> Tensor {
        try ArithmeticOperators.subScalar(a, b)
    }
    /// Product of elements.
    public static func * (a: Tensor, b: Tensor) throws(TorchError) -> Tensor { try ArithmeticOperators.mul(a, b) }
    /// Product of elements.
    public static func * (a: Tensor, b: Double) throws(TorchError) -> Tensor {
        try ArithmeticOperators.mulScalar(a, b)
    }
    /// Quotient of elements.
    public static func / (a: Tensor, b: Tensor) throws(TorchError) -> Tensor { try ArithmeticOperators.div(a, b) }
    /// Quotient of elements.
    public static func / (a: Tensor, b: Double) throws(TorchError) -> Tensor {
        try ArithmeticOperators.divScalar(a, b)
    }
    /// Sum.
    public static func + (a: Double, b: Tensor) throws(TorchError) -> Tensor { try ArithmeticOperators.addScalar(b, a) }
    /// Difference.
    public static func - (a: Double, b: Tensor) throws(TorchError) -> Tensor {
        try ArithmeticOperators.reverseSub(b, a)
    }
    /// Product of elements.
    public static func * (a: Double, b: Tensor) throws(TorchError) -> Tensor { try ArithmeticOperators.mulScalar(b, a) }
    /// Quotient of elements.
    public static func / (a: Double, b: Tensor) throws(TorchError) -> Tensor { try b.reciprocal() * a }
    /// Negated.
    public static prefix func - (a: Tensor) throws(TorchError) -> Tensor { try a.neg() }

    /// Product of matrices, over leading dimensions where there are more than two.
    public func matmul(_ other: Tensor) throws(TorchError) -> Tensor { try ArithmeticOperators.matmul(self, other) }

    /// self + first * second, in one pass.
    public func addProduct(_ first: Tensor, _ second: Tensor) throws(TorchError) -> Tensor {
        try ArithmeticOperators.addcmul(self, first, second)
    }

    // In place; inside of `Torch.noGrad` for anything that requires gradients.

    /// Adds `factor` times `other`.
    @discardableResult
    public func add_(_ other: Tensor, times factor: Double = 1) throws(TorchError) -> Tensor {
        try ArithmeticOperators.addInPlace(self, other, factor)
    }
    /// Multiplies by a number.
    @discardableResult
    public func mul_(_ factor: Double) throws(TorchError) -> Tensor {
        try ArithmeticOperators.mulScalarInPlace(self, factor)
    }
    /// Multiplies by another tensor.
    @discardableResult
    public func mul_(_ other: Tensor) throws(TorchError) -> Tensor { try ArithmeticOperators.mulInPlace(self, other) }
    /// Moves towards `end` by the share `weight`.
    @discardableResult
    public func lerp_(_ end: Tensor, _ weight: Double) throws(TorchError) -> Tensor {
        try ArithmeticOperators.lerpInPlace(self, end, weight)
    }
    /// Takes another tensor's values, converted to this one's kind and device.
    @discardableResult
    public func copy_(_ source: Tensor) throws(TorchError) -> Tensor {
        try ArithmeticOperators.copyInPlace(self, source)
    }
    /// Sets every value.
    @discardableResult
    public func fill_(_ value: Double) throws(TorchError) -> Tensor { try ArithmeticOperators.fillInPlace(self, value) }
    /// Sets every value to zero.
    @discardableResult
    public func zero_() throws(TorchError) -> Tensor { try ArithmeticOperators.zeroInPlace(self) }
    /// Draws every value, uniform between the bounds.
    @discardableResult
    public func uniform_(_ low: Double, _ high: Double) throws(TorchError) -> Tensor {
        try ArithmeticOperators.uniformInPlace(self, low, high)
    }
    /// Draws every value, normal.
    @discardableResult
    public func normal_(mean: Double = 0, deviation: Double = 1) throws(TorchError) -> Tensor {
        try ArithmeticOperators.normalInPlace(self, mean, deviation)
    }
}

private enum ArithmeticOperators {
    static let add = Operator("aten::add", "Tensor")
    static let addScalar = Operator("aten::add", "Scalar")
    static let sub = Operator("aten::sub", "Tensor")
    static let subScalar = Operator("aten::sub", "Scalar")
    static let reverseSub = Operator("aten::rsub", "Scalar")
    static let mul = Operator("aten::mul", "Tensor")
    static let mulScalar = Operator("aten::mul", "Scalar")
    static let div = Operator("aten::div", "Tensor")
    static let divScalar = Operator("aten::div", "Scalar")
    static let matmul = Operator("aten::matmul")
    static let addcmul = Operator("aten::addcmul")
    static let addInPlace = Operator("aten::add_", "Tensor")
    static let mulInPlace = Operator("aten::mul_", "Tensor")
    static let mulScalarInPlace = Operator("aten::mul_", "Scalar")
    static let lerpInPlace = Operator("aten::lerp_", "Scalar")
    static let copyInPlace = Operator("aten::copy_")
    static let fillInPlace = Operator("aten::fill_", "Scalar")
    static let zeroInPlace = Operator("aten::zero_")
    static let uniformInPlace = Operator("aten::uniform_")
    static let normalInPlace = Operator("aten::normal_")
}
