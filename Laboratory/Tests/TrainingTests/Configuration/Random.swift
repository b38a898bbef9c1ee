@testable import Training

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// SplitMix64: the same sequence everywhere.
struct Splitmix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Seeds of a property test: `VRVQ_SEED` alone where it is set, so that a failure can be repeated.
func seeds(_ count: UInt64) -> [UInt64] {
    ProcessInfo.processInfo.environment["VRVQ_SEED"].flatMap { UInt64($0) }.map { [$0] } ?? Array(1...count)
}

/// Changes a configuration at random, within the bounds of each key.
struct RandomSettings: SettingWalker {
    /// The drawn values break a rule that spans several keys.
    struct Impossible: Error {}

    var generator: Splitmix
    var share: Double

    func gives(_ name: String) -> Bool { false }

    mutating func value<V: SettingValue>(_ name: String, _ value: inout V, _ rule: Rule<V>, _ note: String)
        throws(Impossible)
    {
        guard chance(share) else { return }
        for _ in 0..<20 {
            guard let drawn = V(tree(choices: V.choices)), rule.allows(drawn) else { continue }
            value = drawn
            return
        }
    }

    mutating func group<G: SettingGroup>(_ name: String, _ group: inout G, _ note: String) throws(Impossible) {
        try group.walk(&self)
    }

    mutating func optional<G: SettingGroup>(_ name: String, _ group: inout G?, fallback: G, _ note: String)
        throws(Impossible)
    {
        if chance(share) { group = group == nil ? fallback : nil }
        if var present = group {
            try present.walk(&self)
            group = present
        }
    }

    mutating func require(_ condition: Bool, _ name: String, _ message: @autoclosure () -> String) throws(Impossible) {
        if !condition { throw Impossible() }
    }

    private mutating func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &generator) < share }

    /// A value of a random type; the caller keeps those that fit the key.
    private mutating func tree(choices: [String]) -> SettingTree {
        if let word = choices.randomElement(using: &generator), chance(0.9) { return word.tree }
        switch Int.random(in: 0..<9, using: &generator) {
        case 0: return integer.tree
        case 1: return number.tree
        case 2: return Bool.random(using: &generator).tree
        case 3: return text.tree
        case 4: return numbers.sorted().tree
        case 5: return (0..<Int.random(in: 0...6, using: &generator)).map { _ in integer }.tree
        case 6: return Dictionary([(text, [text, text]), (text, [])]) { first, _ in first }.tree
        case 7: return [RateGroup(pattern: text, factor: abs(number))].tree
        default: return Bool.random(using: &generator) ? SettingTree(.null) : [text, text].tree
        }
    }

    private var integer: Int {
        mutating get { Int.random(in: 0...(chance(0.5) ? 40 : 5000), using: &generator) }
    }

    private var number: Double {
        mutating get {
            if chance(0.1) { return .infinity }
            let size = Double.random(in: -12...5, using: &generator).rounded()
            return Double.random(in: -1...10, using: &generator) * power(10, size)
        }
    }

    private var numbers: [Double] {
        mutating get {
            (0..<Int.random(in: 0...4, using: &generator)).map { _ in .random(in: 0...1, using: &generator) }
        }
    }

    /// Everything that YAML might take for something else. (A byte order mark at the start of a scalar is lost in reading
    /// and so cannot have come from a file; inside it stays.)
    private var text: String {
        mutating get {
            let words = [
                "", "null", "~", "NULL", "true", "1e3", ".inf", "a b", "a: b", "#x", "- x", "[x", "{", "'", "\"", "\\",
                "\n",
                "\t", "\u{1}", "\u{85}", "\u{2028}", "x\u{FEFF}", "é", "日本", "😀", " x ", "*", "&a", "!t", "%", "@",
                "x/y.z",
            ]
            return (0..<Int.random(in: 1...3, using: &generator)).map { _ in words.randomElement(using: &generator)! }
                .joined()
        }
    }
}
