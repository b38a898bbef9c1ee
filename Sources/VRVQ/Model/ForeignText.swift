/// Text from files ends up in messages and on terminals, where control characters can do harm.
extension String {
    /// The text's first 80 characters, control characters replaced by question marks.
    var printable: String {
        var scalars = String.UnicodeScalarView()
        for scalar in unicodeScalars.prefix(80) { scalars.append(scalar.isControl ? "?" : scalar) }
        return String(scalars)
    }

    /// Whether this can name an array: not empty, at most 512 bytes, no control characters.
    var canNameAnArray: Bool { (1...512).contains(utf8.count) && !unicodeScalars.contains(where: \.isControl) }
}

extension Unicode.Scalar {
    /// The control characters of ASCII and Latin-1.
    var isControl: Bool { value < 0x20 || (0x7F..<0xA0).contains(value) }
}

extension JSON {
    /// Whether any text in it holds a control character other than line feed and tab.
    var holdsControlCharacters: Bool {
        switch self {
        case .string(let text): text.unicodeScalars.contains { $0.isControl && $0 != "\n" && $0 != "\t" }
        case .array(let values): values.contains(where: \.holdsControlCharacters)
        case .object(let members):
            members.contains { JSON.string($0.key).holdsControlCharacters || $0.value.holdsControlCharacters }
        default: false
        }
    }
}
