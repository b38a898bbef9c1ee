/// Unsigned LEB128 numbers of at most six bytes in their shortest form (FORMAT.md, section 2).
package enum Varint {
    /// Seven bits each: values below 2^42, enough for every count within `Limits`.
    package static let maximumBytes = 6
    /// The largest value that fits.
    package static let maximumValue = 1 << (7 * maximumBytes) - 1

    /// What the front of some bytes is.
    package enum Outcome: Equatable {
        case value(Int, length: Int)
        /// The bytes end inside the number.
        case incomplete
        /// More than six bytes, or a last byte of zero that a shorter form would do without.
        case overlong
    }

    /// Reads the number at the front of `bytes`.
    package static func decode(_ bytes: ArraySlice<UInt8>) -> Outcome {
        var value = 0
        for (place, byte) in bytes.prefix(maximumBytes).enumerated() {
            value |= Int(byte & 0x7f) << (7 * place)
            guard byte & 0x80 == 0 else { continue }
            return byte == 0 && place > 0 ? .overlong : .value(value, length: place + 1)
        }
        return bytes.count < maximumBytes ? .incomplete : .overlong
    }
}

extension [UInt8] {
    /// Appends a number in its shortest form.
    package mutating func appendVarint(_ number: Int) {
        precondition((0...Varint.maximumValue).contains(number))
        var rest = number
        while rest > 0x7f {
            append(UInt8(rest & 0x7f) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }

    /// Appends four bytes, the lowest first.
    package mutating func appendUInt32(_ number: UInt32) {
        for place in 0..<4 { append(UInt8(truncatingIfNeeded: number >> (8 * place))) }
    }
}
