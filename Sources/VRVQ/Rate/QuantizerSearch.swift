/// How the quantizer chooses codes, and what it says about them.
///
/// The greedy search takes, stage by stage, the entry that is nearest to what is left. A beam search keeps several
/// paths of codes and finds, for every depth, codes that leave less of the latent: the same bits, better spent. As
/// it does so for each depth by itself, the codes of a depth need not begin with those of the depth below. Streams
/// do not say which it was.
public struct QuantizerSearch: Equatable, Sendable {
    /// Most paths that a search keeps.
    public static let maximumPaths = 16
    /// The nearest entry of each stage, and no more.
    public static let greedy = QuantizerSearch()

    /// Paths of codes that are kept from stage to stage, 1 to `maximumPaths`; 1 is the greedy search. The greedy path
    /// is a candidate for every depth besides, so no frame's latent is left with more error than by it.
    public var paths: Int
    /// Whether `Analysis.errors` are wanted.
    public var measuresErrors: Bool

    /// A search.
    public init(paths: Int = 1, measuresErrors: Bool = false) {
        (self.paths, self.measuresErrors) = (paths, measuresErrors)
    }

    func check() throws(VRVQError) {
        guard (1...Self.maximumPaths).contains(paths) else {
            throw VRVQError(.badSetting, "a search keeps 1 to \(Self.maximumPaths) paths, not \(paths)")
        }
    }
}
