extension SettingTree {
    /// Block YAML, two spaces a level, lists of scalars on one line. Equal trees give equal bytes.
    package var yaml: String {
        var lines: [String] = []
        appendBlock(to: &lines, indent: "")
        return lines.joined(separator: "\n") + "\n"
    }

    private func appendBlock(to lines: inout [String], indent: String) {
        guard case .table(let entries) = content else {
            lines.append(indent + flow(.yaml))
            return
        }
        for entry in entries {
            let key = Self.word(entry.key)
            if case .table(let inner) = entry.value.content, !inner.isEmpty {
                lines.append("\(indent)\(key):")
                entry.value.appendBlock(to: &lines, indent: indent + "  ")
            } else {
                lines.append("\(indent)\(key): \(entry.value.flow(.yaml))")
            }
        }
    }

    /// JSON on one line. Infinity, which JSON lacks, is written as text and read back as a number.
    package var json: String { flow(.json) }

    private enum Dialect { case yaml, json }

    private func flow(_ dialect: Dialect) -> String {
        switch content {
        case .null: "null"
        case .scalar(let text, quoted: false):
            dialect == .json && text.contains("inf") ? Self.quoted(text) : text
        case .scalar(let text, quoted: true): dialect == .json ? Self.quoted(text) : Self.word(text)
        case .list(let items): "[" + items.map { $0.flow(dialect) }.joined(separator: ", ") + "]"
        case .table(let entries):
            "{" + entries.map { "\(Self.key($0.key, dialect)): \($0.value.flow(dialect))" }.joined(separator: ", ")
                + "}"
        }
    }

    private static func key(_ text: String, _ dialect: Dialect) -> String {
        dialect == .json ? quoted(text) : word(text)
    }

    /// Text without quotes where YAML could not take it for anything else.
    private static func word(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789_-./*".unicodeScalars.contains(scalar))
        }
        let startsWell = text.unicodeScalars.first.map { $0.isASCII && $0.properties.isAlphabetic } ?? false
        return isPlain && startsWell && text.lowercased() != "null" ? text : quoted(text)
    }

    /// Double quotes and escapes that YAML and JSON share.
    private static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": out += "\\\(scalar)"
            default: out += needsEscape(scalar) ? escape(scalar) : String(scalar)
            }
        }
        return out + "\""
    }

    /// Controls, breaks that only YAML knows, and code points outside YAML's printable set.
    private static func needsEscape(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF: true
        default: false
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
