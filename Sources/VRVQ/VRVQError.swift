/// What went wrong with data that came from outside. Programming mistakes trap; data never does.
public struct VRVQError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    public enum Code: Sendable {
        /// The bytes are not what they claim to be: a wrong magic, a bad checksum, a count out of range.
        case malformed
        /// The bytes end before the stream does.
        case truncated
        /// A version, a section or a payload coding that this build does not know.
        case unsupported
        /// A stated bound would be exceeded (see the constants in `Limits`).
        case limitExceeded
        /// The stream was made with another model than the one at hand.
        case modelMismatch
        /// A model file that is not one, or that lacks what the network needs.
        case badModel
        /// Samples that cannot be coded: a NaN, an infinity, channels of unequal length.
        case badAudio
        /// A setting outside its range: a scale that is not positive, more codebooks than the model has.
        case badSetting
    }

    /// The kind of failure.
    public let code: Code
    /// One sentence: what is wrong and, where it can be said, what to do.
    public let message: String
    /// Byte offset into the stream or file where it was noticed.
    public let offset: Int?

    /// An error with its kind, a sentence and the byte offset where it was noticed.
    public init(_ code: Code, _ message: String, offset: Int? = nil) {
        self.code = code
        self.message = message
        self.offset = offset
    }

    /// The sentence, with the byte offset where one is known.
    public var description: String { offset.map { "\(message) (at byte \($0))" } ?? message }
}
