/// Identifies a model: the first 8 bytes of a hash of its weights and configuration. Two models with the same
/// fingerprint are taken to be the same; a stream names the one that it was made with.
public struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
    /// The 8 bytes, the first one in the highest place.
    private let value: UInt64

    /// A fingerprint from exactly 8 bytes.
    public init(bytes: some Collection<UInt8>) {
        precondition(bytes.count == 8, "a fingerprint is 8 bytes")
        value = bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// A fingerprint from 16 hexadecimal digits, of either case; nil for anything else.
    public init?(hex: String) {
        let digits = hex.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == 16, hex.utf8.count == 16 else { return nil }
        value = digits.reduce(0) { $0 << 4 | UInt64($1) }
    }

    /// The 8 bytes in the order in which they are stored.
    public var bytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * $0)) } }

    /// 16 lower-case hexadecimal digits.
    public var description: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
