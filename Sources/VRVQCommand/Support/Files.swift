import VRVQ

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Files as bytes.
enum Files {
    /// The bytes of a file, mapped: pages come in when they are read, and a large model is never in memory twice.
    static func map(_ path: String) throws -> ModelBytes {
        let name = Text.printable(path)
        // Without blocking, so that a named pipe among the models cannot hold the program up.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Failure(.unreadable, "\(name): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Failure(.unreadable, "\(name): not a regular file")
        }
        let count = Int(status.st_size)
        guard count > 0 else { throw Failure(.unreadable, "\(name): the file is empty") }
        guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
            throw Failure(.unreadable, "\(name): \(String(cString: strerror(errno)))")
        }
        let address = UInt(bitPattern: base)
        return ModelBytes(region: UnsafeRawBufferPointer(start: base, count: count)) {
            munmap(UnsafeMutableRawPointer(bitPattern: address), count)
        }
    }

    /// What makes two paths the same file or folder.
    struct Identity: Hashable {
        let device: UInt64
        let inode: UInt64
        let isRegular: Bool
    }

    /// The file or folder behind a path, links followed; nil when there is none.
    static func identity(of path: String) -> Identity? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Identity(
            device: UInt64(truncatingIfNeeded: status.st_dev), inode: UInt64(truncatingIfNeeded: status.st_ino),
            isRegular: status.st_mode & S_IFMT == S_IFREG)
    }

    /// True when both paths are the same file.
    static func areSame(_ a: String, _ b: String) -> Bool {
        guard let first = identity(of: a), first.isRegular else { return false }
        return first == identity(of: b)
    }

    /// A path without what says nothing: doubled slashes and parts that are a dot.
    static func collapsed(_ path: String) -> String {
        let parts = path.split(separator: "/").filter { $0 != "." }
        return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }

    /// True for an existing folder.
    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Makes a folder and those above it.
    static func makeFolder(_ path: String) throws {
        if path.isEmpty || isFolder(path) { return }
        if let slash = path.dropLast().lastIndex(of: "/") { try makeFolder(String(path[..<slash])) }
        if mkdir(path, 0o777) != 0 && errno != EEXIST {
            throw Failure(
                .output, "\(Text.printable(path)): the folder cannot be made: \(String(cString: strerror(errno)))")
        }
    }

    /// The folder part of a path, with its slash; empty where there is none.
    static func folder(of path: String) -> String { path.lastIndex(of: "/").map { String(path[...$0]) } ?? "" }

    /// The last part of a path without its extension.
    static func stem(of path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
        return String(name[..<dot])
    }

    /// The extension in lower case, without its dot.
    static func fileExtension(of path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
        return name[name.index(after: dot)...].lowercased()
    }

    /// Names in a folder, sorted; those that begin with a dot are left out.
    static func names(in folder: String) throws -> [String] {
        guard let handle = opendir(folder) else {
            throw Failure(.unreadable, "\(Text.printable(folder)): \(String(cString: strerror(errno)))")
        }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }
}
