/// Where an excerpt came from.
package struct Origin: Equatable, Sendable, CustomStringConvertible {
    /// The group of the file.
    package var group: String
    /// The file.
    package var file: String
    /// Where in the file the excerpt starts, in seconds.
    package var seconds: Double
    /// The item's position in the global batch.
    package var position: Int

    /// File and offset, for messages.
    package var description: String {
        let milliseconds = Int((seconds * 1000).rounded())
        let fraction = String(1000 + milliseconds % 1000).dropFirst()
        return "\(file) at \(milliseconds / 1000).\(fraction) s"
    }
}

/// Mono samples that are trained on, with where they came from.
package struct Excerpt: Equatable, Sendable {
    /// Samples, full scale 1.
    package var samples: [Float]
    /// File and offset.
    package var origin: Origin
}

/// A file that could not be used.
package struct BrokenFile: Equatable, Sendable {
    /// Its path.
    package var path: String
    /// What is wrong with it, in one line that names it.
    package var reason: String
}

/// The items of one process in one step.
package struct Batch: Equatable, Sendable {
    /// The step the items belong to.
    package var step: Int
    /// Samples, `[items][excerpt]`, row-major.
    package var samples: [Float]
    /// Samples per item.
    package var excerpt: Int
    /// Where each item came from, in order.
    package var origins: [Origin]

    /// Number of items.
    package var items: Int { origins.count }

    init(step: Int, excerpts: [Excerpt], excerpt: Int) {
        self.step = step
        self.excerpt = excerpt
        samples = []
        samples.reserveCapacity(excerpts.count * excerpt)
        for item in excerpts { samples += item.samples }
        origins = excerpts.map(\.origin)
    }
}
