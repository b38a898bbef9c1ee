/// How likely a yes is, learned from the answers so far (FORMAT.md, section 6.4.2). Integers only.
package struct Likelihood: Equatable, Sendable {
    /// Denominator of `value`.
    package static let one = 1 << 16
    /// Nothing is more certain than 31 to 1. A bound on certainty bounds how many decisions, and so how much work, a
    /// byte can stand for: 8 / log2(32 / 31) = 175.
    package static let least = one / 32
    /// Decisions per byte, rounded up.
    package static let decisionsPerByte = 175
    /// Answers after which the newest one weighs no less than before.
    private static let memory = 60

    private(set) var value: Int
    private(set) var answers: Int

    /// - Parameters:
    ///   - value: in 256ths.
    ///   - answers: how many answers the value is worth.
    package init(_ value: Int, worth answers: Int) {
        self.value = value << 8
        self.answers = answers
    }

    /// The share of a yes among `one`.
    package var share: Int { min(max(value, Self.least), Self.one - Self.least) }

    /// Learns from an answer.
    package mutating func learn(_ answer: Bool) {
        let pace = 2 * answers + 3
        if answer { value += (Self.one - value) * 2 / pace } else { value -= value * 2 / pace }
        answers = min(answers + 1, Self.memory)
    }
}
