/// What an import found, by name, for people to read.
public struct ImportReport: Equatable, Sendable {
    /// Kinds of file.
    public enum Source: String, Sendable {
        /// A vrvq model file.
        case model = "vrvq model"
        /// The trainer's export: safetensors with `format` = `vrvq`.
        case export = "vrvq training export"
        /// A PyTorch checkpoint of the published DAC or VRVQ code.
        case torch = "PyTorch checkpoint"
        /// Safetensors under the published names.
        case safetensors = "safetensors under published names"
        /// Hugging Face's DAC.
        case huggingFace = "Hugging Face DAC"
    }

    /// An array whose shape is not the network's.
    public struct Mismatch: Equatable, Sendable {
        /// Name in the file.
        public let name: String
        /// Shape that the network needs.
        public let expected: [Int]
        /// Shape in the file.
        public let found: [Int]

        /// A mismatch from its name and shapes.
        public init(name: String, expected: [Int], found: [Int]) {
            self.name = name
            self.expected = expected
            self.found = found
        }
    }

    /// Kind of file.
    public var source: Source
    /// Arrays of the network that the file has, under the network's names.
    public var matched: [String] = []
    /// Arrays of the network that it lacks.
    public var missing: [String] = []
    /// Arrays of the file, under its own names, that the network has no use for.
    public var unexpected: [String] = []
    /// Arrays of another shape, or of a type that weights cannot be read from.
    public var mismatched: [Mismatch] = []
    /// What was inferred, assumed or found odd, a sentence each.
    public var notes: [String] = []

    /// Whether file and network hold the same arrays.
    public var isComplete: Bool { missing.isEmpty && unexpected.isEmpty && mismatched.isEmpty }

    /// The report as JSON.
    public var json: JSON {
        func texts(_ list: [String]) -> JSON { .array(list.map { .string($0) }) }
        let mismatches = mismatched.map { mismatch in
            JSON.object([
                "name": .string(mismatch.name), "expected": .integers(mismatch.expected),
                "found": .integers(mismatch.found),
            ])
        }
        return .object([
            "source": .string(source.rawValue), "matched": texts(matched), "missing": texts(missing),
            "unexpected": texts(unexpected), "mismatched": .array(mismatches), "notes": texts(notes),
        ])
    }
}
