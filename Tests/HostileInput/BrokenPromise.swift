import VRVQ

/// A reader did something else than read or refuse.
public struct BrokenPromise: Error, CustomStringConvertible {
    /// What it did.
    public let description: String
}

/// Throws unless something holds.
func promise(_ holds: Bool, _ words: @autoclosure () -> String) throws(BrokenPromise) {
    guard holds else { throw BrokenPromise(description: words()) }
}

/// The result of a reader, or nil where it refuses; its error has to be one printable line about a place in the bytes.
/// - Parameter count: bytes of the stream that offsets lie in; nil where they are those of a part of it.
func attempt<Result>(
    in count: Int? = nil, _ body: () throws(VRVQError) -> Result
) throws(BrokenPromise) -> Result? {
    let error: VRVQError
    do throws(VRVQError) { return try body() } catch let caught { error = caught }
    try promise(!error.message.isEmpty, "an error without a word")
    let isLine = error.message.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    try promise(isLine, "an error with control characters: \(error.message.debugDescription)")
    if let count, let offset = error.offset {
        try promise((0...count).contains(offset), "an error at byte \(offset) of \(count): \(error.message)")
    }
    return nil
}
