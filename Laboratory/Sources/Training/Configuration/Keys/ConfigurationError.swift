/// A configuration that cannot be used: one line that names the place, the key and what to write instead.
package struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Where it stands and what is wrong, without a line break.
    package let description: String

    package init(_ description: String) { self.description = description }

    init(_ place: Place, _ message: String) { description = "\(place): \(message)" }
}

/// Where a setting was written.
package struct Place: Equatable, Sendable, CustomStringConvertible {
    /// A file's path, `preset NAME` or `--set`.
    let source: String
    /// Line in the file, from 1.
    let line: Int?

    package init(_ source: String, line: Int? = nil) {
        self.source = source
        self.line = line
    }

    package var description: String { line.map { "\(source):\($0)" } ?? source }
}
