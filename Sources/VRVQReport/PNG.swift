/// A PNG file of 8-bit palette indices, without compression (stored blocks), so that nothing is needed to write it.
/// Sources: RFC 2083 (PNG), RFC 1950 and 1951 (zlib, deflate).
@_spi(Laboratory) public enum PNG {
    /// `pixels[y * width + x]`, row 0 at the top; up to 256 colours of three bytes each.
    @_spi(Laboratory) public static func encode(pixels: [UInt8], width: Int, palette: [UInt8]) -> [UInt8] {
        precondition(width > 0 && !pixels.isEmpty && pixels.count % width == 0)
        precondition(palette.count % 3 == 0 && (3...768).contains(palette.count))
        let height = pixels.count / width
        var lines: [UInt8] = []
        lines.reserveCapacity(pixels.count + height)
        for y in 0..<height {
            lines.append(0)
            lines += pixels[y * width..<(y + 1) * width]
        }
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            + chunk("IHDR", word(width) + word(height) + [8, 3, 0, 0, 0])
            + chunk("PLTE", palette) + chunk("IDAT", stored(lines)) + chunk("IEND", [])
    }

    private static func word(_ value: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    private static func chunk(_ type: String, _ body: [UInt8]) -> [UInt8] {
        let named = Array(type.utf8) + body
        return word(body.count) + named + word(Int(crc(named)))
    }

    /// zlib stream of stored blocks.
    private static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = [0x78, 0x01]
        for start in stride(from: 0, to: bytes.count, by: 65535) {
            let block = bytes[start..<min(bytes.count, start + 65535)]
            let (low, high) = (UInt8(block.count & 255), UInt8(block.count >> 8))
            result += [block.endIndex == bytes.count ? 1 : 0, low, high, ~low, ~high]
            result += block
        }
        return result + word(Int(adler(bytes)))
    }

    package static func adler(_ bytes: [UInt8]) -> UInt32 {
        var (a, b): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            a = (a + UInt32(byte)) % 65521
            b = (b + a) % 65521
        }
        return b << 16 | a
    }

    package static func crc(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { table[Int(($0 ^ UInt32($1)) & 255)] ^ $0 >> 8 }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
    }
}

/// Bytes as base64 text (RFC 4648).
package func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start..<min(bytes.count, start + 3)]
        var bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
        bits &= 0xFF_FFFF
        for place in 0..<4 {
            text.append(place <= group.count ? digits[bits >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
        }
    }
    return String(decoding: text, as: UTF8.self)
}
