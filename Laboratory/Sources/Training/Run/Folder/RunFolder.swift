import VRVQ

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What a run keeps on disk.
///
///     configuration.yaml   every setting
///     journal.jsonl        one object a logged step
///     validation.jsonl     one object a validation
///     checkpoints/STEP     state after so many steps, see `Checkpoint`
///     best                 a link to the checkpoint with the best validation
///     samples/STEP         decoded excerpts of the validation
///     events               for TensorBoard
package struct RunFolder: Sendable {
    package let path: String

    package init(_ path: String) {
        var path = path
        while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
        self.path = path
    }

    package var configuration: String { "\(path)/configuration.yaml" }
    package var journal: String { "\(path)/journal.jsonl" }
    package var validation: String { "\(path)/validation.jsonl" }
    package var checkpoints: String { "\(path)/checkpoints" }
    package var best: String { "\(path)/best" }
    package var samples: String { "\(path)/samples" }
    package var events: String { "\(path)/events" }

    /// Whether there is anything under a path.
    package static func isFile(_ path: String) -> Bool { Files.exists(path) }

    /// Makes a new run's folder, which must not be there or be empty.
    package func create(_ configuration: TrainingConfiguration) throws(RunError) {
        if Files.exists(self.configuration) {
            throw RunError(
                .output, "\(path): holds a run already; go on with `vrvq-train resume \(path)`, or name another")
        }
        if !Files.names(in: path).isEmpty { throw RunError(.output, "\(path): is not empty; name a new folder") }
        try Files.makeFolder(checkpoints)
        try store(configuration)
    }

    /// Makes a run's folder again that somebody removed while it was training.
    func restore(_ configuration: TrainingConfiguration) throws(RunError) {
        guard !Files.exists(self.configuration) else { return }
        try Files.makeFolder(checkpoints)
        try store(configuration)
    }

    /// Writes the configuration.
    package func store(_ configuration: TrainingConfiguration) throws(RunError) {
        try Files.replace(self.configuration, with: Array(configuration.yaml.utf8))
    }

    /// The configuration of a run that is there.
    package func stored(settings: [String] = []) throws -> TrainingConfiguration {
        guard Files.exists(configuration) else {
            throw RunError(.unreadable, "\(path): no run (it has no configuration.yaml)")
        }
        return try TrainingConfiguration(file: configuration, settings: settings)
    }

    /// Steps of the complete checkpoints, rising.
    package var steps: [Int] {
        Files.names(in: checkpoints).compactMap { name in
            name.utf8.allSatisfy { (48...57).contains($0) } ? Int(name) : nil
        }.sorted()
    }

    /// The folder of a checkpoint.
    package func checkpoint(_ step: Int) -> String { "\(checkpoints)/\(Self.padded(step))" }

    /// The folder of the checkpoint that a person names: a step, `best` or `last`. Nil takes the best one where there is
    /// one, else the last. A path to a checkpoint itself is taken as it is.
    package func checkpoint(named name: String?) throws(RunError) -> String {
        if Files.exists("\(path)/manifest.json") { return path }
        guard Files.exists(configuration) else { throw RunError(.unreadable, "\(path): no run and no checkpoint") }
        let steps = steps
        guard let last = steps.last else { throw RunError(.unreadable, "\(path): has no checkpoint yet") }
        switch name {
        case "last": return checkpoint(last)
        case nil: return checkpoint(bestStep ?? last)
        case "best":
            guard let best = bestStep else { throw RunError(.unreadable, "\(path): has not been validated yet") }
            return checkpoint(best)
        case let name?:
            guard let step = Int(name), steps.contains(step) else {
                let list = steps.map(String.init).joined(separator: ", ")
                throw RunError(.usage, "--checkpoint \(name): take best, last or one of the steps \(list)")
            }
            return checkpoint(step)
        }
    }

    /// Step of the best checkpoint by validation.
    package var bestStep: Int? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes {
            readlink(best, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
        }
        guard count > 0 else { return nil }
        return String(decoding: buffer.prefix(count), as: UTF8.self).split(separator: "/").last.flatMap { Int($0) }
    }

    /// Makes a checkpoint the best one.
    package func setBest(_ step: Int) throws(RunError) {
        let temporary = "\(best).new"
        Files.remove(temporary)
        if symlink("checkpoints/\(Self.padded(step))", temporary) != 0 {
            throw Files.failure(best, "cannot be linked")
        }
        try Files.rename(temporary, to: best)
    }

    /// Removes all checkpoints but the last `count` and the best one, and what unfinished ones left behind.
    package func prune(keeping count: Int) {
        let best = bestStep
        for step in steps.dropLast(count) where step != best { Files.remove(checkpoint(step)) }
        for name in Files.names(in: checkpoints) where name.hasSuffix(".new") { Files.remove("\(checkpoints)/\(name)") }
    }

    /// Keeps a second process out for as long as the result lives.
    package func lock() throws(RunError) -> RunLock { try RunLock("\(path)/.lock") }

    private static func padded(_ step: Int) -> String {
        let digits = String(step)
        return String(repeating: "0", count: max(0, 9 - digits.count)) + digits
    }
}

/// A lock on a run, given back by the system even where the process is killed.
package final class RunLock {
    private let descriptor: Int32

    init(_ path: String) throws(RunError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        if descriptor < 0 { throw Files.failure(path, "cannot be created") }
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            close(descriptor)
            throw RunError(.output, "\(path): another process is training this run")
        }
    }

    deinit { close(descriptor) }
}
