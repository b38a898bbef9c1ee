#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The system calls of a run's files, with failures as `RunError`.
enum Files {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Makes a folder, and those above it that are missing.
    static func makeFolder(_ path: String) throws(RunError) {
        if mkdir(path, 0o777) == 0 || errno == EEXIST { return }
        let failure = failure(path, "cannot be created")
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else { throw failure }
        try makeFolder(String(path[..<slash]))
        if mkdir(path, 0o777) != 0 && errno != EEXIST { throw Self.failure(path, "cannot be created") }
    }

    /// Names in a folder, sorted; none where there is no such folder.
    static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    static func read(_ path: String) throws(RunError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw RunError(.unreadable, "\(path): cannot be read: \(reason())") }
        defer { close(descriptor) }
        let size = Int(lseek(descriptor, 0, SEEK_END))
        lseek(descriptor, 0, SEEK_SET)
        var bytes = [UInt8](repeating: 0, count: max(0, size))
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeMutableBytes { systemRead(descriptor, $0.baseAddress! + done, $0.count - done) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw RunError(.unreadable, "\(path): cannot be read: \(reason())") }
            done += count
        }
        return bytes
    }

    /// Writes a file and waits until it is on the disk.
    static func write(_ bytes: [UInt8], to path: String) throws(RunError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure(path, "cannot be created") }
        defer { close(descriptor) }
        try writeAll(descriptor, bytes, path)
        if fsync(descriptor) != 0 { throw failure(path, "cannot be written") }
    }

    /// Writes a file that appears under its name only when it is complete.
    static func replace(_ path: String, with bytes: [UInt8]) throws(RunError) {
        let temporary = path + ".new"
        do {
            try write(bytes, to: temporary)
            try rename(temporary, to: path)
        } catch {
            unlink(temporary)
            throw error
        }
    }

    static func writeAll(_ descriptor: Int32, _ bytes: [UInt8], _ path: String) throws(RunError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress! + done, $0.count - done) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure(path, "cannot be written") }
            done += count
        }
    }

    static func rename(_ from: String, to: String) throws(RunError) {
        if systemRename(from, to) != 0 { throw failure(to, "cannot be put in place") }
        // The new name, too, must outlast a power cut.
        let folder = open(to.lastIndex(of: "/").map { String(to[..<$0]) } ?? ".", O_RDONLY | O_CLOEXEC)
        if folder >= 0 {
            fsync(folder)
            close(folder)
        }
    }

    /// Removes a file, or a folder with the files in it. What cannot be removed stays.
    static func remove(_ path: String) {
        if unlink(path) == 0 { return }
        for name in names(in: path) { remove("\(path)/\(name)") }
        rmdir(path)
    }

    static func failure(_ path: String, _ what: String) -> RunError {
        RunError(.output, "\(path): \(what): \(reason())")
    }

    /// The system's words for the last failed call.
    static func reason() -> String { String(cString: strerror(errno)) }
}

// The C functions whose names this type uses for its own.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}
private func systemWrite(_ descriptor: Int32, _ buffer: UnsafeRawPointer, _ count: Int) -> Int {
    write(descriptor, buffer, count)
}
private func systemRename(_ from: String, _ to: String) -> Int32 { rename(from, to) }
