/// The versions of other libraries' symbols that an ELF file (64 bits, little-endian) asks for, such as `GLIBC_2.34`
/// (Linux Standard Base, "Symbol Versioning": the section of type `SHT_GNU_verneed`).
struct VersionNeeds {
    let names: Set<String>

    /// Reads them; `path` is how messages call the file.
    init(_ bytes: [UInt8], path: String) throws(RunError) {
        guard let names = Reader(bytes: bytes).names() else {
            throw RunError(.damaged, "\(path): not a complete ELF file of 64 bits")
        }
        self.names = Set(names)
    }

    /// The highest version of a library's symbols, such as `2.34` for `GLIBC`; nil where none is asked for.
    static func latest(_ library: String, among names: Set<String>) -> String? {
        let versions = names.compactMap { name in
            name.hasPrefix("\(library)_") ? numbers(name.dropFirst(library.count + 1)) : nil
        }
        return versions.max { $0.lexicographicallyPrecedes($1) }?.map { String($0) }.joined(separator: ".")
    }

    /// `2.3.4` as numbers; nil for names such as `PRIVATE`. Relative relocations in packed form, which have a name
    /// instead of a version, came with glibc 2.36.
    private static func numbers(_ text: Substring) -> [Int]? {
        if text == "ABI_DT_RELR" { return [2, 36] }
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
        return numbers.contains(nil) ? nil : numbers.compactMap { $0 }
    }

    /// Reads fields of a file that may be broken: nil where one lies outside.
    private struct Reader {
        let bytes: [UInt8]

        private static let neededVersions = 0x6FFF_FFFE
        /// Versions that are looked at, at most.
        private static let most = 1 << 14

        func names() -> [String]? {
            guard bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]), let table = value(40, 8), let size = value(58, 2),
                let count = value(60, 2)
            else { return nil }
            var names: [String] = []
            for index in 0..<count {
                let section = table + index * size
                guard let type = value(section + 4, 4) else { return nil }
                guard type == Self.neededVersions else { continue }
                guard let found = versions(section, table: table, size: size) else { return nil }
                names += found
            }
            return names
        }

        /// The names in a section: a chain of libraries, each with a chain of versions.
        private func versions(_ section: Int, table: Int, size: Int) -> [String]? {
            guard var library = value(section + 24, 8), let link = value(section + 40, 4),
                let strings = value(table + link * size + 24, 8)
            else { return nil }
            var names: [String] = []
            while names.count < Self.most {
                guard let first = value(library + 8, 4), let next = value(library + 12, 4) else { return nil }
                var version = library + first
                while names.count < Self.most {
                    guard let name = value(version + 8, 4), let text = text(strings + name),
                        let following = value(version + 12, 4)
                    else { return nil }
                    names.append(text)
                    if following == 0 { break }
                    version += following
                }
                if next == 0 { return names }
                library += next
            }
            return nil
        }

        /// An unsigned number of so many bytes.
        private func value(_ place: Int, _ count: Int) -> Int? {
            guard place >= 0, place <= bytes.count - count else { return nil }
            var value: UInt64 = 0
            for index in (0..<count).reversed() { value = value << 8 | UInt64(bytes[place + index]) }
            // No file is as large as that; sums of such numbers cannot overflow.
            return value < 1 << 40 ? Int(value) : nil
        }

        private func text(_ place: Int) -> String? {
            guard place >= 0, place < bytes.count else { return nil }
            return String(decoding: bytes[place...].prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
