#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// From importance p to the value s that is compared with the stage index. Each operator has one parameter, drawn for
/// each item in training and chosen freely at inference.
package enum ScalingOperator: String, SettingChoice, CaseIterable {
    /// s = l p: the paper's, with the scale l.
    case linear
    /// s = N p^gamma (appendix E, S_exp). A larger gamma gives fewer codebooks.
    case exponential
    /// Two straight lines that meet at p = 1/(gamma + 1) (equation 22, S_T). A larger gamma gives more codebooks.
    case piecewise

    /// s for an importance.
    /// - Parameters:
    ///   - importance: p in [0, 1].
    ///   - parameter: the scale l, or gamma; above 0.
    ///   - stages: N.
    package func scaled(_ importance: Double, parameter: Double, stages: Int) -> Double {
        let n = Double(stages)
        switch self {
        case .linear: return parameter * importance
        case .exponential: return n * pow(importance, parameter)
        case .piecewise:
            return importance <= 1 / (parameter + 1)
                ? n * parameter * importance : n / parameter * (importance + parameter - 1)
        }
    }

    /// ds/dp. At p = 0 the exponential operator's is infinite for gamma below 1.
    package func slope(_ importance: Double, parameter: Double, stages: Int) -> Double {
        let n = Double(stages)
        switch self {
        case .linear: return parameter
        case .exponential: return n * parameter * pow(importance, parameter - 1)
        case .piecewise: return importance <= 1 / (parameter + 1) ? n * parameter : n / parameter
        }
    }

    /// The importance that gives s.
    package func importance(_ scaled: Double, parameter: Double, stages: Int) -> Double {
        let share = scaled / Double(stages)
        switch self {
        case .linear: return scaled / parameter
        case .exponential: return pow(share, 1 / parameter)
        // S_T with 1/gamma is the inverse of S_T with gamma, both taken on shares of N.
        case .piecewise: return Self.piecewise.scaled(share, parameter: 1 / parameter, stages: 1)
        }
    }
}

extension ImportanceSettings {
    private static let purpose: UInt64 = 0x5C_A1E0

    /// The scale (or gamma) of one item of a step. It depends on nothing but its arguments, so that a resumed or a
    /// divided run draws the same.
    /// - Parameter item: index among all items of the step, over all processes.
    package func parameter(seed: UInt64, step: Int, item: Int) -> Double {
        var random = KeyedRandom([Self.purpose, seed, UInt64(step), UInt64(item)])
        return drawn.value(at: random.uniform())
    }
}

/// C's functions, imported in one place.
func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
func cosine(_ angle: Double) -> Double { cos(angle) }
func logarithm(_ value: Double) -> Double { log(value) }
