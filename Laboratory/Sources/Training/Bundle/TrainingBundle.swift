import CBundle

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A folder that trains on another machine.
///
///     train            the launcher, see Laboratory/Bundle
///     README.md
///     bin/             the running program, compressed
///     lib/             the shared libraries that it has loaded
///     plugin/          the plugin's source, compiled there
///     needs            the versions of glibc and libstdc++ that are needed, one a line
///     parts/           audio and runs: an archive for tar in parts, and their list
package struct TrainingBundle {
    /// Folders of audio and lists to take along.
    package var data: [String] = []
    /// Runs to take along, each with its last checkpoint.
    package var runs: [String] = []
    /// Bytes of a part.
    package var partBytes = FileParts.limit

    package init() {}

    /// Writes the folder, which must not be there yet or be empty; it appears when it is complete. Gives lines about it.
    package func write(to folder: String) throws(RunError) -> [String] {
        if !Files.names(in: folder).isEmpty {
            throw RunError(.output, "\(folder): exists already; name a new folder")
        }
        let content = try content()
        let path = RunFolder(folder).path
        let temporary = path + ".new"
        if Files.exists(temporary) {
            throw RunError(.output, "\(temporary): is left from an earlier attempt; remove it")
        }
        do {
            var lines = [try writeProgram(temporary)]
            if let line = try Self.writeParts(temporary, content, partBytes) { lines.append(line) }
            try Files.rename(temporary, to: path)
            return lines.map { "\(path): \($0)" }
        } catch {
            Files.remove(temporary)
            throw error
        }
    }

    /// The size that a person writes, such as `15M`: bytes, or with K, M or G that many times 1024; nil for others.
    package static func bytes(_ text: String) -> Int? {
        let shift = ["K": 10, "M": 20, "G": 30][text.suffix(1).uppercased()] ?? 0
        guard let count = Int(shift == 0 ? text[...] : text.dropLast()), count > 0, count < 1 << 31 else { return nil }
        return PartWriter.sizes.contains(count << shift) ? count << shift : nil
    }
}

extension TrainingBundle {
    #if os(Linux) && arch(x86_64) && canImport(Glibc)
        /// Writes all but the parts.
        private func writeProgram(_ folder: String) throws(RunError) -> String {
            let libraries = LoadedLibraries()
            if let swift = libraries.swift {
                throw RunError(
                    .usage,
                    "this program needs \(swift), which other machines lack; run make bundle, or build it with "
                        + "--static-swift-stdlib")
            }
            var (bytes, needs): (Int, Set<String>) = (0, [])
            func copy(_ path: String, _ name: String) throws(RunError) {
                let content = try Files.read(path)
                needs.formUnion(try VersionNeeds(content, path: path).names)
                bytes += content.count
                try Self.write(content, to: "\(folder)/\(name)", mode: 0o644)
            }
            for library in libraries.files { try copy(library.path, "lib/\(library.name)") }
            bytes += try Self.writeFiles(folder)
            let program = "/proc/self/exe"
            needs.formUnion(try VersionNeeds(try Files.read(program), path: program).names)
            try Files.makeFolder("\(folder)/bin")
            bytes += try Compression.compress(program, to: "\(folder)/bin/vrvq-train.xz")
            try Self.write(Array(Self.text(needs).utf8), to: "\(folder)/needs", mode: 0o644)
            let size = decimal(Double(bytes) / 1_048_576, 1)
            let glibc = VersionNeeds.latest("GLIBC", among: needs) ?? "any"
            return "vrvq-train and \(libraries.files.count) libraries, \(size) MiB; needs glibc \(glibc) or newer"
        }
    #else
        private func writeProgram(_ folder: String) throws(RunError) -> String {
            throw RunError(.usage, "a bundle can be made on Linux on x86-64 only")
        }
    #endif

    private static func text(_ needs: Set<String>) -> String {
        [("glibc", "GLIBC"), ("libstdc++", "GLIBCXX")].map { name, library in
            "\(name) \(VersionNeeds.latest(library, among: needs) ?? "0.0")\n"
        }.joined()
    }

    /// The launcher, its page and the plugin's source; gives their size.
    private static func writeFiles(_ folder: String) throws(RunError) -> Int {
        var bytes = 0
        for file in embedded {
            try write(file.bytes, to: "\(folder)/\(file.path)", mode: file.isExecutable ? 0o755 : 0o644)
            bytes += file.bytes.count
        }
        return bytes
    }

    /// The files that are compiled in.
    static var embedded: [(path: String, bytes: [UInt8], isExecutable: Bool)] {
        UnsafeBufferPointer(start: vt_bundle_files(), count: vt_bundle_file_count()).map { file in
            let bytes = [UInt8](UnsafeBufferPointer(start: file.bytes, count: file.size))
            return (String(cString: file.path), bytes, file.is_executable)
        }
    }

    private static func write(_ bytes: [UInt8], to path: String, mode: mode_t) throws(RunError) {
        try Files.makeFolder(String(path[..<path.lastIndex(of: "/")!]))
        try Files.write(bytes, to: path)
        if chmod(path, mode) != 0 { throw Files.failure(path, "cannot be made executable") }
    }
}

extension TrainingBundle {
    /// What the parts are to hold.
    private struct Content {
        var sources: [PackedSource] = []
        var runs: [PackedRun] = []
    }

    private func content() throws(RunError) -> Content {
        var content = Content()
        for path in data {
            do { content.sources.append(try PackedSource(path)) } catch { throw RunError(error) }
        }
        for path in runs { content.runs.append(try PackedRun(path)) }
        for names in [content.sources.map(\.name), content.runs.map(\.name)] {
            if let name = Self.repeated(names) {
                throw RunError(.usage, "two are called \(name), but they need names of their own; rename one of them")
            }
        }
        return content
    }

    private static func repeated(_ names: [String]) -> String? {
        var seen: Set<String> = []
        return names.first { !seen.insert($0).inserted }
    }

    /// Writes audio and runs; nothing where there are none.
    private static func writeParts(_ folder: String, _ content: Content, _ bytes: Int) throws(RunError) -> String? {
        if content.sources.isEmpty && content.runs.isEmpty { return nil }
        var archive = TapeArchive(try PartWriter(folder: "\(folder)/parts", limit: bytes))
        for source in content.sources { try source.add(to: &archive) }
        for run in content.runs { try run.add(to: &archive) }
        try archive.finish()
        let size = decimal(Double(archive.parts.total) / 1_048_576, 1)
        let places = content.sources.map(\.place) + content.runs.map(\.place)
        return "\(archive.files) files in \(archive.parts.parts) parts, \(size) MiB: \(places.joined(separator: ", "))"
    }
}
