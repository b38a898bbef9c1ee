// Functions of every value.
extension Tensor {
    /// Absolute value; magnitude of complex numbers.
    public func abs() throws(TorchError) -> Tensor { try ElementwiseOperators.abs(self) }
    /// Negated.
    public func neg() throws(TorchError) -> Tensor { try ElementwiseOperators.neg(self) }
    /// -1, 0 or 1.
    public func sign() throws(TorchError) -> Tensor { try ElementwiseOperators.sign(self) }
    /// e to the power of each value.
    public func exp() throws(TorchError) -> Tensor { try ElementwiseOperators.exp(self) }
    /// exp(x) - 1, accurate near 0.
    public func expm1() throws(TorchError) -> Tensor { try ElementwiseOperators.expm1(self) }
    /// Natural logarithm.
    public func log() throws(TorchError) -> Tensor { try ElementwiseOperators.log(self) }
    /// log(1 + x), accurate near 0.
    public func log1p() throws(TorchError) -> Tensor { try ElementwiseOperators.log1p(self) }
    /// Logarithm to base 2.
    public func log2() throws(TorchError) -> Tensor { try ElementwiseOperators.log2(self) }
    /// Logarithm to base 10.
    public func log10() throws(TorchError) -> Tensor { try ElementwiseOperators.log10(self) }
    /// Square root.
    public func sqrt() throws(TorchError) -> Tensor { try ElementwiseOperators.sqrt(self) }
    /// 1 / sqrt(x).
    public func rsqrt() throws(TorchError) -> Tensor { try ElementwiseOperators.rsqrt(self) }
    /// x².
    public func square() throws(TorchError) -> Tensor { try ElementwiseOperators.square(self) }
    /// 1 / x.
    public func reciprocal() throws(TorchError) -> Tensor { try ElementwiseOperators.reciprocal(self) }
    /// Sine.
    public func sin() throws(TorchError) -> Tensor { try ElementwiseOperators.sin(self) }
    /// Cosine.
    public func cos() throws(TorchError) -> Tensor { try ElementwiseOperators.cos(self) }
    /// Hyperbolic tangent.
    public func tanh() throws(TorchError) -> Tensor { try ElementwiseOperators.tanh(self) }
    /// 1 / (1 + exp(-x)).
    public func sigmoid() throws(TorchError) -> Tensor { try ElementwiseOperators.sigmoid(self) }
    /// max(x, 0).
    public func relu() throws(TorchError) -> Tensor { try ElementwiseOperators.relu(self) }
    /// Nearest whole number, halves to even. Gradient zero.
    public func round() throws(TorchError) -> Tensor { try ElementwiseOperators.round(self) }
    /// Greatest whole number not above. Gradient zero.
    public func floor() throws(TorchError) -> Tensor { try ElementwiseOperators.floor(self) }
    /// Least whole number not below. Gradient zero.
    public func ceil() throws(TorchError) -> Tensor { try ElementwiseOperators.ceil(self) }
    /// True where neither infinite nor NaN.
    public func isfinite() throws(TorchError) -> Tensor { try ElementwiseOperators.isfinite(self) }
    /// True where NaN.
    public func isnan() throws(TorchError) -> Tensor { try ElementwiseOperators.isnan(self) }
    /// True where zero.
    public func logicalNot() throws(TorchError) -> Tensor { try ElementwiseOperators.logicalNot(self) }
    /// Phase of complex numbers.
    public func angle() throws(TorchError) -> Tensor { try ElementwiseOperators.angle(self) }

    /// x to a power.
    public func pow(_ exponent: Double) throws(TorchError) -> Tensor {
        try ElementwiseOperators.powScalar(self, exponent)
    }
    /// x to a power for each element.
    public func pow(_ exponent: Tensor) throws(TorchError) -> Tensor {
        try ElementwiseOperators.powTensor(self, exponent)
    }
    /// Held within bounds; nil is no bound. The gradient is zero outside.
    public func clamp(min: Double? = nil, max: Double? = nil) throws(TorchError) -> Tensor {
        try ElementwiseOperators.clamp(self, min, max)
    }
    /// log(1 + exp(beta x)) / beta; x itself where beta x is above the threshold.
    public func softplus(beta: Double = 1, threshold: Double = 20) throws(TorchError) -> Tensor {
        try ElementwiseOperators.softplus(self, beta, threshold)
    }
    /// x, or slope x where x is negative.
    public func leakyReLU(_ slope: Double = 0.01) throws(TorchError) -> Tensor {
        try ElementwiseOperators.leakyReLU(self, slope)
    }
    /// The greater of two.
    public func maximum(_ other: Tensor) throws(TorchError) -> Tensor { try ElementwiseOperators.maximum(self, other) }
    /// The lesser of two.
    public func minimum(_ other: Tensor) throws(TorchError) -> Tensor { try ElementwiseOperators.minimum(self, other) }
    /// self + weight (end - self).
    public func lerp(_ end: Tensor, _ weight: Double) throws(TorchError) -> Tensor {
        try ElementwiseOperators.lerp(self, end, weight)
    }
    /// 1 with the probability that each value is, else 0.
    public func bernoulli() throws(TorchError) -> Tensor { try ElementwiseOperators.bernoulli(self) }

    /// Where self (of kind bool) is true `first`, else `second`.
    public func select(_ first: Tensor, _ second: Tensor) throws(TorchError) -> Tensor {
        try ElementwiseOperators.whereTensors(self, first, second)
    }
    /// Where self (of kind bool) is true `first`, else the number.
    public func select(_ first: Tensor, _ second: Double) throws(TorchError) -> Tensor {
        try ElementwiseOperators.whereScalar(self, first, second)
    }

    /// Equal. Kind bool.
    public func equal(to other: Tensor) throws(TorchError) -> Tensor { try ElementwiseOperators.eqTensor(self, other) }
    /// Equal. Kind bool.
    public func equal(to other: Double) throws(TorchError) -> Tensor { try ElementwiseOperators.eqScalar(self, other) }

    /// Not equal. Kind bool.
    public func notEqual(to other: Tensor) throws(TorchError) -> Tensor {
        try ElementwiseOperators.neTensor(self, other)
    }
    /// Not equal. Kind bool.
    public func notEqual(to other: Double) throws(TorchError) -> Tensor {
        try ElementwiseOperators.neScalar(self, other)
    }

    /// Less. Kind bool.
    public func less(than other: Tensor) throws(TorchError) -> Tensor { try ElementwiseOperators.ltTensor(self, other) }
    /// Less. Kind bool.
    public func less(than other: Double) throws(TorchError) -> Tensor { try ElementwiseOperators.ltScalar(self, other) }

    /// Less or equal. Kind bool.
    public func lessOrEqual(to other: Tensor) throws(TorchError) -> Tensor {
        try ElementwiseOperators.leTensor(self, other)
    }
    /// Less or equal. Kind bool.
    public func lessOrEqual(to other: Double) throws(TorchError) -> Tensor {
        try ElementwiseOperators.leScalar(self, other)
    }

    /// Greater. Kind bool.
    public func greater(than other: Tensor) throws(TorchError) -> Tensor {
        try ElementwiseOperators.gtTensor(self, other)
    }
    /// Greater. Kind bool.
    public func greater(than other: Double) throws(TorchError) -> Tensor {
        try ElementwiseOperators.gtScalar(self, other)
    }

    /// Greater or equal. Kind bool.
    public func greaterOrEqual(to other: Tensor) throws(TorchError) -> Tensor {
        try ElementwiseOperators.geTensor(self, other)
    }
    /// Greater or equal. Kind bool.
    public func greaterOrEqual(to other: Double) throws(TorchError) -> Tensor {
        try ElementwiseOperators.geScalar(self, other)
    }
    /// Both true.
    public func logicalAnd(_ other: Tensor) throws(TorchError) -> Tensor {
        try ElementwiseOperators.logicalAnd(self, other)
    }
    /// One of them true.
    public func logicalOr(_ other: Tensor) throws(TorchError) -> Tensor {
        try ElementwiseOperators.logicalOr(self, other)
    }
}

private enum ElementwiseOperators {
    static let abs = Operator("aten::abs")
    static let neg = Operator("aten::neg")
    static let sign = Operator("aten::sign")
    static let exp = Operator("aten::exp")
    static let expm1 = Operator("aten::expm1")
    static let log = Operator("aten::log")
    static let log1p = Operator("aten::log1p")
    static let log2 = Operator("aten::log2")
    static let log10 = Operator("aten::log10")
    static let sqrt = Operator("aten::sqrt")
    static let rsqrt = Operator("aten::rsqrt")
    static let square = Operator("aten::square")
    static let reciprocal = Operator("aten::reciprocal")
    static let sin = Operator("aten::sin")
    static let cos = Operator("aten::cos")
    static let tanh = Operator("aten::tanh")
    static let sigmoid = Operator("aten::sigmoid")
    static let relu = Operator("aten::relu")
    static let round = Operator("aten::round")
    static let floor = Operator("aten::floor")
    static let ceil = Operator("aten::ceil")
    static let isfinite = Operator("aten::isfinite")
    static let isnan = Operator("aten::isnan")
    static let logicalNot = Operator("aten::logical_not")
    static let angle = Operator("aten::angle")
    static let powScalar = Operator("aten::pow", "Tensor_Scalar")
    static let powTensor = Operator("aten::pow", "Tensor_Tensor")
    static let clamp = Operator("aten::clamp")
    static let softplus = Operator("aten::softplus")
    static let leakyReLU = Operator("aten::leaky_relu")
    static let maximum = Operator("aten::maximum")
    static let minimum = Operator("aten::minimum")
    static let lerp = Operator("aten::lerp", "Scalar")
    static let bernoulli = Operator("aten::bernoulli")
    static let whereTensors = Operator("aten::where", "self")
    static let whereScalar = Operator("aten::where", "ScalarOther")
    static let logicalAnd = Operator("aten::logical_and")
    static let logicalOr = Operator("aten::logical_or")
    static let eqTensor = Operator("aten::eq", "Tensor")
    static let eqScalar = Operator("aten::eq", "Scalar")
    static let neTensor = Operator("aten::ne", "Tensor")
    static let neScalar = Operator("aten::ne", "Scalar")
    static let ltTensor = Operator("aten::lt", "Tensor")
    static let ltScalar = Operator("aten::lt", "Scalar")
    static let leTensor = Operator("aten::le", "Tensor")
    static let leScalar = Operator("aten::le", "Scalar")
    static let gtTensor = Operator("aten::gt", "Tensor")
    static let gtScalar = Operator("aten::gt", "Scalar")
    static let geTensor = Operator("aten::ge", "Tensor")
    static let geScalar = Operator("aten::ge", "Scalar")
}
