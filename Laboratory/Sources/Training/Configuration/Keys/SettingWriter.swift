/// Turns a configuration into a tree, every key included.
struct SettingWriter: SettingWalker {
    private var entries: [SettingTree.Entry] = []

    /// The tree of a whole group.
    static func tree<G: SettingGroup>(_ group: G) -> SettingTree {
        var group = group
        var writer = SettingWriter()
        group.walk(&writer)
        return SettingTree(.table(writer.entries))
    }

    func gives(_ name: String) -> Bool { false }

    mutating func value<V: SettingValue>(_ name: String, _ value: inout V, _ rule: Rule<V>, _ note: String)
        throws(Never)
    {
        entries.append(.init(key: name, value: value.tree))
    }

    mutating func group<G: SettingGroup>(_ name: String, _ group: inout G, _ note: String) throws(Never) {
        entries.append(.init(key: name, value: Self.tree(group)))
    }

    mutating func optional<G: SettingGroup>(_ name: String, _ group: inout G?, fallback: G, _ note: String)
        throws(Never)
    {
        entries.append(.init(key: name, value: group.map(Self.tree) ?? SettingTree(.null)))
    }

    mutating func require(_ condition: Bool, _ name: String, _ message: @autoclosure () -> String) throws(Never) {}
}
