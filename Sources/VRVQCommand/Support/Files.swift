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
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(.unreadable, "\(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Failure(.unreadable, "\(path): not a regular file")
        }
        let count = Int(status.st_size)
        guard count > 0 else { throw Failure(.unreadable, "\(path): the file is empty") }
        guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
            throw Failure(.unreadable, "\(path): \(String(cString: strerror(errno)))")
        }
        let address = UInt(bitPattern: base)
        return ModelBytes(region: UnsafeRawBufferPointer(start: base, count: count)) {
            munmap(UnsafeMutableRawPointer(bitPattern: address), count)
        }
    }

    /// True when both paths are the same file.
    static func areSame(_ a: String, _ b: String) -> Bool {
        var (first, second) = (stat(), stat())
        guard stat(a, &first) == 0, stat(b, &second) == 0 else { return false }
        return first.st_dev == second.st_dev && first.st_ino == second.st_ino && first.st_mode & S_IFMT == S_IFREG
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
            throw Failure(.output, "\(path): \(String(cString: strerror(errno)))")
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

    /// Names in a folder, sorted.
    static func names(in folder: String) -> [String] {
        guard let handle = opendir(folder) else { return [] }
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
