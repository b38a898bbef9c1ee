extension JSON {
    /// Reads one JSON value that makes up all of `bytes`: strict (RFC 8259), UTF-8 checked, duplicate keys refused.
    /// - Parameters:
    ///   - depth: Nesting beyond this is refused.
    ///   - what: What the text is, for the error's sentence.
    /// - Throws: `malformed` with the byte offset, or `limitExceeded`.
    public init(parsing bytes: [UInt8], depth: Int = 64, what: String = "JSON") throws(VRVQError) {
        var parser = JSONParser(bytes: bytes, limit: depth, what: what)
        self = try parser.document()
    }

    /// The same for text.
    public init(parsing text: String, what: String = "JSON") throws(VRVQError) {
        try self.init(parsing: Array(text.utf8), what: what)
    }
}

private struct JSONParser {
    let bytes: [UInt8]
    let limit: Int
    let what: String
    var position = 0

    init(bytes: [UInt8], limit: Int, what: String) {
        self.bytes = bytes
        self.limit = limit
        self.what = what
    }

    mutating func document() throws(VRVQError) -> JSON {
        let result = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw failure("text after the value") }
        return result
    }

    private func failure(_ reason: String) -> VRVQError {
        VRVQError(.malformed, "\(what) is damaged: \(reason)", offset: position)
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    /// Skips space and then `byte`, if it is what follows.
    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(VRVQError) -> JSON {
        guard depth < limit else {
            throw VRVQError(.limitExceeded, "\(what) is nested deeper than \(limit) levels", offset: position)
        }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case nil: throw failure("it ends early")
        default: return try number()
        }
    }

    private mutating func word(_ text: String, _ value: JSON) throws(VRVQError) -> JSON {
        guard bytes[position...].starts(with: text.utf8) else { throw failure("an unknown word") }
        position += text.utf8.count
        return value
    }

    private mutating func object(depth: Int) throws(VRVQError) -> JSON {
        var members: [String: JSON] = [:]
        position += 1
        if take(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw failure("a key was expected") }
            let key = try string()
            guard take(UInt8(ascii: ":")) else { throw failure("a colon was expected") }
            let member = try value(depth: depth + 1)
            guard members.updateValue(member, forKey: key) == nil else { throw failure("a key occurs twice") }
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw failure("a comma or a closing brace was expected") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(VRVQError) -> JSON {
        var values: [JSON] = []
        position += 1
        if take(UInt8(ascii: "]")) { return .array(values) }
        repeat { values.append(try value(depth: depth + 1)) } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw failure("a comma or a closing bracket was expected") }
        return .array(values)
    }
}

// MARK: - Numbers

extension JSONParser {
    private mutating func digits() throws(VRVQError) {
        let start = position
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        guard position > start else { throw failure("a value was expected") }
    }

    private mutating func number() throws(VRVQError) -> JSON {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        let leading = position
        try digits()
        if bytes[leading] == UInt8(ascii: "0"), position > leading + 1 { throw failure("a number with a leading 0") }
        var exact = true
        if next == UInt8(ascii: ".") {
            exact = false
            position += 1
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            exact = false
            position += 1
            if next == UInt8(ascii: "-") || next == UInt8(ascii: "+") { position += 1 }
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if exact, let value = Int64(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw failure("a number out of range") }
        return .number(value)
    }
}

// MARK: - Strings

extension JSONParser {
    private mutating func string() throws(VRVQError) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw failure("a string not in UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw failure("a control character in a string")
            default: text.append(byte)
            }
        }
        throw failure("a string without an end")
    }

    private mutating func escape(into text: inout [UInt8]) throws(VRVQError) {
        guard let byte = next else { throw failure("a string without an end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text += String(Character(try scalar())).utf8
        default: throw failure("an unknown escape")
        }
    }

    /// The scalar after `\u`, which may take a second `\u` (surrogate pair).
    private mutating func scalar() throws(VRVQError) -> Unicode.Scalar {
        let first = try unit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xD800..<0xDC00).contains(first), next == UInt8(ascii: "\\") else { throw failure("half a character") }
        position += 1
        guard next == UInt8(ascii: "u") else { throw failure("half a character") }
        position += 1
        let second = try unit()
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw failure("half a character") }
        return scalar
    }

    private mutating func unit() throws(VRVQError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw failure("an escape without four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
