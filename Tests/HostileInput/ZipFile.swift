/// Zip files of stored entries, without checksums: as much as the reader of checkpoints looks at.
enum ZipFile {
    static func stored(_ entries: [(name: String, data: [UInt8])]) -> [UInt8] {
        var file: [UInt8] = []
        var directory: [UInt8] = []
        for (name, data) in entries {
            let start = little(file.count, 4)
            // Version, flags, method, time, checksum, sizes, lengths of name and extra field.
            let head =
                [20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] + little(data.count, 4) + little(data.count, 4)
                + little(name.utf8.count, 2) + [0, 0]
            file += [0x50, 0x4B, 3, 4] + head + Array(name.utf8) + data
            directory += [0x50, 0x4B, 1, 2, 20, 0] + head + [UInt8](repeating: 0, count: 10) + start + Array(name.utf8)
        }
        let counts = little(entries.count, 2) + little(entries.count, 2)
        let end = little(directory.count, 4) + little(file.count, 4) + [0, 0]
        return file + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + counts + end
    }

    private static func little(_ number: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
}
