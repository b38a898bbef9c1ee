import VRVQ

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

    /// The whole file as bytes that can be read at any place; nil for pipes, and for a file of which some was read.
    func stream() -> StreamBytes? {
        guard let byteCount, lseek(descriptor, 0, SEEK_CUR) == 0 else { return nil }
        return StreamBytes(count: byteCount) { [self] (range) throws(VRVQError) in try bytes(of: range) }
    }

    private func bytes(of range: Range<Int>) throws(VRVQError) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < range.count {
            let (rest, offset) = (range.count - bytes.count, range.lowerBound + bytes.count)
            var failure: Int32 = 0
            let more = [UInt8](unsafeUninitializedCapacity: rest) { buffer, count in
                let got = pread(descriptor, buffer.baseAddress, rest, off_t(offset))
                if got < 0 { failure = errno }
                count = max(0, got)
            }
            if failure == EINTR { continue }
            guard !more.isEmpty else {
                let reason = failure == 0 ? "it became shorter while it was read" : String(cString: strerror(failure))
                throw VRVQError(.truncated, "the file cannot be read: \(reason)", offset: offset)
            }
            bytes += more
        }
        return bytes
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
