import Testing

@testable import Training

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Files that must say what the code says. With VRVQ_UPDATE=1 the tests write them instead of comparing.
@Suite(.serialized) struct DocumentTests {
    /// The root of the project: this file is five folders below it.
    private static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(5)
        .joined(separator: "/")
    private static let presets = root + "/Laboratory/Presets"
    private static let literals = root + "/Laboratory/Sources/Training/Configuration/PresetTexts.swift"
    private static let document = root + "/Documentation/TRAINING.md"
    private static let updates = ProcessInfo.processInfo.environment["VRVQ_UPDATE"] != nil

    @Test("Preset literals are the files") func presetLiteralsAreTheFiles() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.presets).filter { $0.hasSuffix(".yaml") }
        let texts = try files.map { String($0.dropLast(5)) }.sorted().map {
            (name: $0, text: try Self.read("\(Self.presets)/\($0).yaml"))
        }
        if Self.updates { try Self.write(Self.swift(texts), to: Self.literals) }
        #expect(texts.map(\.name) == TrainingPresets.names)
        for (name, text) in texts {
            #expect(
                TrainingPresets.text(name) == text, "\(name).yaml differs from PresetTexts.swift: set VRVQ_UPDATE=1")
        }
    }

    @Test func trainingDocumentListsEveryKey() throws {
        try Self.compare("keys", with: "\n" + ConfigurationReference.markdown + "\n")
    }

    @Test func trainingDocumentListsThePresets() throws {
        let listing = try TrainingPresets.listing().split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
        try Self.compare("presets", with: "\n\(listing)\n\n")
    }

    /// The comparison above would also pass with rows missing on both sides.
    @Test func referenceHasARowForEveryKeyOfEveryPreset() throws {
        let rows = ConfigurationReference.markdown
        for name in TrainingPresets.names {
            for key in SettingList.keys(of: try TrainingConfiguration(preset: name)) where key.value != nil {
                #expect(rows.contains("\n| `\(key.path)` | `"), "\(key.path)")
                #expect(!key.note.isEmpty)
            }
        }
    }

    /// The part of the document between two comments against what it must be.
    private static func compare(_ part: String, with expected: String) throws {
        let text = try read(document)
        let from = try #require(text.firstRange(of: "<!-- \(part): begin -->\n")).upperBound
        let to = try #require(text.firstRange(of: "<!-- \(part): end -->\n")).lowerBound
        if updates { try write(text[..<from] + expected + text[to...], to: document) }
        #expect(updates || text[from..<to] == expected, "TRAINING.md differs from the \(part): set VRVQ_UPDATE=1")
    }

    private static func swift(_ texts: [(name: String, text: String)]) -> String {
        var out = "// Written from the files of Laboratory/Presets by the test \"Preset literals are the files\", "
        out +=
            "with VRVQ_UPDATE=1.\n\nextension TrainingPresets {\n    static let texts: [(name: String, text: String)] = [\n"
        for (name, text) in texts {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            let body = lines.map { $0.isEmpty ? "" : "            \($0)" }.joined(separator: "\n")
            out +=
                "        (\n            \"\(name)\",\n            #\"\"\"\n\(body)\n            \"\"\"#\n        ),\n"
        }
        return out + "    ]\n}\n"
    }

    private static func read(_ path: String) throws -> String {
        String(decoding: try #require(FileManager.default.contents(atPath: path), "\(path)"), as: UTF8.self)
    }

    private static func write(_ text: some StringProtocol, to path: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }
}
