#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Operations on lists of tensors at once: what an optimiser does to all parameters. In place where the name ends in an
/// underscore; call those inside of `Torch.noGrad`. Lists of one call have equal lengths and matching shapes.
public enum Foreach {
    /// Adds a number.
    public static func add_(_ tensors: [Tensor], _ value: Double) throws(TorchError) {
        try ForeachOperators.addScalar.results(tensors, value)
    }
    /// Adds `factor` times the other list.
    public static func add_(_ tensors: [Tensor], _ others: [Tensor], times factor: Double = 1) throws(TorchError) {
        try ForeachOperators.addList.results(tensors, others, factor)
    }
    /// Multiplies by a number.
    public static func mul_(_ tensors: [Tensor], _ factor: Double) throws(TorchError) {
        try ForeachOperators.mulScalar.results(tensors, factor)
    }
    /// Multiplies by a tensor of no dimension, without waiting for its value.
    public static func mul_(_ tensors: [Tensor], _ factor: Tensor) throws(TorchError) {
        try ForeachOperators.mulTensor.results(tensors, factor)
    }
    /// Moves towards the other list by the share `weight`; exponential moving averages.
    public static func lerp_(_ tensors: [Tensor], _ ends: [Tensor], _ weight: Double) throws(TorchError) {
        try ForeachOperators.lerp.results(tensors, ends, weight)
    }
    /// Takes the other list's values.
    public static func copy_(_ tensors: [Tensor], _ sources: [Tensor]) throws(TorchError) {
        try ForeachOperators.copy.results(tensors, sources)
    }
    /// Sets every value to zero.
    public static func zero_(_ tensors: [Tensor]) throws(TorchError) { try ForeachOperators.zero.results(tensors) }

    /// The norm of each tensor.
    public static func norms(_ tensors: [Tensor], _ order: Double = 2) throws(TorchError) -> [Tensor] {
        try ForeachOperators.norm.tensors(tensors, order)
    }

    /// Shrinks gradients in place so that their common norm is at most `limit`; as torch.nn.utils.clip_grad_norm_.
    /// - Returns: the norm before, not waited for.
    @discardableResult
    public static func clipNorm_(_ gradients: [Tensor], limit: Double) throws(TorchError) -> Tensor {
        let total = try Tensor.stack(norms(gradients)).norm()
        let factor = try (limit / (total + 1e-6)).clamp(max: 1)
        try mul_(gradients, factor)
        return total
    }

    /// One step of AdamW in PyTorch's fused kernel; as torch.optim.AdamW(fused=True).
    /// - Parameters:
    ///   - steps: one float32 tensor of no dimension per parameter, already raised to this step's number (from 1).
    public static func fusedAdamW_(
        _ parameters: [Tensor], gradients: [Tensor], means: [Tensor], squares: [Tensor], steps: [Tensor],
        _ rates: AdamRates
    ) throws(TorchError) {
        try ForeachOperators.fusedAdamW.results(
            parameters, gradients, means, squares, [Tensor](), steps, rates.learningRate, rates.beta1, rates.beta2,
            rates.weightDecay, rates.epsilon, false, false)
    }

    /// The same step composed of list operations; as torch.optim.AdamW(foreach=True), whose last bits differ from the
    /// fused kernel's.
    /// - Parameter step: this step's number, from 1.
    public static func adamW_(
        _ parameters: [Tensor], gradients: [Tensor], means: [Tensor], squares: [Tensor], step: Int, _ rates: AdamRates
    ) throws(TorchError) {
        let correction1 = 1 - power(rates.beta1, step)
        let correction2 = (1 - power(rates.beta2, step)).squareRoot()
        if rates.weightDecay != 0 { try mul_(parameters, 1 - rates.learningRate * rates.weightDecay) }
        try lerp_(means, gradients, 1 - rates.beta1)
        try mul_(squares, rates.beta2)
        try ForeachOperators.addcmul.results(squares, gradients, gradients, 1 - rates.beta2)
        let roots = try ForeachOperators.sqrt.tensors(squares)
        try ForeachOperators.divScalar.results(roots, correction2)
        try add_(roots, rates.epsilon)
        try ForeachOperators.addcdiv.results(parameters, means, roots, -rates.learningRate / correction1)
    }

    private static func power(_ base: Double, _ exponent: Int) -> Double {
        pow(base, Double(exponent))
    }
}

/// The numbers of an AdamW step.
public struct AdamRates: Sendable {
    /// Step size.
    public var learningRate: Double
    /// Decay of the mean of gradients.
    public var beta1: Double
    /// Decay of the mean of their squares.
    public var beta2: Double
    /// Added to the root of the mean square.
    public var epsilon: Double
    /// Share of the parameter, times the step size, that a step takes away.
    public var weightDecay: Double

    /// PyTorch's defaults beside the learning rate.
    public init(
        learningRate: Double, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
        weightDecay: Double = 0.01
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
    }
}

private enum ForeachOperators {
    static let addScalar = Operator("aten::_foreach_add_", "Scalar")
    static let addList = Operator("aten::_foreach_add_", "List")
    static let mulScalar = Operator("aten::_foreach_mul_", "Scalar")
    static let mulTensor = Operator("aten::_foreach_mul_", "Tensor")
    static let divScalar = Operator("aten::_foreach_div_", "Scalar")
    static let lerp = Operator("aten::_foreach_lerp_", "Scalar")
    static let copy = Operator("aten::_foreach_copy_")
    static let zero = Operator("aten::_foreach_zero_")
    static let norm = Operator("aten::_foreach_norm", "Scalar")
    static let sqrt = Operator("aten::_foreach_sqrt")
    static let addcmul = Operator("aten::_foreach_addcmul_", "Scalar")
    static let addcdiv = Operator("aten::_foreach_addcdiv_", "Scalar")
    static let fusedAdamW = Operator("aten::_fused_adamw_")
}
