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
        let found = try Inputs(inputs, extensions: extensions)
        if output == "" { throw Failure.usage("--output is an empty text where a file or folder is to be named") }
        if output == "-" && found.files.count > 1 {
            throw Failure.usage("standard output takes one file, not \(found.files.count)")
        }
        let several = found.files.count > 1 || found.hasFolder
        let toFolder = output.map { $0 != "-" && ($0.hasSuffix("/") || Files.isFolder($0) || several) } ?? false
        items = found.files.map { file in
            Item(input: file.path, output: Self.output(file, output, toFolder: toFolder, outputExtension))
        }
        try check()
    }

    private static func output(
        _ file: Inputs.File, _ output: String?, toFolder: Bool, _ outputExtension: String
    ) -> String {
        let isStandard = file.path == "-"
        guard let output else {
            return isStandard ? "-" : Files.folder(of: file.path) + Files.stem(of: file.path) + "." + outputExtension
        }
        guard toFolder else { return output }
        let folder = output.hasSuffix("/") ? output : output + "/"
        if isStandard { return "\(folder)standard-input.\(outputExtension)" }
        return folder + Files.folder(of: file.relative) + Files.stem(of: file.relative) + "." + outputExtension
    }

    /// Refuses outputs that are inputs too, and two inputs that would become one output.
    private func check() throws {
        let inputs = Set(items.compactMap { $0.input == "-" ? nil : Files.identity(of: $0.input) })
        var seen: [String: String] = [:]
        for item in items where item.output != "-" {
            let (input, output) = (Text.printable(item.input), Text.printable(item.output))
            if let identity = Files.identity(of: item.output), identity.isRegular, inputs.contains(identity) {
                throw Failure.usage("\(output): output and input are the same file; name another output with -o")
            }
            let name = Files.collapsed(item.output)
            if let other = seen[name] {
                throw Failure.usage(
                    "\(Text.printable(other)) and \(input) would both become \(output); work on them one by one")
            }
            seen[name] = item.input
        }
    }

    /// Works on every item, `jobs` at once. A failure is reported and the others go on; afterwards the first failure
    /// decides the exit status.
    func run(jobs: Int, _ body: @Sendable (Item) throws -> Void) throws {
        if items.count == 1 {
            do { return try body(items[0]) } catch { throw Failure(error, subject: items[0].input) }
        }
        let next = Atomic<Int>(0)
        let first = Mutex<(index: Int, failure: Failure)?>(nil)
        let failed = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: min(jobs, items.count)) { _ in
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < items.count else { return }
                do { try body(items[index]) } catch {
                    let failure = Failure(error, subject: items[index].input)
                    failure.report()
                    failed.add(1, ordering: .relaxed)
                    first.withLock { if $0.map({ index < $0.index }) ?? true { $0 = (index, failure) } }
                }
            }
        }
        if let failure = first.withLock({ $0?.failure }) {
            let count = failed.load(ordering: .relaxed)
            throw Failure(failure.status, "\(count) of \(items.count) files failed; the others are done")
        }
    }
}
