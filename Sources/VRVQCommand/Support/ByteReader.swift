#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Bytes of a file or of standard input (`-`), in pieces.
final class ByteReader {
    private let descriptor: Int32
    private let name: String
    /// Bytes of a regular file; nil for pipes.
    let byteCount: Int?

    init(path: String) throws {
        name = path == "-" ? "standard input" : Text.printable(path)
        descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(.unreadable, "\(name): \(String(cString: strerror(errno)))") }
        var status = stat()
        fstat(descriptor, &status)
        let kind = status.st_mode & S_IFMT
        byteCount = kind == S_IFREG ? Int(status.st_size) : nil
        if kind == S_IFDIR { throw Failure(.unreadable, "\(name): a folder, not a file") }
        if isatty(descriptor) == 1 {
            throw Failure(.unreadable, "\(name): a terminal; name a file or send a stream through a pipe")
        }
    }

    deinit { if descriptor > 0 { close(descriptor) } }

    /// Up to `limit` bytes, as many as are there; nil at the end.
    func read(upTo limit: Int) throws -> [UInt8]? {
        while true {
            var failure: Int32 = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
                let got = systemRead(descriptor, buffer.baseAddress, limit)
                if got < 0 { failure = errno }
                count = max(0, got)
            }
            if failure == EINTR { continue }
            if failure != 0 { throw Failure(.unreadable, "\(name): \(String(cString: strerror(failure)))") }
            return bytes.isEmpty ? nil : bytes
        }
    }

    /// All bytes, refused beyond a bound.
    func readAll(limit: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let more = try read(upTo: 1 << 16) {
            bytes += more
            guard bytes.count <= limit else { throw Failure(.unreadable, "\(name): more than \(Text.bytes(limit))") }
        }
        return bytes
    }
}

/// The C library's `read`, which a method of the same name would hide.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}
