/// From importance p to the value s that is compared with the stage index. Each operator has one parameter, drawn for
/// each item in training and chosen freely at inference.
package enum ScalingOperator: String, CaseIterable, Sendable {
    /// s = l p: the paper's, with the scale l.
    case linear
    /// s = N p^gamma (appendix E, S_exp). A larger gamma gives fewer codebooks.
    case exponential
    /// Two straight lines that meet at p = 1/(gamma + 1) (equation 22, S_T). A larger gamma gives more codebooks.
    case piecewise
}
