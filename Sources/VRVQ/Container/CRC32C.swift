/// CRC-32C (Castagnoli polynomial, reflected form 0x82F63B78, register preset to ones and inverted at the end), as in
/// iSCSI (RFC 3720, appendix B.4). FORMAT.md, section 3. The laboratory frames its event files with it.
@_spi(Laboratory) public struct CRC32C {
    /// The checksum of nothing yet.
    @_spi(Laboratory) public init() {}

    private var register: UInt32 = .max

    /// Effect of one byte on the register.
    static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
    }

    /// Takes more bytes in.
    @_spi(Laboratory) public mutating func update(_ bytes: ArraySlice<UInt8>) {
        let table = Self.table
        var register = register
        for byte in bytes { register = register >> 8 ^ table[Int(UInt8(truncatingIfNeeded: register) ^ byte)] }
        self.register = register
    }

    /// The checksum of the bytes so far.
    @_spi(Laboratory) public var value: UInt32 { ~register }

    /// The checksum of some bytes.
    @_spi(Laboratory) public static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var crc = CRC32C()
        crc.update(bytes)
        return crc.value
    }
}
