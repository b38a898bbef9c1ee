import VRVQNetwork

/// How importance becomes a mask in training.
package struct ImportanceSettings: Equatable, Sendable, SettingGroup {
    /// Whose gradient stands in for that of the step function.
    package enum Gradient: String, SettingChoice, CaseIterable {
        /// Equation 7 of the paper.
        case paper
        /// The released code's: half a codebook earlier.
        case released
        /// Equation 6, the saturated identity: the paper's at infinite alpha.
        case identity
        /// None: the mask passes no gradient to the importance.
        case hard
    }

    package var surrogate = Gradient.paper
    /// The surrogate's sharpness; infinity gives the saturated identity.
    package var alpha = 2.0
    package var scaling = ScalingOperator.linear
    package var scale = RangeSettings(minimum: 1, maximum: 48, distribution: .uniform)
    package var gamma = RangeSettings(minimum: 0.1, maximum: 6, distribution: .logUniform)
    package var detach = false

    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.value(
            "surrogate", &surrogate,
            "gradient of the mask: equation 7, the released code's, equation 6, or none at all (hard)")
        try walker.value("alpha", &alpha, .positiveOrInfinite, "sharpness of the surrogate; .inf equals identity")
        try walker.value(
            "operator", &scaling, "from importance to depth: linear l p, exponential N p^gamma, or piecewise linear S_T"
        )
        try walker.group("scale", &scale, "the scale l of the linear operator, drawn for each item")
        try walker.group("gamma", &gamma, "gamma of the other operators, drawn for each item")
        try walker.value("detach", &detach, "the subnet passes no gradient into the encoder")
    }

    /// The surrogate and its sharpness, or nil where the mask passes no gradient.
    package var smoothing: (form: Surrogate, alpha: Double)? {
        switch surrogate {
        case .paper: (.paper, alpha)
        case .released: (.released, alpha)
        case .identity: (.paper, .infinity)
        case .hard: nil
        }
    }

    /// The range that the operator's parameter is drawn from.
    package var drawn: RangeSettings { scaling == .linear ? scale : gamma }
}

/// A range to draw from.
package struct RangeSettings: Equatable, Sendable, SettingGroup {
    package enum Distribution: String, SettingChoice, CaseIterable {
        case uniform
        case logUniform = "log-uniform"
    }

    package var minimum: Double
    package var maximum: Double
    package var distribution: Distribution

    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.value("minimum", &minimum, .within(1e-6...1e6), "least value")
        try walker.value("maximum", &maximum, .within(1e-6...1e6), "greatest value")
        try walker.value("distribution", &distribution, "of the value or of its logarithm")
        try walker.require(minimum <= maximum, "maximum", "must not be below minimum")
    }

    /// The value at a share of the distribution.
    /// - Parameter share: uniform in 0..<1.
    package func value(at share: Double) -> Double {
        switch distribution {
        case .uniform: minimum + (maximum - minimum) * share
        case .logUniform: min(max(minimum * power(maximum / minimum, share), minimum), maximum)
        }
    }
}
