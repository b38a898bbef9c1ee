/// The models with which the chunks of one stream are written or read.
struct ChunkModels: Sendable {
    /// For coding 3; a reader makes it with the first such chunk.
    var adaptive: AdaptiveModel?
    /// For coding 4.
    var learned: LearnedModel?
    /// Range-codes even where plain bits are shorter; for tests.
    var isNeverPacked = false
    /// What the stream said of its context model, for messages.
    private var named: EntropyModelSection?

    /// For reading.
    init() {}

    /// For writing.
    /// - Throws: `badSetting` for a context model of another shape.
    init(_ format: StreamFormat, _ entropy: EntropyCoding) throws(VRVQError) {
        if case .packed = entropy { return }
        adaptive = AdaptiveModel(format)
        guard case .learned(let context) = entropy else { return }
        guard let model = LearnedModel(context, format) else {
            throw VRVQError(.badSetting, "the entropy model \(context.fingerprint) is not for codes of this shape")
        }
        learned = model
    }

    /// Takes the context model that a stream names, if it is at hand. The chunk that needs it is what fails.
    mutating func use(_ context: ContextModel?, _ section: EntropyModelSection, _ format: StreamFormat) {
        named = section
        learned = context.flatMap { LearnedModel($0, format) }
    }

    /// How to write what is read with them.
    var coding: EntropyCoding { learned.map { .learned($0.context) } ?? .adaptive }

    /// The error of a chunk in coding 4 without its model.
    func missing(_ cursor: ByteCursor, offset: Int) -> VRVQError {
        guard let named else {
            return VRVQError(
                .malformed, "\(cursor.context): it needs an entropy model, but the stream names none", offset: offset)
        }
        return VRVQError(
            .modelMismatch,
            "\(cursor.context) needs the entropy model \(named.fingerprint), which no model file at hand holds: "
                + "install the file of the model that made the stream, or name it", offset: offset)
    }
}

/// The section that names the context model of later chunks (FORMAT.md, section 7.5).
struct EntropyModelSection: Equatable, Sendable {
    let fingerprint: Fingerprint
    let name: String

    init(fingerprint: Fingerprint, name: String = "") { (self.fingerprint, self.name) = (fingerprint, name) }

    init(_ cursor: inout ByteCursor) throws(VRVQError) {
        fingerprint = Fingerprint(bytes: try cursor.bytes(8, "fingerprint"))
        name = try cursor.string("name", limit: Limits.maximumModelNameBytes)
        try cursor.expectEnd()
    }

    /// The whole section.
    var bytes: [UInt8] {
        var payload = fingerprint.bytes
        payload.appendVarint(name.utf8.count)
        return Section.bytes(.entropyModel, payload: payload + Array(name.utf8))
    }
}
