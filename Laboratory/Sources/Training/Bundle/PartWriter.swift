/// A stream of bytes, cut into files of one size: `part-0001`, `part-0002`, and so on; the last one is shorter. The file
/// `list` names them with checksum and size, as `cksum` prints them. A part is kept in memory until it is full.
struct PartWriter {
    /// Least and greatest size of a part, in bytes.
    static let sizes = 1 << 16...1 << 30

    /// Bytes taken so far.
    private(set) var total = 0
    private(set) var parts = 0
    private let folder: String
    private let limit: Int
    private var bytes: [UInt8] = []
    private var list = ""

    /// - Parameter limit: bytes of a part, within ``sizes``.
    init(folder: String, limit: Int) throws(RunError) {
        precondition(Self.sizes.contains(limit))
        self.folder = folder
        self.limit = limit
        try Files.makeFolder(folder)
    }

    mutating func append(_ more: [UInt8]) throws(RunError) {
        var rest = more[...]
        while !rest.isEmpty {
            let taken = rest.prefix(limit - bytes.count)
            bytes += taken
            rest = rest.dropFirst(taken.count)
            total += taken.count
            if bytes.count == limit { try close() }
        }
    }

    /// Writes the last part and the list.
    mutating func finish() throws(RunError) {
        if !bytes.isEmpty { try close() }
        try Files.write(Array(list.utf8), to: "\(folder)/list")
    }

    private mutating func close() throws(RunError) {
        parts += 1
        let digits = String(parts)
        let name = "part-\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)"
        try Files.write(bytes, to: "\(folder)/\(name)")
        list += "\(Checksum.of(bytes)) \(bytes.count) \(name)\n"
        bytes.removeAll(keepingCapacity: true)
    }
}
