import VRVQ

/// A NumPy array of numbers or texts. Elements stay in their bytes until they are asked for.
package struct NPYArray {
    /// What the elements are, from type codes such as `<i2`, `|u1`, `>f8`, `<U16`.
    package enum Element: Equatable {
        case integer(isSigned: Bool)
        case float
        case text
        case characters
    }

    /// Elements along each axis.
    package let shape: [Int]
    /// What the elements are.
    package let element: Element
    /// Bytes of one.
    package let width: Int
    /// Elements from one to the next along each axis.
    package let strides: [Int]
    /// What to call it in messages.
    let name: String
    private let isBigEndian: Bool
    private let bytes: [UInt8]
    private let start: Int

    /// Number of elements.
    package var count: Int { shape.contains(0) ? 0 : shape.reduce(1, *) }

    /// Reads an array file. Its length must be that which its shape needs: nothing is taken on its word.
    package init(_ bytes: [UInt8], name: String) throws(VRVQError) {
        var start = 0
        let header = try NPYHeader(bytes, start: &start)
        (element, width, isBigEndian) = try Self.element(header.type, name)
        self.name = name
        shape = header.shape
        strides = Self.strides(header)
        let available = bytes.count - start
        var size = shape.contains(0) ? 0 : width
        for length in shape where size > 0 {
            let (next, overflow) = size.multipliedReportingOverflow(by: length)
            guard !overflow, next <= available else {
                throw VRVQError(.truncated, "\(name) ends before its last element", offset: bytes.count)
            }
            size = next
        }
        guard size == available else {
            throw VRVQError(.malformed, "\(name) has \(available) bytes of elements, its shape needs \(size)")
        }
        self.bytes = bytes
        self.start = start
    }

    private static func element(
        _ type: String, _ name: String
    ) throws(VRVQError) -> (Element, width: Int, isBigEndian: Bool) {
        let unknown = VRVQError(
            .unsupported, "\(name) has elements that are not read here: save it as int16 (astype('int16'))")
        var code = type[...]
        let order = code.first.flatMap { "<>|=".contains($0) ? $0 : nil }
        if order != nil { code = code.dropFirst() }
        guard let kind = code.popFirst(), let size = Int(code), (1...1 << 20).contains(size), order != "=" else {
            throw unknown
        }
        switch (kind, size) {
        case ("i", 1), ("i", 2), ("i", 4), ("i", 8): return (.integer(isSigned: true), size, order == ">")
        case ("u", 1), ("u", 2), ("u", 4), ("u", 8): return (.integer(isSigned: false), size, order == ">")
        case ("f", 4), ("f", 8): return (.float, size, order == ">")
        case ("U", _): return (.text, 4 * size, order == ">")
        case ("S", _): return (.characters, size, false)
        default: throw unknown
        }
    }

    private static func strides(_ header: NPYHeader) -> [Int] {
        var strides = [Int](repeating: 1, count: header.shape.count)
        let axes = header.isFortran ? Array(strides.indices) : strides.indices.reversed()
        var step = 1
        for axis in axes {
            strides[axis] = step
            step &*= header.shape[axis]
        }
        return strides
    }

    /// The integer at a place in memory (a sum of indices times strides); nil where it does not fit or is none.
    package func integer(at place: Int) -> Int? {
        guard case .integer(let isSigned) = element else { return nil }
        let bits = pattern(at: place)
        guard isSigned else { return Int(exactly: bits) }
        let unused = UInt64(64 - 8 * width)
        return Int(Int64(bitPattern: bits << unused) >> Int64(unused))
    }

    /// The number at a place in memory; nil where the elements are no floating-point numbers.
    package func float(at place: Int) -> Double? {
        guard element == .float else { return nil }
        let bits = pattern(at: place)
        return width == 4 ? Double(Float(bitPattern: UInt32(bits))) : Double(bitPattern: bits)
    }

    private func pattern(at place: Int) -> UInt64 {
        var bits: UInt64 = 0
        let base = start + place * width
        for index in 0..<width { bits = bits << 8 | UInt64(bytes[base + (isBigEndian ? index : width - 1 - index)]) }
        return bits
    }

    /// The only element as an integer.
    func integer() throws(VRVQError) -> Int {
        guard count == 1, let value = integer(at: 0) else { throw unfit("one integer") }
        return value
    }

    /// The only element as a number.
    func number() throws(VRVQError) -> Double {
        guard count == 1, let value = float(at: 0) ?? integer(at: 0).map(Double.init) else { throw unfit("one number") }
        return value
    }

    /// The only element as a text, without the zeros that fill it up.
    func text() throws(VRVQError) -> String {
        guard count == 1, element == .text || element == .characters else { throw unfit("one text") }
        let size = element == .text ? 4 : 1
        var text = String.UnicodeScalarView()
        for place in 0..<width / size {
            let base = start + place * size
            var value: UInt32 = 0
            for index in 0..<size {
                value = value << 8 | UInt32(bytes[base + (isBigEndian ? index : size - 1 - index)])
            }
            guard let scalar = Unicode.Scalar(value), size == 4 || value < 128 else { throw unfit("text in Unicode") }
            text.append(scalar)
        }
        while text.last == "\0" { text.removeLast() }
        return String(text)
    }

    /// All elements as bytes, for an array of single bytes on one axis.
    func content() throws(VRVQError) -> [UInt8] {
        guard element == .integer(isSigned: false), width == 1, shape.count == 1 else { throw unfit("a row of bytes") }
        return Array(bytes[start...])
    }

    /// All elements as integers, row by row; for arrays that are known to be short.
    package func integers() throws(VRVQError) -> [Int] {
        var values: [Int] = []
        let columns = shape.last ?? 1
        for index in 0..<count {
            let (row, column) = (index / columns, index % columns)
            let place = shape.count == 2 ? row * strides[0] + column * strides[1] : index
            guard shape.count <= 2, let value = integer(at: place) else { throw unfit("a row or table of integers") }
            values.append(value)
        }
        return values
    }

    func unfit(_ wanted: String) -> VRVQError { VRVQError(.malformed, "\(name) is not \(wanted)") }
}

/// Writes array files.
enum NPYWriter {
    static func integers(_ values: [Int], shape: [Int]? = nil) -> [UInt8] {
        var bytes = NPYHeader(type: "<i8", shape: shape ?? [values.count]).bytes
        for value in values { bytes.append(little: UInt64(bitPattern: Int64(value)), 8) }
        return bytes
    }

    static func integer(_ value: Int) -> [UInt8] { integers([value], shape: []) }

    static func float(_ value: Float) -> [UInt8] {
        var bytes = NPYHeader(type: "<f4", shape: []).bytes
        bytes.append(little: UInt64(value.bitPattern), 4)
        return bytes
    }

    static func text(_ text: String) -> [UInt8] {
        let scalars = text.unicodeScalars
        var bytes = NPYHeader(type: "<U\(max(1, scalars.count))", shape: []).bytes
        for scalar in scalars { bytes.append(little: UInt64(scalar.value), 4) }
        if scalars.isEmpty { bytes.append(little: 0, 4) }
        return bytes
    }

    static func bytes(_ content: [UInt8], shape: [Int]? = nil) -> [UInt8] {
        NPYHeader(type: "|u1", shape: shape ?? [content.count]).bytes + content
    }
}

extension [UInt8] {
    /// Appends the low `count` bytes of a number, the lowest first.
    mutating func append(little value: UInt64, _ count: Int) {
        for place in 0..<count { append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(place)))) }
    }
}
