/// Writes numbers of up to 32 bits, the highest bit first, and fills the last byte up with zeros.
package struct BitWriter {
    package private(set) var bytes: [UInt8]
    private var pending: UInt64 = 0
    private var pendingBits = 0

    /// Continues after bytes that are already there.
    package init(after bytes: [UInt8]) {
        self.bytes = bytes
    }

    package mutating func append(_ value: Int, bits: Int) {
        pending = pending << UInt64(bits) | UInt64(value)
        pendingBits += bits
        while pendingBits >= 8 {
            pendingBits -= 8
            bytes.append(UInt8(truncatingIfNeeded: pending >> UInt64(pendingBits)))
        }
    }

    /// Fills the last byte up.
    package mutating func finish() {
        if pendingBits > 0 { append(0, bits: 8 - pendingBits) }
    }
}

/// Reads numbers of up to 32 bits, the highest bit first.
package struct BitReader {
    private let bytes: ArraySlice<UInt8>
    private var position: Int
    private var pending: UInt64 = 0
    private var pendingBits = 0

    package init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    /// The next number, or nil where the bytes end before it.
    package mutating func read(_ bits: Int) -> Int? {
        while pendingBits < bits {
            guard position < bytes.endIndex else { return nil }
            pending = pending << 8 | UInt64(bytes[position])
            position += 1
            pendingBits += 8
        }
        pendingBits -= bits
        return Int(pending >> UInt64(pendingBits) & (1 << UInt64(bits) - 1))
    }

    /// Whole bytes that were not touched.
    package var untouchedBytes: Int { bytes.endIndex - position }

    /// Whether the bits that fill the last byte are zero.
    package var paddingIsZero: Bool { pending & (1 << UInt64(pendingBits) - 1) == 0 }
}
