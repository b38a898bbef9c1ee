/// Writes symbols as one long number, each narrowing an interval in proportion to its frequency (FORMAT.md, section
/// 6.4.1). Integers only. `RangeDecoder` is its twin.
package struct RangeEncoder {
    /// Greatest total of frequencies.
    package static let maximumTotal = 1 << 16
    /// Below this the interval is widened by a byte.
    package static let leastRange: UInt32 = 1 << 24

    package private(set) var bytes: [UInt8]
    /// Start of the interval: 32 bits, and a 33rd that carries into the bytes before.
    private var low: UInt64 = 0
    private var range: UInt32 = .max
    /// The last byte that is settled but for a carry, and the bytes of ones behind it.
    private var held: UInt8?
    private var heldOnes = 0
    private var shifts = 0

    /// Continues after bytes that are already there.
    package init(after bytes: [UInt8] = []) { self.bytes = bytes }

    /// Bits spent so far, in 256ths.
    package var position: Int { RangeMeasure.position(shifts: shifts, range: range) }

    /// Writes the symbol that has `frequency` of `total`, with `start` before it.
    package mutating func encode(start: Int, frequency: Int, total: Int) {
        precondition(frequency > 0 && start >= 0 && start + frequency <= total && total <= Self.maximumTotal)
        let unit = range / UInt32(total)
        low += UInt64(unit) * UInt64(start)
        range = unit * UInt32(frequency)
        while range < Self.leastRange {
            range <<= 8
            shift()
        }
    }

    /// Ends the number with the fewest bytes and returns all bytes.
    package mutating func finish() -> [UInt8] {
        let mask = UInt64(Self.leastRange - 1)
        low = (low + mask) & ~mask
        shift()
        shift()
        return bytes
    }

    /// Moves the highest byte of `low` out.
    private mutating func shift() {
        shifts += 1
        if low < 0xff00_0000 || low >> 32 != 0 {
            let carry = UInt8(low >> 32)
            if let held { bytes.append(held &+ carry) }
            bytes += repeatElement(0xff &+ carry, count: heldOnes)
            held = UInt8(truncatingIfNeeded: low >> 24)
            heldOnes = 0
        } else {
            heldOnes += 1
        }
        low = (low & 0x00ff_ffff) << 8
    }
}

/// Counts what a range coder has spent, without floating point and alike on both sides.
package enum RangeMeasure {
    /// Bits in 256ths after so many bytes moved out, with this range left.
    static func position(shifts: Int, range: UInt32) -> Int { (shifts * 8 + 32) * 256 - logarithm(range) }

    /// log2 of a positive number in 256ths, rounded down.
    package static func logarithm(_ value: UInt32) -> Int {
        let whole = 31 - value.leadingZeroBitCount
        var mantissa = UInt64(value) << UInt64(31 - whole)
        var fraction = 0
        for _ in 0..<8 {
            mantissa = (mantissa * mantissa) >> 31
            let bit = mantissa >> 32
            mantissa >>= bit
            fraction = fraction << 1 | Int(bit)
        }
        return whole << 8 | fraction
    }
}
