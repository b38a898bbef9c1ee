/// Settings that belong together. A group names each of its values once, in `walk`; reading, writing, listing and the
/// documentation all follow that one list.
package protocol SettingGroup: Sendable {
    /// Hands every value to the walker, in the order in which they are written.
    mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure)
}

/// Something that visits every setting: a reader, a writer, a list.
package protocol SettingWalker {
    /// `Never` for walkers that only look.
    associatedtype Failure: Error

    /// Whether the layer being read gives a value to this key of the current group.
    func gives(_ name: String) -> Bool
    /// One value with its bounds and a sentence for the documentation.
    mutating func value<V: SettingValue>(_ name: String, _ value: inout V, _ rule: Rule<V>, _ note: String)
        throws(Failure)
    /// A group inside the current one.
    mutating func group<G: SettingGroup>(_ name: String, _ group: inout G, _ note: String) throws(Failure)
    /// A group that may be absent (`null`); `fallback` is what a key set inside an absent one starts from.
    mutating func optional<G: SettingGroup>(_ name: String, _ group: inout G?, fallback: G, _ note: String)
        throws(Failure)
    /// Refuses the layer, naming the key, unless the condition holds.
    mutating func require(_ condition: Bool, _ name: String, _ message: @autoclosure () -> String) throws(Failure)
}

extension SettingWalker {
    /// One value that needs no bounds.
    mutating func value<V: SettingValue>(_ name: String, _ value: inout V, _ note: String) throws(Failure) {
        try self.value(name, &value, .any, note)
    }
}

/// Which values of a type a key takes.
package struct Rule<Value>: Sendable {
    /// In words, for messages and the documentation; empty where everything goes.
    let text: String
    let allows: @Sendable (Value) -> Bool

    /// Everything that the type holds.
    static var any: Self { Self(text: "") { _ in true } }
}

extension Rule where Value == Int {
    static func within(_ range: ClosedRange<Int>) -> Self {
        Self(text: "\(range.lowerBound) to \(range.upperBound)") { range.contains($0) }
    }

    static func atLeast(_ least: Int) -> Self { Self(text: "at least \(least)") { $0 >= least } }
}

extension Rule where Value == Double {
    static func within(_ range: ClosedRange<Double>) -> Self {
        Self(text: "\(short(range.lowerBound)) to \(short(range.upperBound))") { range.contains($0) }
    }

    static var positive: Self { Self(text: "above 0") { $0 > 0 && $0.isFinite } }
    static var positiveOrInfinite: Self { Self(text: "above 0, .inf included") { $0 > 0 } }
    static var notNegative: Self { Self(text: "at least 0") { $0 >= 0 && $0.isFinite } }
}

extension Rule where Value == [Int] {
    static func each(_ range: ClosedRange<Int>, count: ClosedRange<Int>) -> Self {
        let counted = "\(count.lowerBound) to \(count.upperBound)"
        return Self(text: "\(counted) values, each \(range.lowerBound) to \(range.upperBound)") {
            count.contains($0.count) && $0.allSatisfy(range.contains)
        }
    }
}

extension Rule where Value == [Double] {
    static func each(_ range: ClosedRange<Double>, count: ClosedRange<Int>) -> Self {
        let counted =
            count.lowerBound == count.upperBound ? "\(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
        return Self(text: "\(counted) values, each \(short(range.lowerBound)) to \(short(range.upperBound))") {
            count.contains($0.count) && $0.allSatisfy(range.contains)
        }
    }
}

extension Rule where Value == String {
    static func oneOf(_ names: [String]) -> Self { Self(text: names.joined(separator: ", ")) { names.contains($0) } }
}

extension Rule {
    /// The rule of the wrapped value; absent is always allowed.
    static func orNull<W>(_ rule: Rule<W>) -> Self where Value == W? {
        Self(text: rule.text) { $0.map(rule.allows) ?? true }
    }
}

/// A number without a needless `.0`.
func short(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : value.description
}
