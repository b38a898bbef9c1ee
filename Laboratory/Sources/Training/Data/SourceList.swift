/// A list of audio files in comma-separated values: a column `path` and, if it likes, a column `group`. Other columns
/// are passed over. Fields may be quoted, with doubled quotes inside; lines may end in CR LF.
struct SourceList {
    struct Entry: Equatable {
        var path: String
        var group: String?
    }

    let entries: [Entry]

    /// Reads the text of a list; `name` is how messages call it.
    init(_ text: String, name: String) throws(DataError) {
        var records = try Self.records(text, name: name)
        guard !records.isEmpty else { throw DataError("\(name): the list is empty; its first line names the columns") }
        let header = records.removeFirst().fields
        guard let path = header.firstIndex(of: "path") else {
            throw DataError("\(name): no column `path` among \(header.joined(separator: ", "))")
        }
        let group = header.firstIndex(of: "group")
        var entries: [Entry] = []
        for record in records {
            guard record.fields.count == header.count, !record.fields[path].isEmpty else {
                throw DataError(
                    "\(name), line \(record.line): \(record.fields.count) fields, \(header.count) columns expected, "
                        + "with a path")
            }
            let label = group.map { record.fields[$0] }
            entries.append(Entry(path: record.fields[path], group: label == "" ? nil : label))
        }
        self.entries = entries
    }

    private struct Record {
        var line: Int
        var fields: [String]
    }

    private static func records(_ text: String, name: String) throws(DataError) -> [Record] {
        var parser = Parser(text)
        while parser.step() {}
        if parser.isQuoted { throw DataError("\(name), line \(parser.start): a quote is opened and never closed") }
        return parser.records
    }

    /// Splits text into records, byte by byte.
    private struct Parser {
        private(set) var records: [Record] = []
        private(set) var isQuoted = false
        private(set) var start = 1
        private let bytes: [UInt8]
        private var at = 0
        private var line = 1
        private var fields: [String] = []
        private var field: [UInt8] = []
        private var isEmptyLine = true

        init(_ text: String) {
            bytes = Array((text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text).utf8)
        }

        /// Takes one byte; false at the end.
        mutating func step() -> Bool {
            guard at < bytes.count else {
                endRecord()
                return false
            }
            let byte = bytes[at]
            at += 1
            if byte == UInt8(ascii: "\n") { line += 1 }
            if isQuoted { inside(byte) } else { outside(byte) }
            return true
        }

        private mutating func inside(_ byte: UInt8) {
            guard byte == UInt8(ascii: "\"") else { return field.append(byte) }
            if at < bytes.count && bytes[at] == byte {
                field.append(byte)
                at += 1
            } else {
                isQuoted = false
            }
        }

        private mutating func outside(_ byte: UInt8) {
            switch byte {
            case UInt8(ascii: "\n"): endRecord()
            case UInt8(ascii: "\r") where at < bytes.count && bytes[at] == UInt8(ascii: "\n"): break
            case UInt8(ascii: ","): endField()
            case UInt8(ascii: "\"") where field.isEmpty:
                isQuoted = true
                isEmptyLine = false
            default: field.append(byte)
            }
        }

        private mutating func endField() {
            fields.append(String(decoding: field, as: UTF8.self))
            field.removeAll(keepingCapacity: true)
            isEmptyLine = false
        }

        private mutating func endRecord() {
            if !isEmptyLine || !field.isEmpty {
                endField()
                records.append(Record(line: start, fields: fields))
            }
            fields = []
            isEmptyLine = true
            if !isQuoted { start = line }
        }
    }
}
