/// Lays one layer of text over a configuration: the keys that it has replace values, the others stay.
struct SettingReader: SettingWalker {
    let tree: SettingTree
    /// The current group's path with a dot at the end, or nothing at the top.
    let prefix: String
    /// Keys that the group has asked for.
    private var known: [String] = []

    init(_ tree: SettingTree, prefix: String = "") {
        self.tree = tree
        self.prefix = prefix
    }

    func gives(_ name: String) -> Bool { tree.child(name) != nil }

    mutating func value<V: SettingValue>(_ name: String, _ value: inout V, _ rule: Rule<V>, _ note: String)
        throws(ConfigurationError)
    {
        known.append(name)
        guard let given = tree.child(name) else { return }
        guard let read = V(given) else { throw illTyped(V.self, name, given) }
        guard rule.allows(read) else { throw outOfBounds(rule.text, name, given) }
        value = read
    }

    mutating func group<G: SettingGroup>(_ name: String, _ group: inout G, _ note: String) throws(ConfigurationError) {
        known.append(name)
        guard let given = tree.child(name) else { return }
        try Self.read(given, into: &group, path: prefix + name)
    }

    mutating func optional<G: SettingGroup>(_ name: String, _ group: inout G?, fallback: G, _ note: String)
        throws(ConfigurationError)
    {
        known.append(name)
        guard let given = tree.child(name) else { return }
        if given.isNull {
            group = nil
        } else {
            var filled = group ?? fallback
            try Self.read(given, into: &filled, path: prefix + name)
            group = filled
        }
    }

    mutating func require(_ condition: Bool, _ name: String, _ message: @autoclosure () -> String)
        throws(ConfigurationError)
    {
        guard !condition else { return }
        throw ConfigurationError((tree.child(name) ?? tree).place, "\(prefix)\(name) \(message())")
    }

    /// Reads a whole group and refuses the keys that it does not have.
    static func read<G: SettingGroup>(_ tree: SettingTree, into group: inout G, path: String)
        throws(ConfigurationError)
    {
        guard case .table(let entries) = tree.content else {
            let name = path.isEmpty ? "a configuration" : path
            throw ConfigurationError(tree.place, "\(name) must be a group of keys, not \(tree.excerpt)")
        }
        var reader = SettingReader(tree, prefix: path.isEmpty ? "" : path + ".")
        try group.walk(&reader)
        if let stranger = entries.first(where: { !reader.known.contains($0.key) }) { throw reader.unknown(stranger) }
    }

    private func unknown(_ entry: SettingTree.Entry) -> ConfigurationError {
        let path = prefix + entry.key
        let all = TrainingConfiguration.keys.map(\.path)
        if all.contains(path) {
            let here = known.joined(separator: ", ")
            return ConfigurationError(
                entry.value.place, "'\(path)' has no meaning for this network; \(prefix.dropLast()) takes: \(here)")
        }
        let hint = nearestKey(to: path, among: all).map { "; the nearest is '\($0)'" } ?? ""
        return ConfigurationError(entry.value.place, "unknown key '\(path)'\(hint)")
    }

    private func illTyped<V: SettingValue>(_ type: V.Type, _ name: String, _ given: SettingTree) -> ConfigurationError {
        var hint = ""
        if case .scalar(let text, _) = given.content, let near = nearest(to: text, among: V.choices) {
            hint = "; the nearest is '\(near)'"
        }
        let expected = V.choices.isEmpty ? withArticle(V.typeName) : "one of " + V.typeName
        return ConfigurationError(given.place, "\(prefix)\(name) must be \(expected), not \(given.excerpt)\(hint)")
    }

    private func outOfBounds(_ text: String, _ name: String, _ given: SettingTree) -> ConfigurationError {
        ConfigurationError(given.place, "\(prefix)\(name) must be \(text), not \(given.excerpt)")
    }
}

/// "an integer", "a list of text"; other types need none.
private func withArticle(_ type: String) -> String {
    if type.hasPrefix("integer") { return "an " + type }
    return ["number", "list", "table"].contains { type.hasPrefix($0) } ? "a " + type : type
}
