/// The configuration's keys as Markdown, for `Documentation/TRAINING.md`.
package enum ConfigurationReference {
    /// A section for each group at the top, a row for each key.
    package static var markdown: String {
        let keys = TrainingConfiguration.keys
        let groups = keys.filter { $0.value == nil && !$0.path.contains(".") }
        let loose = keys.filter { $0.value != nil && !$0.path.contains(".") }
        var text = "### The run as a whole\n\n" + table(loose)
        for group in groups {
            text += "\n### \(group.path)\n\n\(sentence(group.note)).\n\n"
            text += table(keys.filter { $0.path.hasPrefix(group.path + ".") })
        }
        return text
    }

    private static func table(_ keys: [SettingKey]) -> String {
        "| key | default | takes | meaning |\n|---|---|---|---|\n" + keys.map(row).joined()
    }

    private static func row(_ key: SettingKey) -> String {
        let takes = key.bounds.isEmpty ? key.type : "\(key.type): \(key.bounds)"
        let value = key.value.map { "`\($0)`" } ?? ""
        return "| `\(key.path)` | \(value) | \(escaped(takes)) | \(escaped(key.note)) |\n"
    }

    private static func sentence(_ note: String) -> String { note.prefix(1).uppercased() + note.dropFirst() }

    private static func escaped(_ text: String) -> String {
        text.replacing("|", with: "\\|").replacing("*", with: "\\*")
    }
}
