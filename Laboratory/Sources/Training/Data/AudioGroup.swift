#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A folder or a list to take audio from.
package struct DataSource: Equatable, Sendable {
    /// A folder, searched with all below it, or a list (`.csv`).
    package var path: String
    /// The group of everything in it. Nil: what the list says, else the name of folder or list.
    package var group: String?

    package init(path: String, group: String? = nil) {
        self.path = path
        self.group = group
    }
}

/// Audio files that belong together. Every group is drawn from equally often, whatever its size.
package struct AudioGroup: Equatable, Sendable {
    /// The name, for messages and statistics.
    package let name: String
    /// Paths, in an order that depends on names only; at least one.
    package let files: [String]

    package init(name: String, files: [String]) {
        self.name = name
        self.files = files
    }
}

extension AudioGroup {
    /// Name endings of what libsndfile reads, in lower case; headerless samples are not among them.
    static let extensions: Set<String> = [
        "8svx", "aif", "aifc", "aiff", "au", "avr", "caf", "flac", "htk", "iff", "ircam", "mat", "mp1", "mp2", "mp3",
        "mpc2k", "nist", "oga", "ogg", "opus", "paf", "pvf", "rf64", "sd2", "sf", "snd", "sph", "svx", "voc", "w64",
        "wav", "wave", "wavex", "wve", "xi",
    ]

    /// Folders inside folders that are followed at most.
    private static let deepest = 64

    /// The groups of some sources, in the order in which they are first named. Files of one group from several sources
    /// are joined. Throws when a source cannot be read or holds no audio, or when there is no source.
    package static func read(_ sources: [DataSource]) throws(DataError) -> [AudioGroup] {
        if sources.isEmpty { throw DataError("no training data: name folders of audio, or lists with a column `path`") }
        var (order, files): ([String], [String: [String]]) = ([], [:])
        for source in sources {
            for (group, path) in try entries(of: source) {
                if files[group] == nil { order.append(group) }
                files[group, default: []].append(path)
            }
        }
        return order.map { AudioGroup(name: $0, files: files[$0]!) }
    }

    private static func entries(of source: DataSource) throws(DataError) -> [(group: String, path: String)] {
        let path = source.path
        var isFolder = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw DataError("\(path): no such folder or list")
        }
        if isFolder {
            let files = try audio(in: path)
            if files.isEmpty { throw DataError("\(path): no audio file in this folder or below it") }
            let group = source.group ?? name(of: path)
            return files.map { (group, $0) }
        }
        guard fileExtension(path) == "csv" else {
            throw DataError("\(path): neither a folder nor a list of files whose name ends in .csv")
        }
        return try listed(path, group: source.group)
    }

    private static func listed(_ path: String, group: String?) throws(DataError) -> [(group: String, path: String)] {
        guard let data = FileManager.default.contents(atPath: path) else { throw DataError("\(path): cannot be read") }
        let list = try SourceList(String(decoding: data, as: UTF8.self), name: path)
        if list.entries.isEmpty { throw DataError("\(path): the list names no file") }
        let folder = path.contains("/") ? String(path[..<path.lastIndex(of: "/")!]) : "."
        return list.entries.map { entry in
            (
                group ?? entry.group ?? name(of: path),
                entry.path.hasPrefix("/") ? entry.path : "\(folder)/\(entry.path)"
            )
        }
    }

    /// Audio files of a folder and of those below it, sorted by path. Hidden ones are passed over.
    private static func audio(in folder: String, depth: Int = 0) throws(DataError) -> [String] {
        if depth > deepest {
            throw DataError("\(folder): more than \(deepest) folders deep; does a link go in a circle?")
        }
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: folder) } catch {
            throw DataError("\(folder): cannot be listed")
        }
        var files: [String] = []
        for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) where !name.hasPrefix(".") {
            let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
            var isFolder = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { continue }
            if isFolder {
                files += try audio(in: path, depth: depth + 1)
            } else if extensions.contains(fileExtension(name)) {
                files.append(path)
            }
        }
        return files
    }

    private static func fileExtension(_ path: String) -> String {
        let last = path.split(separator: "/").last ?? ""
        guard let dot = last.lastIndex(of: ".") else { return "" }
        return last[last.index(after: dot)...].lowercased()
    }

    /// The last component, without ending.
    private static func name(of path: String) -> String {
        let last = path.split(separator: "/").last { $0 != "." }.map { String($0) } ?? "audio"
        return fileExtension(last) == "csv" ? String(last.dropLast(4)) : last
    }
}
