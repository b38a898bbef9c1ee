import VRVQNetwork

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

// A configuration is built in layers: the paper's defaults, then each file after what it includes, then `--set` in the
// order given. A layer replaces the values of the keys that it has and leaves the others: groups merge deeply, while
// lists and tables of free names are values and are replaced whole. Giving `model.preset` (and `model.importance.form`,
// and a coder's `kind`) replaces the part of the network that it names.
extension TrainingConfiguration {
    /// The shipped preset of that name, with settings such as `batch=4` laid over it.
    package init(preset name: String, settings: [String] = []) throws(ConfigurationError) {
        self.init()
        try include(name, from: Place("--preset"), folder: "", depth: 0)
        try finish(settings)
    }

    /// A YAML (or JSON) file, with settings laid over it.
    package init(file path: String, settings: [String] = []) throws(ConfigurationError) {
        self.init()
        try include(file: path, from: nil, depth: 0)
        try finish(settings)
    }

    /// YAML or JSON text: what `yaml` and `json` write, or a file's contents.
    /// - Parameter source: how messages call the text.
    package init(text: String, source: String, settings: [String] = []) throws(ConfigurationError) {
        self.init()
        try apply(text: text, source: source, folder: "", depth: 0)
        try finish(settings)
    }

    /// Every key with its value, as YAML. Equal configurations give equal bytes.
    package var yaml: String { SettingWriter.tree(self).yaml }

    /// Every key with its value, as JSON on one line.
    package var json: String { SettingWriter.tree(self).json }

    /// Lays `key.path=value` over the configuration; the value is read as YAML.
    package mutating func set(_ setting: String) throws(ConfigurationError) {
        guard let equals = setting.firstIndex(of: "="), equals != setting.startIndex else {
            throw ConfigurationError("--set \(setting): write KEY=VALUE, for example batch=8")
        }
        let place = Place("--set")
        var tree = try SettingTree(yaml: String(setting[setting.index(after: equals)...]), source: place.source)
        // No text after the sign is a missing value, not an empty group.
        if case .table(let entries) = tree.content, entries.isEmpty { tree = SettingTree(.null) }
        tree = SettingTree(tree.content, place)
        for name in setting[..<equals].split(separator: ".", omittingEmptySubsequences: false).reversed() {
            tree = SettingTree(.table([SettingTree.Entry(key: String(name), value: tree)]), place)
        }
        try SettingReader.read(tree, into: &self, path: "")
    }

    private mutating func finish(_ settings: [String]) throws(ConfigurationError) {
        for setting in settings { try set(setting) }
        if let defect { throw ConfigurationError("the configuration cannot be used: \(defect)") }
    }
}

extension TrainingConfiguration {
    /// Files that include files that include files: enough for any use, and an end for a circle.
    private static let deepest = 8

    /// Lays a preset or, where the name is a path, a file over the configuration.
    private mutating func include(_ name: String, from place: Place, folder: String, depth: Int)
        throws(ConfigurationError)
    {
        if let text = TrainingPresets.text(name) {
            return try apply(text: text, source: "preset \(name)", folder: "", depth: depth)
        }
        if name.contains("/") || name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
            let path = name.hasPrefix("/") || folder.isEmpty ? name : "\(folder)/\(name)"
            return try include(file: path, from: place, depth: depth)
        }
        let hint = nearest(to: name, among: TrainingPresets.names).map { "; the nearest is '\($0)'" } ?? ""
        throw ConfigurationError(place, "there is no preset '\(name)'\(hint)")
    }

    private mutating func include(file path: String, from place: Place?, depth: Int) throws(ConfigurationError) {
        let text = try Self.read(path, from: place)
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        try apply(text: text, source: path, folder: folder, depth: depth)
    }

    private static func read(_ path: String, from place: Place?) throws(ConfigurationError) -> String {
        let where_ = place.map { "\($0): " } ?? ""
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw ConfigurationError("\(where_)cannot read the configuration file '\(path)'")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError("\(where_)'\(path)' is not text in UTF-8")
        }
        return text
    }

    /// Lays a text over the configuration, what it includes first.
    private mutating func apply(text: String, source: String, folder: String, depth: Int) throws(ConfigurationError) {
        let tree = try SettingTree(yaml: text, source: source)
        guard case .table(let entries) = tree.content else {
            throw ConfigurationError(tree.place, "a configuration must be a group of keys, not \(tree.excerpt)")
        }
        for entry in entries where entry.key == "include" {
            try include(all: entry.value, folder: folder, depth: depth)
        }
        let own = SettingTree(.table(entries.filter { $0.key != "include" }), tree.place)
        try SettingReader.read(own, into: &self, path: "")
    }

    private mutating func include(all tree: SettingTree, folder: String, depth: Int) throws(ConfigurationError) {
        guard depth < Self.deepest else {
            throw ConfigurationError(
                tree.place, "more than \(Self.deepest) files include each other; is there a circle?")
        }
        guard let names = [String](tree) ?? String(tree).map({ [$0] }) else {
            throw ConfigurationError(tree.place, "include must be the name of a preset or a path, or a list of them")
        }
        for name in names { try include(name, from: tree.place, folder: folder, depth: depth + 1) }
    }
}

extension TrainingConfiguration {
    /// Every key that any configuration takes, with the paper's value, or the shipped model's where the paper's network
    /// has no such key.
    package static let keys: [SettingKey] = {
        var other = Self()
        other.model.preset = "small"
        other.model.architecture = .small
        return SettingList.keys(of: Self()).merged(with: SettingList.keys(of: other))
    }()
}
