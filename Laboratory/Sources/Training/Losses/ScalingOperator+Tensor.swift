import Torch

extension ScalingOperator {
    /// s for importances, with a gradient to them.
    /// - Parameters:
    ///   - importance: p in [0, 1].
    ///   - parameter: the scale l or gamma, in a shape that broadcasts to that of `importance`; above 0.
    ///   - stages: N.
    func scaled(_ importance: Tensor, parameter: Tensor, stages: Int) throws(TorchError) -> Tensor {
        let n = Double(stages)
        switch self {
        case .linear: return try importance * parameter
        // A gamma below 1 has an infinite slope at 0, which times a zero gradient of the sigmoid would be NaN.
        case .exponential: return try importance.clamp(min: 1e-30).pow(parameter) * n
        case .piecewise:
            let first = try importance * parameter * n
            let second = try (importance + parameter - 1) / parameter * n
            return try importance.lessOrEqual(to: 1 / (parameter + 1)).select(first, second)
        }
    }
}
