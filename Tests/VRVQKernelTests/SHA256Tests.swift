import CVRVQKernels
import Testing

/// SHA-256 against published vectors, and the machine's instructions against the portable code.
@Suite struct SHA256Tests {
    private typealias Function = (UnsafeMutablePointer<UInt8>, UnsafeRawPointer?, Int) -> Void
    private let both: [Function] = [vrvq_sha256, vrvq_sha256_portable]

    private func digest(_ function: Function, _ bytes: [UInt8]) -> [UInt8] {
        let input = GuardedMemory(bytes, side: .after), out = GuardedMemory<UInt8>(count: 32, side: .after)
        function(out.address, bytes.isEmpty ? nil : UnsafeRawPointer(input.address), bytes.count)
        #expect(out.isIntact)
        return out.values
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test func publishedVectors() {
        let vectors: [([UInt8], String)] = [
            ([], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (Array("abc".utf8), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                Array(repeating: UInt8(ascii: "a"), count: 1_000_000),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
            ),
        ]
        for function in both {
            for (message, expected) in vectors { #expect(hexadecimal(digest(function, message)) == expected) }
        }
    }

    /// The digest of the digests of 0, 1, ... 200 bytes (byte i is 7 i + 3), computed independently.
    @Test func everyLengthOfTheLastBlocks() {
        let message = (0..<200).map { UInt8(truncatingIfNeeded: 7 * $0 + 3) }
        for function in both {
            let all = (0...200).flatMap { digest(function, Array(message.prefix($0))) }
            #expect(
                hexadecimal(digest(function, all)) == "3275febb4612d86d586eb9f11cd21e648a9fc7d95e0f6b8d362786e28c9c5b79"
            )
        }
    }
}
