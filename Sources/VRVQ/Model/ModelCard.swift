/// What a model's maker says about it: a JSON object, kept in the model file as it was given.
///
/// Members in use: `description`, `licence`, `date`, `training` (data with licences and attribution, steps, time),
/// `results`, `limits`. None is required, others are kept.
public struct ModelCard: Equatable, Sendable {
    /// Cards beyond this many bytes of text are refused.
    public static let sizeLimit = 1 << 20

    /// The members.
    public var members: [String: JSON]

    /// A card from its members.
    public init(_ members: [String: JSON] = [:]) { self.members = members }

    /// Reads a card from JSON text.
    /// - Throws: `malformed` or `limitExceeded`.
    public init(parsing text: [UInt8]) throws(VRVQError) {
        guard text.count <= Self.sizeLimit else {
            throw VRVQError(.limitExceeded, "a model card of \(text.count) bytes is more than is read")
        }
        let json = try JSON(parsing: text, what: "the model card")
        guard case .object(let members) = json else {
            throw VRVQError(.malformed, "the model card is not a JSON object")
        }
        guard !json.holdsControlCharacters else {
            throw VRVQError(.malformed, "the model card holds control characters")
        }
        self.members = members
    }

    /// The card as JSON.
    public var json: JSON { .object(members) }
    /// What the model is, in a sentence or two.
    public var description: String? { members["description"]?.stringValue }
    /// Terms under which the weights may be used.
    public var licence: String? { members["licence"]?.stringValue }
}
