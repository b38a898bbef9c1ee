/// The checksum of POSIX `cksum`: CRC-32 of polynomial 0x04C11DB7, most significant bit first, over the bytes and then
/// their number (lowest byte first, as many as it needs), inverted.
enum Checksum {
    private static let table: [UInt32] = (0..<256).map { index in
        var value = UInt32(index) << 24
        for _ in 0..<8 { value = value << 1 ^ (value >> 31 == 1 ? 0x04C1_1DB7 : 0) }
        return value
    }

    static func of(_ bytes: [UInt8]) -> UInt32 {
        var register: UInt32 = 0
        func take(_ byte: UInt8) { register = register << 8 ^ table[Int(UInt8(register >> 24) ^ byte)] }
        for byte in bytes { take(byte) }
        var count = bytes.count
        while count > 0 {
            take(UInt8(truncatingIfNeeded: count))
            count >>= 8
        }
        return ~register
    }
}
