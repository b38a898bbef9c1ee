#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// An archive for `tar` (POSIX.1-2001: ustar, with a pax record where a name is long), written in parts. It holds names
/// and contents alone, so that the same files give the same bytes.
struct TapeArchive {
    private static let block = 512
    private static let copied = 1 << 20
    /// Bytes of the longest name that the plain header takes.
    private static let longestName = 100
    /// Eleven octal digits.
    private static let largestFile = 1 << 33 - 1

    private(set) var files = 0
    private(set) var parts: PartWriter

    init(_ parts: PartWriter) { self.parts = parts }

    /// Adds a file under another name, read a piece at a time.
    mutating func add(_ path: String, as name: String) throws(RunError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw RunError(.unreadable, "\(path): cannot be read: \(Files.reason())") }
        defer { close(descriptor) }
        let size = try Self.size(descriptor, path)
        try begin(name, size: size)
        var left = size
        while left > 0 {
            let piece = try Self.piece(descriptor, min(left, Self.copied), path)
            try parts.append(piece)
            left -= piece.count
        }
        try pad(size)
    }

    /// Adds a file of these bytes.
    mutating func add(_ bytes: [UInt8], as name: String) throws(RunError) {
        try begin(name, size: bytes.count)
        try parts.append(bytes)
        try pad(bytes.count)
    }

    /// Ends the archive; nothing can be added any more.
    mutating func finish() throws(RunError) {
        try parts.append([UInt8](repeating: 0, count: 2 * Self.block))
        try parts.finish()
    }

    private mutating func begin(_ name: String, size: Int) throws(RunError) {
        files += 1
        if name.utf8.count > Self.longestName {
            let record = Self.record("path=\(name)")
            try parts.append(Self.header("name", size: record.count, type: "x"))
            try parts.append(record)
            try pad(record.count)
        }
        try parts.append(Self.header(name, size: size, type: "0"))
    }

    private mutating func pad(_ size: Int) throws(RunError) {
        try parts.append([UInt8](repeating: 0, count: -size & (Self.block - 1)))
    }

    /// `LENGTH TEXT\n`, where the length counts its own digits.
    private static func record(_ text: String) -> [UInt8] {
        let rest = text.utf8.count + 2
        var length = rest
        while length != rest + String(length).count { length = rest + String(length).count }
        return Array("\(length) \(text)\n".utf8)
    }

    private static func header(_ name: String, size: Int, type: String) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: block)
        func put(_ text: String, at place: Int) {
            header.replaceSubrange(place..<place + text.utf8.count, with: text.utf8)
        }
        let bytes = Array(name.utf8.prefix(longestName))
        header.replaceSubrange(0..<bytes.count, with: bytes)
        put("0000644\u{0}0000000\u{0}0000000\u{0}", at: 100)
        put("\(octal(size))\u{0}\(octal(0))\u{0}", at: 124)
        put("        \(type)", at: 148)
        put("ustar\u{0}00", at: 257)
        // The sum of all bytes, its own field taken as blanks.
        put("\(octal(header.reduce(0) { $0 + Int($1) }, digits: 6))\u{0} ", at: 148)
        return header
    }

    private static func octal(_ value: Int, digits: Int = 11) -> String {
        let text = String(value, radix: 8)
        return String(repeating: "0", count: digits - text.count) + text
    }

    private static func size(_ descriptor: Int32, _ path: String) throws(RunError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw RunError(.unreadable, "\(path): not a plain file")
        }
        guard status.st_size <= largestFile else {
            throw RunError(.unreadable, "\(path): larger than 8 GiB; cut it into shorter files")
        }
        return Int(status.st_size)
    }

    private static func piece(_ descriptor: Int32, _ count: Int, _ path: String) throws(RunError) -> [UInt8] {
        var piece = [UInt8](repeating: 0, count: count)
        let got = piece.withUnsafeMutableBytes { read(descriptor, $0.baseAddress!, count) }
        if got < 0 { throw RunError(.unreadable, "\(path): cannot be read: \(Files.reason())") }
        if got == 0 { throw RunError(.unreadable, "\(path): became shorter while it was read") }
        piece.removeLast(count - got)
        return piece
    }
}
