/// How a writer makes chunks small. Readers take all of it: every chunk says how it was written.
public enum EntropyCoding: Equatable, Sendable {
    /// The best there is: `learned` where the model has a context model, else `adaptive`.
    case best
    /// Plain bits only (payload codings 0 and 2): the least work, and sizes that depend on depths alone.
    case packed
    /// For each chunk the shorter of plain bits and of the adaptive range coder (payload coding 3).
    case adaptive
    /// For each chunk the shortest of these and of coding 4 with a context model, which readers need too.
    case learned(ContextModel)
}

extension EntropyCoding {
    /// The same with `best` settled for a model.
    func settled(for model: Model) throws(VRVQError) -> EntropyCoding {
        guard case .best = self else { return self }
        return settled(for: try model.contextModel)
    }

    /// The same with `best` settled for a context model, if there is one.
    func settled(for context: ContextModel?) -> EntropyCoding {
        guard case .best = self else { return self }
        return context.map { .learned($0) } ?? .adaptive
    }

    /// Bytes of the section that names the context model; 0 without one.
    var sectionBytes: Int {
        guard case .learned(let context) = self else { return 0 }
        return EntropyModelSection(fingerprint: context.fingerprint).bytes.count
    }
}

/// Where a reader finds the context models that streams name.
public struct ContextModels: Sendable {
    private let find: @Sendable (Fingerprint) -> ContextModel?

    /// There are none: only chunks in other codings can be read.
    public static let none = ContextModels { _ in nil }

    /// By fingerprint; `find` is asked once for each stream that names one.
    public init(_ find: @escaping @Sendable (Fingerprint) -> ContextModel?) { self.find = find }

    /// That of one model, if it has one.
    public init(_ model: Model) {
        self.init { fingerprint in (try? model.contextModel).flatMap { $0.fingerprint == fingerprint ? $0 : nil } }
    }

    /// The one context model.
    public init(_ model: ContextModel) { self.init { $0 == model.fingerprint ? model : nil } }

    /// These, and the others where these have none.
    public func or(_ others: ContextModels) -> ContextModels { ContextModels { find($0) ?? others.model($0) } }

    /// The model of that fingerprint, if there is one here.
    public func model(_ fingerprint: Fingerprint) -> ContextModel? { find(fingerprint) }
}
