import Torch
import VRVQNetwork

/// From importance to the stages in use, on tensors: the paper's equations 3, 4, 6 and 7.
public enum DepthMask {
    /// Stages in use of every frame: min(N, floor(l p) + 1), int64 [batch, time]. Without a gradient.
    /// - Parameters:
    ///   - importance: p [batch, 1, time].
    ///   - scale: l, one per item, [batch].
    public static func depth(importance: Tensor, scale: Tensor, stages: Int) throws(TorchError) -> Tensor {
        try Torch.noGrad { () throws(TorchError) in
            let s = try product(importance, scale).squeeze(1)
            return try (s.floor() + 1).clamp(min: 1, max: Double(stages)).to(.int64)
        }
    }

    /// 1 where a stage is in use, else 0: [batch, stages, time].
    public static func hard(depth: Tensor, stages: Int, _ dtype: DType = .float32) throws(TorchError) -> Tensor {
        try ladder(stages, .int64, depth.device).less(than: depth.unsqueeze(1)).to(dtype)
    }

    /// The mask with the step's value and the surrogate's gradient with respect to the importance, [batch, stages, time].
    /// - Parameters:
    ///   - importance: p [batch, 1, time].
    ///   - scale: l, one per item, [batch].
    ///   - sharpness: the paper's alpha; infinity is its saturated identity.
    public static func straightThrough(
        importance: Tensor, scale: Tensor, stages: Int, surrogate: Surrogate, sharpness: Double
    ) throws(TorchError) -> Tensor {
        let depth = try depth(importance: importance, scale: scale, stages: stages)
        let hard = try hard(depth: depth, stages: stages, importance.dtype)
        let x = try product(importance, scale) - ladder(stages, importance.dtype, importance.device)
        let soft = try surrogate.value(x, sharpness: sharpness)
        return try hard + (soft - soft.detach())
    }

    /// s = l p, [batch, 1, time].
    private static func product(_ importance: Tensor, _ scale: Tensor) throws(TorchError) -> Tensor {
        try importance * scale.to(importance.dtype).reshape([-1, 1, 1])
    }

    /// 0 ..< stages, [1, stages, 1].
    private static func ladder(_ stages: Int, _ dtype: DType, _ device: Device) throws(TorchError) -> Tensor {
        try Tensor.arange(0, Double(stages), dtype, on: device).reshape([1, stages, 1])
    }
}

extension Surrogate {
    /// `value(_:sharpness:)` of every element, differentiable, without overflow for any sharpness.
    public func value(_ x: Tensor, sharpness alpha: Double) throws(TorchError) -> Tensor {
        let x = self == .paper ? x : try x + 0.5
        guard alpha.isFinite else {
            // Slope 1 on 0 <= x < 1 and 0 at 1 itself, where clamp's would be 1.
            let inside = try x.greaterOrEqual(to: 0).logicalAnd(x.less(than: 1))
            return try inside.select(x, x.greaterOrEqual(to: 1).to(x.dtype))
        }
        let rising = try logCosh(x * alpha)
        let falling = try logCosh((1 - x) * alpha)
        return try (rising - falling) / (2 * alpha) + 0.5
    }

    /// log cosh y + log 2.
    private func logCosh(_ y: Tensor) throws(TorchError) -> Tensor {
        let magnitude = try y.abs()
        return try magnitude + (magnitude * -2).exp().log1p()
    }
}
