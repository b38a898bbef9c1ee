/// Checksums of many ranges of the same bytes, each at the price of a few table look-ups: what a search for intact
/// sections in damaged bytes needs, whose cost would otherwise grow with the square of the damage.
///
/// The register of CRC-32C is linear in its input (over bits, addition being exclusive or). With the registers P of all
/// prefixes, started at zero, that of a range is P[end] + Z^length P[start], where Z takes in one zero byte.
struct RangeChecksums {
    private let bytes: [UInt8]
    /// No range that begins before this index will be asked for any more.
    var floor = 0
    /// Index of the first byte that `registers` knows.
    private var start = 0
    /// `registers[i]` after the bytes `start ..< start + i`.
    private var registers: [UInt32] = [0]

    /// Bytes that are known at a time: three of the longest sections.
    private static let window = 3 * (Limits.maximumSectionBytes + 16)

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// CRC-32C of a range of at most the longest section, at `floor` or little behind it.
    mutating func checksum(_ range: Range<Int>) -> UInt32 {
        if range.upperBound > start + registers.count - 1 { know(from: floor) }
        let before = registers[range.lowerBound - start] ^ .max
        return ~(registers[range.upperBound - start] ^ Self.shifted(before, zeroBytes: range.count))
    }

    private mutating func know(from first: Int) {
        let table = CRC32C.table
        start = first
        registers.removeAll(keepingCapacity: true)
        var register: UInt32 = 0
        registers.append(register)
        for byte in bytes[first...].prefix(Self.window) {
            register = register >> 8 ^ table[Int(UInt8(truncatingIfNeeded: register) ^ byte)]
            registers.append(register)
        }
    }

    /// Z to the power of `count` times a register.
    private static func shifted(_ register: UInt32, zeroBytes count: Int) -> UInt32 {
        var (register, rest, power) = (register, count, 0)
        while rest > 0 {
            if rest & 1 == 1 { register = product(powers[power], register) }
            rest >>= 1
            power += 1
        }
        return register
    }

    /// A matrix over bits, as columns, times a vector.
    private static func product(_ columns: [UInt32], _ vector: UInt32) -> UInt32 {
        var (sum, rest) = (UInt32(0), vector)
        while rest != 0 {
            sum ^= columns[rest.trailingZeroBitCount]
            rest &= rest - 1
        }
        return sum
    }

    /// Z, Z^2, Z^4, ... up to the longest section.
    private static let powers: [[UInt32]] = {
        var powers = [
            (0..<32).map { bit in
                let register = UInt32(1) << UInt32(bit)
                return register >> 8 ^ CRC32C.table[Int(UInt8(truncatingIfNeeded: register))]
            }
        ]
        while powers.count < 22 {
            let last = powers[powers.count - 1]
            powers.append(last.map { product(last, $0) })
        }
        return powers
    }()
}
