#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The few system calls this room makes, with interruption handled and failures as `AudioError`.
enum System {
    /// The system's own words for the last failed call.
    static func reason() -> String { String(cString: strerror(errno)) }

    /// What a path or descriptor is, as far as reading and writing differ by it.
    enum Kind { case regular, folder, special }

    static func openForReading(_ path: String) throws(AudioError) -> Int32 {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw AudioError(.cannotOpen, "\(path): cannot be opened: \(reason())") }
        return descriptor
    }

    static func openForWriting(_ path: String) throws(AudioError) -> Int32 {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        if descriptor < 0 { throw AudioError(.cannotOpen, "\(path): cannot be opened for writing: \(reason())") }
        return descriptor
    }

    static func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }

    /// Kind, byte count and permission bits of an open descriptor; nil when the system does not say.
    static func status(of descriptor: Int32) -> (kind: Kind, size: Int, mode: mode_t)? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? describe(status) : nil
    }

    /// The same for a path, links followed; nil when there is nothing under that name.
    static func status(of path: String) -> (kind: Kind, size: Int, mode: mode_t)? {
        var status = stat()
        return stat(path, &status) == 0 ? describe(status) : nil
    }

    private static func describe(_ status: stat) -> (kind: Kind, size: Int, mode: mode_t) {
        let kind: Kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .folder
            default: .special
            }
        return (kind, Int(status.st_size), status.st_mode & 0o7777)
    }

    static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    static func position(of descriptor: Int32) -> Int { Int(lseek(descriptor, 0, SEEK_CUR)) }

    @discardableResult
    static func move(_ descriptor: Int32, to offset: Int, from origin: Int32 = SEEK_SET) -> Int {
        Int(lseek(descriptor, off_t(offset), origin))
    }

    /// Reads at least one byte unless the input has ended (0).
    static func readSome(
        _ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer, _ name: String
    ) throws(AudioError) -> Int {
        while true {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            if errno != EINTR { throw AudioError(.damaged, "\(name): reading failed: \(reason())") }
        }
    }

    /// Writes all bytes. Throws `closedPipe` or `writeFailed`.
    static func writeAll(
        _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, _ name: String
    ) throws(AudioError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = write(descriptor, part.baseAddress, part.count)
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EPIPE {
                throw AudioError(.closedPipe, "\(name): the reader has closed the pipe")
            } else if errno != EINTR {
                throw AudioError(.writeFailed, "\(name): writing failed: \(reason())")
            }
        }
    }

    /// Creates a file that must not exist yet, readable and writable.
    static func create(_ path: String) throws(AudioError) -> Int32 {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        if descriptor < 0 { throw AudioError(.cannotOpen, "\(path): cannot be created: \(reason())") }
        return descriptor
    }

    static func remove(_ path: String) { _ = unlink(path) }

    static func setMode(_ descriptor: Int32, _ mode: mode_t) { _ = fchmod(descriptor, mode) }

    /// The path with links resolved; nil when it does not exist.
    static func resolved(_ path: String) -> String? {
        guard let text = realpath(path, nil) else { return nil }
        defer { free(text) }
        return String(cString: text)
    }

    /// Gives `from` the name `to`, replacing what was there.
    static func replace(_ to: String, by from: String) throws(AudioError) {
        if rename(from, to) != 0 { throw AudioError(.writeFailed, "\(to): cannot be put in place: \(reason())") }
    }

    /// Gives `from` the name `to` unless that name is taken.
    static func place(_ from: String, as to: String) throws(AudioError) {
        if link(from, to) == 0 {
            remove(from)
        } else if errno == EEXIST || access(to, F_OK) == 0 {
            throw AudioError(.alreadyExists, "\(to): exists already")
        } else {
            // A file system without hard links: the check just made is all the protection there is.
            try replace(to, by: from)
        }
    }

    /// The folder for temporary files.
    static var temporaryFolder: String {
        guard let text = getenv("TMPDIR"), text.pointee != 0 else { return "/tmp" }
        return String(cString: text)
    }
}
