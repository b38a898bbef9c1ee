/// Files that were named, or found in folders that were named.
struct Inputs {
    /// A file and what its output is called after.
    struct File {
        /// The path to open, `-` for standard input.
        let path: String
        /// The path below the folder that was named; for a file that was named itself, its name.
        let relative: String
    }

    private(set) var files: [File] = []
    /// True when one of the inputs was a folder.
    private(set) var hasFolder = false
    private var visited: Set<Files.Identity> = []

    /// - Parameters:
    ///   - paths: files, folders, or `-`.
    ///   - extensions: what is taken from folders, in lower case.
    init(_ paths: [String], extensions: Set<String>) throws {
        for path in paths {
            if path != "-" && Files.isFolder(path) {
                hasFolder = true
                try addFolder(path, extensions)
            } else {
                try addFile(path)
            }
        }
        if files.filter({ $0.path == "-" }).count > 1 { throw Failure.usage("standard input can be read only once") }
    }

    private mutating func addFile(_ path: String) throws {
        if path.isEmpty { throw Failure.usage("an input is an empty text where a file is to be named") }
        try Self.checkName(path)
        files.append(File(path: path, relative: path.split(separator: "/").last.map(String.init) ?? path))
    }

    private mutating func addFolder(_ path: String, _ extensions: Set<String>) throws {
        var root = path
        while root.hasSuffix("/") { root.removeLast() }
        let before = files.count
        visited = []
        try add(root: root, below: "", extensions)
        if files.count == before {
            let wanted = extensions.sorted().map { "." + $0 }.joined(separator: " ")
            throw Failure(.unreadable, "\(Text.printable(path)): no file in this folder ends in one of \(wanted)")
        }
    }

    /// Links to folders are followed, but no folder is entered twice: links may form loops.
    private mutating func add(root: String, below folder: String, _ extensions: Set<String>) throws {
        let place = folder.isEmpty ? root + "/" : "\(root)/\(folder)"
        guard let identity = Files.identity(of: place), visited.insert(identity).inserted else { return }
        for name in try Files.names(in: place) {
            let relative = folder.isEmpty ? name : "\(folder)/\(name)"
            if Files.isFolder("\(root)/\(relative)") {
                try add(root: root, below: relative, extensions)
            } else if extensions.contains(Files.fileExtension(of: name)) {
                try Self.checkName("\(root)/\(relative)")
                files.append(File(path: "\(root)/\(relative)", relative: relative))
            }
        }
    }

    /// Paths are text here; bytes that are no UTF-8 arrive as replacement characters, and name no file any more.
    private static func checkName(_ path: String) throws {
        guard path.contains("\u{FFFD}"), Files.identity(of: path) == nil else { return }
        throw Failure(.unreadable, "\(Text.printable(path)): the name is not valid UTF-8; rename it first")
    }
}
