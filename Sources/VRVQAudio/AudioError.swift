/// What went wrong with an audio file, a pipe or an output. Each error is one line that a user can act on.
public struct AudioError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    public enum Code: Sendable {
        /// The path cannot be opened: missing, a folder, not permitted, a terminal.
        case cannotOpen
        /// The bytes are not audio in any format known here; an empty file is one such.
        case notAudio
        /// Audio, but of a kind that is not handled: too many channels, a rate out of range, a codec without writer.
        case unsupported
        /// The bytes claim to be audio and contradict themselves, or reading broke off with an error.
        case damaged
        /// The system refused bytes: disk full, quota, input/output error.
        case writeFailed
        /// The program that reads our output has gone away. Seen only by processes that ignore SIGPIPE; the system
        /// ends the others before a write can return.
        case closedPipe
        /// A format text or a setting that makes no sense, such as `s16le:0:2`.
        case badFormat
        /// The output exists and overwriting was not asked for.
        case alreadyExists
    }

    /// The kind of failure.
    public let code: Code
    /// One sentence: what is wrong and, where it can be said, what to do.
    public let message: String

    /// An error with its kind and a sentence.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The sentence.
    public var description: String { message }
}
