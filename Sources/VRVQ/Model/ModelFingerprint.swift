import CVRVQKernels
import VRVQNetwork

extension Model {
    /// What the fingerprint is made from: lines of ASCII, each ended by a line feed.
    ///
    ///     vrvq-model-1
    ///     <architecture as canonical JSON: `Architecture.json.text`>
    ///     <name> <type> <shape> <hash>
    ///
    /// with one line of the last kind for each of `Network.parameters`, in ascending order of the names' bytes: type
    /// as in safetensors, sizes joined by `,`, and the SHA-256 of the values as stored (little-endian, row-major) in
    /// lower-case hexadecimal. The fingerprint is the first 8 bytes of the SHA-256 of these lines. Name, card and
    /// further arrays of the file do not count.
    package var fingerprintText: String {
        var text = "vrvq-model-1\n" + architecture.json.text + "\n"
        let parameters = network.parameters.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        for parameter in parameters {
            let type = stored.elementType(of: parameter.name)?.rawValue ?? ""
            let shape = parameter.shape.map(String.init).joined(separator: ",")
            let hash = stored.withStoredBytes(of: parameter.name) { SHA256.digest($0) } ?? []
            text += "\(parameter.name) \(type) \(shape) \(SHA256.hexadecimal(hash))\n"
        }
        return text
    }

    func makeFingerprint() -> Fingerprint {
        let digest = Array(fingerprintText.utf8).withUnsafeBytes { SHA256.digest($0) }
        return Fingerprint(bytes: digest.prefix(8))
    }
}

/// SHA-256 (FIPS 180-4) of memory.
enum SHA256 {
    static func digest(_ raw: UnsafeRawBufferPointer) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { out, initialized in
            vrvq_sha256(out.baseAddress!, raw.baseAddress, raw.count)
            initialized = 32
        }
    }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        var text = ""
        for byte in bytes { text += (byte < 16 ? "0" : "") + String(byte, radix: 16) }
        return text
    }
}
