/// The shipped presets. Their texts are the files of `Laboratory/Presets`, kept as string literals in
/// `PresetTexts.swift`: the program then needs no resource bundle beside it, and nothing is slower to build. A test
/// holds files and literals together (and rewrites the literals when VRVQ_UPDATE is set).
package enum TrainingPresets {
    /// In alphabetical order.
    package static var names: [String] { texts.map(\.name) }

    /// The YAML of a preset, or nil.
    package static func text(_ name: String) -> String? { texts.first { $0.name == name }?.text }

    /// One line a preset: the name and what it is.
    package static func listing() throws(ConfigurationError) -> String {
        let width = names.map(\.count).max() ?? 0
        var lines = ""
        for name in names {
            let gap = String(repeating: " ", count: width - name.count + 2)
            lines += name + gap + (try TrainingConfiguration(preset: name)).description + "\n"
        }
        return lines
    }
}
