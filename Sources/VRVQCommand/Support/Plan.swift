import Dispatch
import Synchronization

/// Which inputs become which outputs, settled before the first byte is written.
struct Plan {
    struct Item {
        let input: String
        let output: String
    }

    let items: [Item]

    /// - Parameters:
    ///   - inputs: files, folders, or `-`.
    ///   - output: a file, a folder, `-`, or nothing for files beside their inputs.
    ///   - extensions: what is taken from folders.
    ///   - outputExtension: what outputs are called.
    init(
        inputs: [String], output: String?, extensions: Set<String>, outputExtension: String
    ) throws {
        var found: [(path: String, relative: String)] = []
        for input in inputs {
            if input != "-" && Files.isFolder(input) {
                let root = input.hasSuffix("/") ? String(input.dropLast()) : input
                let files = Self.files(in: root, below: "", extensions)
                if files.isEmpty { throw Failure(.unreadable, "\(Text.printable(input)): nothing in it to work on") }
                found += files.map { ("\(root)/\($0)", $0) }
            } else {
                found.append((input, input.split(separator: "/").last.map(String.init) ?? input))
            }
        }
        let severalOrFolder = found.count > 1 || inputs.contains { $0 != "-" && Files.isFolder($0) }
        let toFolder = output.map { $0.hasSuffix("/") || Files.isFolder($0) || severalOrFolder } ?? false
        if output == "-" && found.count > 1 {
            throw Failure.usage("standard output takes one file, not \(found.count)")
        }
        items = try found.map { path, relative in
            Item(
                input: path,
                output: try Self.output(
                    path, relative, output, toFolder: toFolder && output != "-", outputExtension))
        }
        try check()
    }

    private static func output(
        _ path: String, _ relative: String, _ output: String?, toFolder: Bool, _ outputExtension: String
    ) throws -> String {
        guard let output else {
            if path == "-" { return "-" }
            return Files.folder(of: path) + Files.stem(of: path) + "." + outputExtension
        }
        guard toFolder else { return output }
        let folder = output.hasSuffix("/") ? output : output + "/"
        let stem = path == "-" ? "standard-input" : Files.stem(of: relative)
        return folder + Files.folder(of: path == "-" ? "" : relative) + stem + "." + outputExtension
    }

    private func check() throws {
        var seen: [String: String] = [:]
        for item in items where item.output != "-" {
            if Files.areSame(item.input, item.output) || item.input == item.output {
                throw Failure.usage("\(Text.printable(item.output)): output and input are the same file")
            }
            if let other = seen[item.output] {
                throw Failure.usage(
                    "\(Text.printable(other)) and \(Text.printable(item.input)) would both become \(Text.printable(item.output))"
                )
            }
            seen[item.output] = item.input
        }
    }

    private static func files(in root: String, below folder: String, _ extensions: Set<String>) -> [String] {
        var files: [String] = []
        for name in Files.names(in: folder.isEmpty ? root : "\(root)/\(folder)") {
            let relative = folder.isEmpty ? name : "\(folder)/\(name)"
            if Files.isFolder("\(root)/\(relative)") {
                files += Self.files(in: root, below: relative, extensions)
            } else if extensions.contains(Files.fileExtension(of: name)) {
                files.append(relative)
            }
        }
        return files
    }

    /// Works on every item, `jobs` at once. A failure is reported and the others go on; afterwards the first failure
    /// decides the exit status.
    func run(jobs: Int, _ body: @Sendable (Item) throws -> Void) throws {
        if items.count == 1 {
            do { return try body(items[0]) } catch { throw Failure(error, subject: items[0].input) }
        }
        let next = Atomic<Int>(0)
        let worst = Mutex<Failure?>(nil)
        DispatchQueue.concurrentPerform(iterations: min(jobs, items.count)) { _ in
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < items.count else { return }
                do { try body(items[index]) } catch {
                    let failure = Failure(error, subject: items[index].input)
                    failure.report()
                    worst.withLock { $0 = $0 ?? failure }
                }
            }
        }
        if let failure = worst.withLock({ $0 }) {
            throw Failure(failure.status, "not all of the \(items.count) files could be worked on")
        }
    }
}
