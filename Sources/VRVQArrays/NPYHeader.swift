import VRVQ

/// The header of a NumPy array file (NPY format 1.0, 2.0 and 3.0): magic, version, and a dictionary in Python's syntax.
package struct NPYHeader: Equatable {
    /// Type of the elements, such as `<i2`; `|O` for objects, which follow as a pickle.
    package var type: String
    /// True where the first axis runs fastest.
    package var isFortran: Bool
    /// Elements along each axis; empty for a single one.
    package var shape: [Int]

    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    /// Bytes of a dictionary that is read; NumPy's own have about a hundred.
    private static let longest = 1 << 16
    /// Most axes that NumPy has.
    private static let mostAxes = 64
    /// Most elements along an axis.
    private static let longestAxis = 1 << 40

    /// True for bytes that begin like an array file.
    package static func recognizes(_ bytes: [UInt8]) -> Bool { bytes.starts(with: magic) }

    package init(type: String, isFortran: Bool = false, shape: [Int]) {
        self.type = type
        self.isFortran = isFortran
        self.shape = shape
    }

    /// Reads a header and tells where the elements begin.
    package init(_ bytes: [UInt8], start: inout Int) throws(VRVQError) {
        guard Self.recognizes(bytes), bytes.count >= 10 else {
            throw VRVQError(.malformed, "this is no NumPy array file, or only its beginning")
        }
        guard (1...3).contains(bytes[6]) else {
            throw VRVQError(.unsupported, "the array file has version \(bytes[6]), known are 1 to 3", offset: 6)
        }
        let width = bytes[6] == 1 ? 2 : 4
        guard bytes.count >= 8 + width else { throw VRVQError(.truncated, "the array file ends in its header") }
        let length = bytes[8..<8 + width].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= Self.longest else {
            throw VRVQError(.limitExceeded, "the array file has a header of \(length) bytes", offset: 8)
        }
        start = 8 + width + length
        guard bytes.count >= start else {
            throw VRVQError(.truncated, "the array file ends in its header", offset: bytes.count)
        }
        var literal = PythonLiteral(bytes[(8 + width)..<start])
        self = try literal.header()
        guard shape.count <= Self.mostAxes, shape.allSatisfy({ $0 <= Self.longestAxis }) else {
            throw VRVQError(.limitExceeded, "the array has \(shape.count) axes, or a length beyond 2^40")
        }
    }

    /// Version 1.0, filled up with spaces to a multiple of 64 bytes as NumPy does.
    package var bytes: [UInt8] {
        let sizes = shape.count == 1 ? "\(shape[0])," : shape.map(String.init).joined(separator: ", ")
        let text =
            "{'descr': '\(type)', 'fortran_order': \(isFortran ? "True" : "False"), 'shape': (\(sizes)), }"
        let fill = 63 - (10 + text.utf8.count) % 64
        let length = text.utf8.count + fill + 1
        return Self.magic + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + text.utf8
            + [UInt8](repeating: 0x20, count: fill) + [0x0A]
    }
}

/// Reads the few forms of Python's literals that array files use.
private struct PythonLiteral {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// `{'descr': '<i2', 'fortran_order': False, 'shape': (8, 345), }`, keys in any order, each once.
    mutating func header() throws(VRVQError) -> NPYHeader {
        var (type, isFortran, shape): (String?, Bool?, [Int]?)
        try expect("{")
        while !take("}") {
            let key = try string()
            try expect(":")
            switch key {
            case "descr" where type == nil: type = try string()
            case "fortran_order" where isFortran == nil: isFortran = try truth()
            case "shape" where shape == nil: shape = try tuple()
            default: throw failure
            }
            if !take(",") {
                try expect("}")
                break
            }
        }
        skipSpace()
        guard let type, let isFortran, let shape, rest.isEmpty else { throw failure }
        return NPYHeader(type: type, isFortran: isFortran, shape: shape)
    }

    private var failure: VRVQError {
        VRVQError(
            .malformed, "the array file's header is not that of a plain array (records are not read)",
            offset: rest.startIndex)
    }

    private mutating func skipSpace() { rest = rest.drop { $0 == 0x20 || $0 == 0x0A || $0 == 0x09 } }

    private mutating func take(_ text: String) -> Bool {
        skipSpace()
        guard rest.starts(with: text.utf8) else { return false }
        rest = rest.dropFirst(text.utf8.count)
        return true
    }

    private mutating func expect(_ text: String) throws(VRVQError) {
        guard take(text) else { throw failure }
    }

    private mutating func string() throws(VRVQError) -> String {
        skipSpace()
        guard let quote = rest.popFirst(), quote == 0x27 || quote == 0x22, let end = rest.firstIndex(of: quote),
            let text = String(validating: rest[..<end], as: UTF8.self), !text.contains("\\")
        else { throw failure }
        rest = rest[(end + 1)...]
        return text
    }

    private mutating func truth() throws(VRVQError) -> Bool {
        if take("True") { return true }
        try expect("False")
        return false
    }

    private mutating func tuple() throws(VRVQError) -> [Int] {
        var values: [Int] = []
        try expect("(")
        while !take(")") {
            skipSpace()
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            guard let value = Int(String(decoding: digits, as: UTF8.self)) else { throw failure }
            rest = rest.dropFirst(digits.count)
            values.append(value)
            if !take(",") {
                try expect(")")
                break
            }
        }
        return values
    }
}
