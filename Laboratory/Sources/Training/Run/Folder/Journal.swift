import VRVQ

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file of JSON objects, one a line, each with a member `step` that rises from line to line.
package final class Journal {
    private let path: String
    private let descriptor: Int32

    /// Opens the file for appending, and first drops what belongs to steps after `step`: lines of a run that went on
    /// after the checkpoint it is resumed from, and a last line that was cut short.
    package init(_ path: String, keepingTo step: Int) throws(RunError) {
        self.path = path
        if Files.exists(path) {
            let kept = try Self.lines(of: path).filter { ($0["step"]?.integerValue ?? .max) <= step }
            try Files.replace(path, with: Array(kept.map { $0.text + "\n" }.joined().utf8))
        }
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        if descriptor < 0 { throw Files.failure(path, "cannot be opened") }
    }

    deinit { close(descriptor) }

    /// Appends a line.
    package func append(_ members: [String: JSON]) throws(RunError) {
        try Files.writeAll(descriptor, Array((JSON.object(members).text + "\n").utf8), path)
    }

    /// All whole lines of a journal, in order.
    package static func lines(of path: String) throws(RunError) -> [JSON] {
        let bytes = try Files.read(path)
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            try? JSON(parsing: Array(line), what: "the journal")
        }
    }
}
