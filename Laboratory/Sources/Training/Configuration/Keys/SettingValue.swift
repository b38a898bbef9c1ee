/// What one key can hold.
package protocol SettingValue: Equatable, Sendable {
    /// For messages and the documentation.
    static var typeName: String { get }
    /// The words it takes, where it takes only some.
    static var choices: [String] { get }
    /// Nil when the tree is of another type.
    init?(_ tree: SettingTree)
    /// As it is written; reading it gives the same value.
    var tree: SettingTree { get }
}

extension SettingValue {
    package static var choices: [String] { [] }
}

extension Int: SettingValue {
    package static var typeName: String { "integer" }

    package init?(_ tree: SettingTree) {
        guard case .scalar(let text, quoted: false) = tree.content, let value = Int(text) else { return nil }
        self = value
    }

    package var tree: SettingTree { SettingTree(.scalar(description, quoted: false)) }
}

extension Double: SettingValue {
    package static var typeName: String { "number" }

    package init?(_ tree: SettingTree) {
        guard case .scalar(let text, let quoted) = tree.content else { return nil }
        switch text.lowercased() {
        // Quoted too, because JSON has no other way to write it.
        case ".inf", "inf", "infinity", "+.inf": self = .infinity
        case "-.inf", "-inf", "-infinity": self = -.infinity
        default:
            let plain = text.allSatisfy { $0.isNumber || "+-.eE".contains($0) }
            guard !quoted, plain, let value = Double(text), value.isFinite else { return nil }
            self = value
        }
    }

    package var tree: SettingTree {
        isFinite
            ? SettingTree(.scalar(description, quoted: false))
            : SettingTree(.scalar(self > 0 ? ".inf" : "-.inf", quoted: false))
    }
}

extension Bool: SettingValue {
    package static var typeName: String { "true or false" }

    package init?(_ tree: SettingTree) {
        guard case .scalar(let text, quoted: false) = tree.content, let value = Bool(text) else { return nil }
        self = value
    }

    package var tree: SettingTree { SettingTree(.scalar(description, quoted: false)) }
}

extension String: SettingValue {
    package static var typeName: String { "text" }

    package init?(_ tree: SettingTree) {
        guard case .scalar(let text, _) = tree.content else { return nil }
        self = text
    }

    package var tree: SettingTree { SettingTree(.scalar(self, quoted: true)) }
}

extension Optional: SettingValue where Wrapped: SettingValue {
    package static var typeName: String { "\(Wrapped.typeName) or null" }
    package static var choices: [String] { Wrapped.choices }

    package init?(_ tree: SettingTree) {
        if case .null = tree.content {
            self = nil as Wrapped?
        } else if let value = Wrapped(tree) {
            self = .some(value)
        } else {
            return nil
        }
    }

    package var tree: SettingTree { self?.tree ?? SettingTree(.null) }
}

extension Array: SettingValue where Element: SettingValue {
    package static var typeName: String { "list of \(Element.typeName)" }

    package init?(_ tree: SettingTree) {
        guard case .list(let items) = tree.content else { return nil }
        self = []
        for item in items {
            guard let element = Element(item) else { return nil }
            append(element)
        }
    }

    package var tree: SettingTree { SettingTree(.list(map(\.tree))) }
}

extension Dictionary: SettingValue where Key == String, Value: SettingValue {
    package static var typeName: String { "table of \(Value.typeName)" }

    package init?(_ tree: SettingTree) {
        guard case .table(let entries) = tree.content else { return nil }
        self = [:]
        for entry in entries {
            guard let value = Value(entry.value) else { return nil }
            self[entry.key] = value
        }
    }

    /// Sorted by name, so that equal tables are written alike.
    package var tree: SettingTree {
        SettingTree(.table(sorted { $0.key < $1.key }.map { SettingTree.Entry(key: $0.key, value: $0.value.tree) }))
    }
}

/// A setting that is one of a few words.
package protocol SettingChoice: SettingValue, RawRepresentable where RawValue == String {
    /// The words it takes, in the order in which they are listed.
    static var all: [Self] { get }
}

extension SettingChoice where Self: CaseIterable {
    package static var all: [Self] { Array(allCases) }
}

extension SettingChoice {
    package static var typeName: String { choices.joined(separator: ", ") }
    package static var choices: [String] { all.map(\.rawValue) }

    package init?(_ tree: SettingTree) {
        guard let text = String(tree), let value = Self(rawValue: text) else { return nil }
        self = value
    }

    package var tree: SettingTree { rawValue.tree }
}
