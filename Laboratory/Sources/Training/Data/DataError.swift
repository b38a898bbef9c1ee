/// What is wrong with the training data, in one line that says what to do.
package struct DataError: Error, Equatable, Sendable, CustomStringConvertible {
    /// One sentence.
    package let description: String

    package init(_ description: String) { self.description = description }
}
