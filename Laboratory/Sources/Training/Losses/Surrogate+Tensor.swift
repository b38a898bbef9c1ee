import Torch
import VRVQNetwork

extension Surrogate {
    /// Value at every x = s - k, with the gradient that `slope` states. Finite for every finite x and positive alpha.
    /// - Parameter alpha: sharpness; infinity gives the saturated identity.
    package func value(_ x: Tensor, sharpness alpha: Double) throws(TorchError) -> Tensor {
        let x = self == .paper ? x : try x + 0.5
        guard alpha.isFinite else { return try Self.saturated(x) }
        let difference = try Self.logCosh(x * alpha) - Self.logCosh((1 - x) * alpha)
        return try difference / (2 * alpha) + 0.5
    }

    /// min(max(x, 0), 1), with slope 1 on 0 <= x < 1 (`clamp` would have it on both ends).
    private static func saturated(_ x: Tensor) throws(TorchError) -> Tensor {
        let isOver = try x.greaterOrEqual(to: 1)
        let inside = try x.greaterOrEqual(to: 0).logicalAnd(isOver.logicalNot())
        return try inside.select(x, isOver.to(x.dtype))
    }

    /// log cosh y + log 2 = |y| + log(1 + exp(-2|y|)): nothing in it grows.
    private static func logCosh(_ y: Tensor) throws(TorchError) -> Tensor {
        let magnitude = try y.abs()
        return try magnitude + (magnitude * -2).exp().log1p()
    }
}
