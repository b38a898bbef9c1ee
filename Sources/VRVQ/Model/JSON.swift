/// A JSON value (RFC 8259). Integers that fit 64 bits are kept exactly; keys of an object are unique.
public enum JSON: Equatable, Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number without fraction and exponent that fits 64 bits.
    case integer(Int64)
    /// Any other number.
    case number(Double)
    /// A string.
    case string(String)
    /// A list.
    case array([JSON])
    /// An object.
    case object([String: JSON])

    /// The member of an object, or nil.
    public subscript(key: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    /// The value as an integer; a number such as `44100.0` counts as one.
    public var integerValue: Int? {
        switch self {
        case .integer(let value): Int(exactly: value)
        case .number(let value): Int(exactly: value)
        default: nil
        }
    }

    /// The value as a number.
    public var doubleValue: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The value as a string.
    public var stringValue: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    /// The value as a truth value.
    public var boolValue: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The value as a list.
    public var arrayValue: [JSON]? {
        guard case .array(let values) = self else { return nil }
        return values
    }

    /// The value as an object.
    public var objectValue: [String: JSON]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    /// The value as a list of integers, or nil where any element is not one.
    public var integers: [Int]? {
        guard let values = arrayValue else { return nil }
        let integers = values.compactMap(\.integerValue)
        return integers.count == values.count ? integers : nil
    }

    /// An integer.
    public static func integer(_ value: Int) -> JSON { .integer(Int64(value)) }

    /// A list of integers.
    public static func integers(_ values: [Int]) -> JSON { .array(values.map { .integer(Int64($0)) }) }
}

// MARK: - Writing

extension JSON {
    /// Text without spaces, members in ascending order of their keys' UTF-8 bytes: equal values give equal text.
    /// Numbers that are not finite are written as `null`.
    public var text: String { String(decoding: bytes(), as: UTF8.self) }

    /// The same, one member or element per line, indented by two spaces a level.
    public var indentedText: String { String(decoding: bytes(indented: true), as: UTF8.self) }

    func bytes(indented: Bool = false) -> [UInt8] {
        var writer = JSONWriter(indented: indented)
        writer.write(self, level: 0)
        return writer.bytes
    }
}

private struct JSONWriter {
    let indented: Bool
    var bytes: [UInt8] = []

    init(indented: Bool) { self.indented = indented }

    mutating func write(_ value: JSON, level: Int) {
        switch value {
        case .null: put("null")
        case .bool(let value): put(value ? "true" : "false")
        case .integer(let value): put(String(value))
        case .number(let value): put(value.isFinite ? value.description : "null")
        case .string(let value): write(value)
        case .array(let values):
            writeList("[", "]", values, level: level) { writer, value in writer.write(value, level: level + 1) }
        case .object(let members):
            let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            writeList("{", "}", sorted, level: level) { writer, member in
                writer.write(member.key)
                writer.put(writer.indented ? ": " : ":")
                writer.write(member.value, level: level + 1)
            }
        }
    }

    private mutating func writeList<Element>(
        _ open: String, _ close: String, _ elements: [Element], level: Int, each: (inout Self, Element) -> Void
    ) {
        put(open)
        for (index, element) in elements.enumerated() {
            if index > 0 { put(",") }
            newLine(level + 1)
            each(&self, element)
        }
        if !elements.isEmpty { newLine(level) }
        put(close)
    }

    private mutating func newLine(_ level: Int) {
        guard indented else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes += Array(repeating: UInt8(ascii: " "), count: 2 * level)
    }

    private mutating func put(_ text: String) { bytes += text.utf8 }

    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): put("\\\"")
            case UInt8(ascii: "\\"): put("\\\\")
            case 0x0A: put("\\n")
            case 0..<0x20:
                put("\\u00")
                put(byte < 0x10 ? "0" : "1")
                put(String(byte & 15, radix: 16))
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
