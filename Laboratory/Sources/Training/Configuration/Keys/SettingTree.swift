import Yams

/// Settings as text has them: scalars, lists and tables, each with the place where it was written.
package struct SettingTree: Sendable {
    package enum Content: Sendable {
        case null
        /// A scalar as written. Quoted ones are text and nothing else.
        case scalar(String, quoted: Bool)
        case list([SettingTree])
        case table([Entry])
    }

    package struct Entry: Sendable {
        package let key: String
        package let value: SettingTree
    }

    package let content: Content
    package let place: Place

    package init(_ content: Content, _ place: Place = Place("")) {
        self.content = content
        self.place = place
    }

    /// The value of a key, where this is a table that has it.
    func child(_ key: String) -> SettingTree? {
        guard case .table(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }

    var isNull: Bool {
        if case .null = content { true } else { false }
    }

    /// A short quotation for messages.
    var excerpt: String {
        switch content {
        case .null: "null"
        case .scalar(let text, _): text.count > 40 ? "'\(text.prefix(40))...'" : "'\(text)'"
        case .list: "a list"
        case .table: "a group of keys"
        }
    }
}

extension SettingTree {
    /// Bounds on what a configuration may hold: far above any real one, low enough that nothing foreign can exhaust
    /// memory through aliases or nesting.
    static let limits = (bytes: 1 << 20, nodes: 100_000, depth: 32)

    /// Reads YAML (and so JSON). An empty text is an empty table.
    /// - Parameter source: how messages call the text.
    package init(yaml: String, source: String) throws(ConfigurationError) {
        guard yaml.utf8.count <= Self.limits.bytes else {
            throw ConfigurationError(Place(source), "a configuration has at most 1 MiB of text")
        }
        let root: Node?
        do {
            root = try Yams.compose(yaml: yaml)
        } catch {
            throw ConfigurationError(yamlError: error, source: source)
        }
        guard let root else {
            self.init(.table([]), Place(source))
            return
        }
        var conversion = Conversion(source: source)
        self = try conversion.tree(root, depth: 0)
    }

    /// From Yams' nodes, within the bounds.
    private struct Conversion {
        let source: String
        var nodes = 0

        mutating func tree(_ node: Node, depth: Int) throws(ConfigurationError) -> SettingTree {
            nodes += 1
            let place = Place(source, line: node.mark?.line)
            guard nodes <= SettingTree.limits.nodes, depth <= SettingTree.limits.depth else {
                throw ConfigurationError(place, "the text is nested too deeply or repeats itself without end")
            }
            return SettingTree(try content(node, place, depth: depth), place)
        }

        private mutating func content(_ node: Node, _ place: Place, depth: Int) throws(ConfigurationError) -> Content {
            switch node {
            case .scalar(let scalar): return Self.content(scalar)
            case .alias: throw ConfigurationError(place, "an alias that refers to nothing")
            case .sequence(let sequence):
                var items: [SettingTree] = []
                for item in sequence { items.append(try tree(item, depth: depth + 1)) }
                return .list(items)
            case .mapping(let mapping):
                var entries: [Entry] = []
                for (key, value) in mapping {
                    guard let name = key.scalar?.string else {
                        throw ConfigurationError(place, "a key must be a word")
                    }
                    entries.append(Entry(key: name, value: try tree(value, depth: depth + 1)))
                }
                return .table(entries)
            }
        }

        private static func content(_ scalar: Node.Scalar) -> Content {
            let quoted = scalar.style != .plain && scalar.style != .any
            let isNull = !quoted && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
            return isNull ? .null : .scalar(scalar.string, quoted: quoted)
        }
    }
}

extension ConfigurationError {
    /// Yams' errors span several lines and quote the text; this keeps the line number and the complaint.
    fileprivate init(yamlError error: any Error, source: String) {
        switch error {
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            self.init(Place(source, line: mark.line), "not YAML: \(problem)")
        case YamlError.duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.sorted().map { "'\($0)'" }.joined(separator: ", ")
            self.init(Place(source, line: context.mark.line), "\(names) is given twice in one group")
        default:
            self.init(Place(source), "not YAML in UTF-8")
        }
    }
}
