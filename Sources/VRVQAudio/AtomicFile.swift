import Synchronization

/// An output that appears under its name only when it is complete.
///
/// Bytes go to a hidden file in the same folder, which ``finish()`` renames; ``cancel()``, or the end of the object
/// without `finish()`, removes it. Standard output (`-`) and special files (`/dev/null`, pipes) are written directly.
/// A process that is killed leaves the hidden file (`.vrvq-*.tmp`) behind. A closed pipe is reported as an error only
/// in a process that ignores SIGPIPE, as the program `vrvq` does.
public final class AtomicFile {
    /// How the output is called in messages.
    public let name: String
    /// True when bytes already written can be replaced by ``rewrite(_:at:)``.
    public let isSeekable: Bool
    /// Bytes written by ``write(_:)-(UnsafeRawBufferPointer)`` so far.
    public private(set) var byteCount = 0

    private static let unfinished = Mutex<Set<String>>([])
    /// For writers that seek by themselves.
    let descriptor: Descriptor
    private let overwrite: Bool
    private let target: String
    private var temporary: String?

    /// Opens an output. An existing file is refused with `alreadyExists` unless `overwrite` is set; what it holds stays
    /// untouched until `finish()`. Throws `cannotOpen` when the folder is missing or may not be written.
    public init(path: String, overwrite: Bool = false) throws(AudioError) {
        self.overwrite = overwrite
        let status = System.status(of: path)
        if path == "-" || path == "/dev/stdout" {
            (name, target, isSeekable, descriptor) = ("standard output", path, false, Descriptor(1))
            return
        }
        name = path
        target = System.resolved(path) ?? path
        if status?.kind == .folder { throw AudioError(.cannotOpen, "\(path): a folder; name a file in it") }
        if status?.kind == .special {
            isSeekable = false
            descriptor = Descriptor(try System.openForWriting(path))
            return
        }
        if status != nil && !overwrite { throw Self.exists(path) }
        let temporary = Self.folder(of: target) + Descriptor.temporaryName()
        do throws(AudioError) { descriptor = Descriptor(try System.create(temporary)) } catch {
            throw AudioError(.cannotOpen, "\(path): cannot be created: \(System.reason())")
        }
        isSeekable = true
        self.temporary = temporary
        Self.unfinished.withLock { _ = $0.insert(temporary) }
        if let status { System.setMode(descriptor.number, status.mode) }
    }

    deinit { cancel() }

    /// True for outputs that go straight to a pipe, a device or standard output.
    public static func isDirect(_ path: String) -> Bool {
        path == "-" || path == "/dev/stdout" || System.status(of: path)?.kind == .special
    }

    /// Appends bytes. Throws `writeFailed` or `closedPipe`.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(AudioError) {
        try System.writeAll(descriptor.number, bytes, name)
        byteCount += bytes.count
    }

    /// Appends bytes. Throws `writeFailed` or `closedPipe`.
    public func write(_ bytes: [UInt8]) throws(AudioError) {
        try bytes.withBytes { (bytes) throws(AudioError) in try write(bytes) }
    }

    /// Appends text as UTF-8. Throws `writeFailed` or `closedPipe`.
    public func write(_ text: String) throws(AudioError) { try write(Array(text.utf8)) }

    /// Replaces bytes written before; the next `write` appends again. Only where ``isSeekable``.
    public func rewrite(_ bytes: [UInt8], at offset: Int) throws(AudioError) {
        precondition(isSeekable && offset >= 0 && offset + bytes.count <= byteCount)
        System.move(descriptor.number, to: offset)
        try bytes.withBytes { (bytes) throws(AudioError) in
            try System.writeAll(descriptor.number, bytes, name)
        }
        System.move(descriptor.number, to: byteCount)
    }

    /// Gives the file its name. Throws `alreadyExists` when the name was taken meanwhile.
    public func finish() throws(AudioError) {
        guard let temporary else { return }
        // Under the lock, so that an interruption comes before or after, never between.
        let result: Result<Void, AudioError> = Self.unfinished.withLock { unfinished in
            do throws(AudioError) {
                if overwrite {
                    try System.replace(target, by: temporary)
                } else {
                    try System.place(temporary, as: target)
                }
                unfinished.remove(temporary)
                return .success(())
            } catch { return .failure(error) }
        }
        try result.get()
        self.temporary = nil
    }

    /// Removes what was written, unless `finish()` came before. Direct outputs keep what they got.
    public func cancel() {
        guard let temporary else { return }
        System.remove(temporary)
        Self.unfinished.withLock { _ = $0.remove(temporary) }
        self.temporary = nil
    }

    /// Removes the hidden files of every output that is not finished. For a program that is about to end, because a
    /// signal came: outputs that are still being written fail or vanish.
    public static func removeUnfinished() {
        unfinished.withLock { for path in $0 { System.remove(path) } }
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    }

    private static func exists(_ path: String) -> AudioError {
        AudioError(.alreadyExists, "\(path): exists already; choose another name or ask to overwrite")
    }
}
