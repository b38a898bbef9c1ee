import ArgumentParser
import VRVQ

/// `vrvq tags`.
struct Tags: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List or change the tags of a .vrvq file.",
        discussion: """
            Without --set and --remove the tags are printed, one KEY=VALUE a line. Otherwise the file is rewritten \
            at once; everything but the tags stays as it is, byte for byte. Keys are compared without regard to case.
            """)

    @Argument(help: "A .vrvq file; for listing also - for standard input.")
    var file: String

    @Option(
        name: .long, parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Set a tag in place of those with its key; may repeat.", valueName: "key=value"))
    var set: [String] = []

    @Option(
        name: .long, parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Remove the tags with this key; may repeat.", valueName: "key"))
    var remove: [String] = []

    @Flag(name: .long, help: "Print the tags as one JSON object, changed or not.")
    var json = false

    func run() throws {
        do { try work() } catch { throw Failure(error, subject: file) }
    }

    private func work() throws {
        let new = try set.map { try Self.tag($0) }
        let isChange = !set.isEmpty || !remove.isEmpty
        if isChange && file == "-" { throw Failure.usage("standard input cannot be changed: name a file") }
        let bytes = try EditedFile.read(file)
        var tags = try TagEditing.tags(of: bytes, contextModels: ModelLibrary.contextModels)
        if isChange {
            tags = TagEditing.edited(tags, setting: new, removing: remove)
            let changed = try TagEditing.replacingTags(
                of: bytes, with: tags, contextModels: ModelLibrary.contextModels)
            try EditedFile.write(changed, to: file, overwrite: true)
        }
        if json { return try Text.print(Self.json(file, tags).text) }
        if !isChange {
            try Text.print(tags.map { "\(Text.printable($0.key))=\(Text.printable($0.value))" })
        }
    }

    private static func tag(_ text: String) throws -> Tag {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            throw Failure.usage("--set needs KEY=VALUE, not \(Text.printable(text))")
        }
        return Tag(key: String(text[..<equals]), value: String(text[text.index(after: equals)...]))
    }

    private static func json(_ file: String, _ tags: [Tag]) -> JSON {
        let list = tags.map { JSON.object(["key": .string($0.key), "value": .string($0.value)]) }
        return .object(["file": .string(file), "tags": .array(list)])
    }
}
