#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The audio of a folder or a list, under names of its own: below `data/NAME`, with `data/NAME.csv` beside it where it
/// was a list. Groups and the order of their files stay as they are, so that a run draws the same excerpts.
struct PackedSource {
    struct File: Equatable {
        let path: String
        /// Below `data`.
        let name: String
    }

    /// The last part of the path, without the ending of a list.
    let name: String
    /// Every file once.
    let files: [File]
    /// The text of the new list; nil for a folder.
    let list: String?

    /// What is to be named on the other machine.
    var place: String { list == nil ? "data/\(name)" : "data/\(name).csv" }

    /// Finds the files of a folder or a list.
    init(_ source: String) throws(DataError) {
        let groups = try AudioGroup.read([DataSource(path: source)])
        let path = Self.components(of: source)
        let isList = !Self.isFolder(source)
        let last = path.last ?? "audio"
        let name = isList ? String(last.dropLast(4)) : last
        let places = groups.flatMap(\.files).map(Self.components)
        // Folders of a list are as deep as they must be to tell its files apart.
        let above = isList ? Self.common(places) : path.count
        let files = groups.flatMap { group in
            group.files.map { file in
                (
                    group.name,
                    File(path: file, name: ([name] + Self.components(of: file)[above...]).joined(separator: "/"))
                )
            }
        }
        self.name = name
        var seen: Set<String> = []
        self.files = files.map(\.1).filter { seen.insert($0.name).inserted }
        list = isList ? Self.text(files.map { (path: $1.name, group: $0) }) : nil
    }

    /// Adds all to an archive.
    func add(to archive: inout TapeArchive) throws(RunError) {
        for file in files { try archive.add(file.path, as: "data/\(file.name)") }
        if let list { try archive.add(Array(list.utf8), as: place) }
    }

    private static func text(_ entries: [(path: String, group: String)]) -> String {
        "path,group\n" + entries.map { "\(quoted($0.path)),\(quoted($0.group))\n" }.joined()
    }

    private static func quoted(_ field: String) -> String {
        guard field.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return field }
        return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// Components of the absolute path, without `.` and `..`.
    private static func components(of path: String) -> [String] {
        var components: [String] = []
        for component in (path.hasPrefix("/") ? path : "\(workingFolder)/\(path)").split(separator: "/") {
            switch component {
            case ".": break
            case "..": _ = components.popLast()
            default: components.append(String(component))
            }
        }
        return components
    }

    /// Number of leading components that all paths share, their last ones left out.
    private static func common(_ paths: [[String]]) -> Int {
        guard var shared = paths.first?.dropLast() else { return 0 }
        for path in paths {
            let equal = zip(shared, path.dropLast()).prefix { $0 == $1 }.count
            shared = shared.prefix(equal)
        }
        return shared.count
    }

    private static var workingFolder: String {
        guard let path = getcwd(nil, 0) else { return "" }
        defer { free(path) }
        return String(cString: path)
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
