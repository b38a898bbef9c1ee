/// One key, as the documentation lists it.
package struct SettingKey: Equatable, Sendable {
    /// Names from the top, joined by dots.
    package let path: String
    package let type: String
    /// Which values it takes, in words; empty where the type says it.
    package let bounds: String
    /// The default as it would be written in YAML; nil for a group.
    package let value: String?
    package let note: String
}

/// Lists the keys of a configuration with their present values.
struct SettingList: SettingWalker {
    private(set) var keys: [SettingKey] = []
    private let prefix: String

    static func keys<G: SettingGroup>(of group: G, prefix: String = "") -> [SettingKey] {
        var group = group
        var list = SettingList(prefix: prefix)
        group.walk(&list)
        return list.keys
    }

    private init(prefix: String) { self.prefix = prefix }

    func gives(_ name: String) -> Bool { false }

    mutating func value<V: SettingValue>(_ name: String, _ value: inout V, _ rule: Rule<V>, _ note: String)
        throws(Never)
    {
        let text = SettingTree(.list([value.tree])).yaml.dropFirst().dropLast(2)
        keys.append(
            SettingKey(path: prefix + name, type: V.typeName, bounds: rule.text, value: String(text), note: note))
    }

    mutating func group<G: SettingGroup>(_ name: String, _ group: inout G, _ note: String) throws(Never) {
        keys.append(SettingKey(path: prefix + name, type: "group", bounds: "", value: nil, note: note))
        keys += Self.keys(of: group, prefix: prefix + name + ".")
    }

    mutating func optional<G: SettingGroup>(_ name: String, _ group: inout G?, fallback: G, _ note: String)
        throws(Never)
    {
        keys.append(SettingKey(path: prefix + name, type: "group or null", bounds: "", value: nil, note: note))
        keys += Self.keys(of: group ?? fallback, prefix: prefix + name + ".")
    }

    mutating func require(_ condition: Bool, _ name: String, _ message: @autoclosure () -> String) throws(Never) {}
}

extension [SettingKey] {
    /// These keys and those that only the other list has, each after its neighbour there.
    func merged(with other: [SettingKey]) -> [SettingKey] {
        var all = self
        for (index, key) in other.enumerated() where !all.contains(where: { $0.path == key.path }) {
            let neighbour = index > 0 ? all.firstIndex { $0.path == other[index - 1].path } : nil
            all.insert(key, at: neighbour.map { $0 + 1 } ?? all.endIndex)
        }
        return all
    }
}
