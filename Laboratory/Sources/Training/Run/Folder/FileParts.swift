/// Files that are stored in parts of bounded size: `NAME.1`, `NAME.2`, and so on, to be put together in that order.
/// A file that fits into one part keeps its name.
enum FileParts {
    /// 15 MiB.
    static let limit = 15 << 20

    /// Writes a file.
    /// - Parameter limit: bytes of a part; nil writes the file whole.
    static func write(_ bytes: [UInt8], to path: String, limit: Int?) throws(RunError) {
        guard let limit, bytes.count > limit else { return try Files.write(bytes, to: path) }
        for (number, start) in stride(from: 0, to: bytes.count, by: limit).enumerated() {
            let part = Array(bytes[start..<min(bytes.count, start + limit)])
            try Files.write(part, to: "\(path).\(number + 1)")
        }
    }

    /// Reads a file, whole or in parts.
    static func read(_ path: String) throws(RunError) -> [UInt8] {
        if Files.exists(path) || !Files.exists("\(path).1") { return try Files.read(path) }
        var bytes: [UInt8] = []
        var number = 1
        while Files.exists("\(path).\(number)") {
            bytes += try Files.read("\(path).\(number)")
            number += 1
        }
        return bytes
    }
}
