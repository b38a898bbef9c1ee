#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// From importance to depth: the paper's equations 3 and 4 with the scale of its section on scaling.
public enum ImportanceMap {
    /// Which product is compared with the stage index. They differ only where rounding decides.
    public enum Form: String, Sendable {
        /// s = l p, one float32 product.
        case paper
        /// s = p (l / N) N, as in the released code.
        case released
    }

    /// Stages in use: stage k (from 0) is used where k <= s, so min(N, floor(s) + 1). Stage 0 always is.
    /// - Parameters:
    ///   - importance: p in [0, 1].
    ///   - scale: l, positive and finite.
    ///   - stages: N.
    @inlinable
    public static func depth(importance: Float, scale: Float, stages: Int, form: Form = .paper) -> Int {
        let s =
            switch form {
            case .paper: scale * importance
            case .released: importance * (scale / Float(stages)) * Float(stages)
            }
        // NaN and negative products fall to the one stage that is always used.
        guard s > 0 else { return 1 }
        return s >= Float(stages) ? stages : min(stages, Int(s) + 1)
    }

    /// Bits that the paper counts for a sequence of depths: the codes, and log2(N) for each frame's depth.
    /// - Parameter bitsPerCode: 10 for 1024 entries.
    public static func paperBits(usedCodes: Int, frames: Int, stages: Int, bitsPerCode: Int) -> Double {
        Double(usedCodes * bitsPerCode) + Double(frames) * log2(Double(stages))
    }
}

/// Smooth stand-ins for the step function, whose gradient the training uses (paper, equations 6 and 7).
/// All take x = s - k and are evaluated without overflow for any positive sharpness, infinity included.
public enum Surrogate: String, Sendable {
    /// Equation 7: a ramp over [0, 1], value ½ half a codebook above the step.
    case paper
    /// The released code's: the same ramp half a codebook earlier, over [-½, ½].
    case released

    /// Value at x. An infinite sharpness gives the saturated identity, equation 6.
    public func value(_ x: Double, sharpness alpha: Double) -> Double {
        let x = shifted(x)
        guard alpha.isFinite else { return min(max(x, 0), 1) }
        return 0.5 + (logCosh(alpha * x) - logCosh(alpha * (1 - x))) / (2 * alpha)
    }

    /// Slope at x: ½ (tanh αx + tanh α(1 - x)); for infinite sharpness 1 on 0 <= x < 1, else 0.
    public func slope(_ x: Double, sharpness alpha: Double) -> Double {
        let x = shifted(x)
        guard alpha.isFinite else { return x >= 0 && x < 1 ? 1 : 0 }
        return 0.5 * (tanh(alpha * x) + tanh(alpha * (1 - x)))
    }

    private func shifted(_ x: Double) -> Double { self == .paper ? x : x + 0.5 }

    /// log cosh y + log 2, without overflow.
    private func logCosh(_ y: Double) -> Double { abs(y) + log1p(exp(-2 * abs(y))) }
}
