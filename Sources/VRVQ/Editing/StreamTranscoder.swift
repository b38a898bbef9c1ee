/// Drops the deepest codebooks of a stream as its bytes come, without the network: the stages before do not depend on
/// those behind. The bytes given are those that encoding with `min(depth, codebooks)` would have given, except that
/// the header no longer has the encoder's scale. What is given does not depend on how the bytes were cut.
public struct StreamTranscoder: Sendable {
    /// The most stages that a frame keeps.
    public let codebooks: Int
    /// How the chunks of the new stream are made small.
    public let entropy: EntropyCoding
    /// What the new stream says about itself, once the header of the old one was read.
    public var format: StreamFormat? { writer?.format }
    /// Where the bytes taken so far went.
    public var inputStatistics: StreamStatistics { reader.statistics }
    /// Where the bytes given so far went.
    public var statistics: StreamStatistics { writer?.statistics ?? StreamStatistics() }
    /// What the stream adds up to, once its end was read.
    public private(set) var totals: StreamTotals?

    private var reader: StreamReader
    private var writer: StreamWriter?

    /// A transcoder before the first byte.
    /// - Parameters:
    ///   - codebooks: at least 1; the stream must have as many.
    ///   - entropy: the best is with the context model of the old stream, where that has one.
    ///   - contextModels: needed for streams with chunks in coding 4.
    public init(codebooks: Int, entropy: EntropyCoding = .best, contextModels: ContextModels = .none) {
        self.codebooks = codebooks
        self.entropy = entropy
        reader = StreamReader(contextModels: contextModels)
    }

    /// Takes bytes and returns those of the new stream that are ready.
    /// - Throws: `badSetting` for more codebooks than the stream's model has or fewer than one, and what
    ///   `StreamReader` throws.
    public mutating func push(_ bytes: [UInt8]) throws(VRVQError) -> [UInt8] {
        reader.push(bytes)
        var result: [UInt8] = []
        while let event = try reader.next() {
            if case .best = entropy, let context = reader.contextModel { result += try writer!.use(context) }
            result += try take(event)
        }
        return result
    }

    /// To be called after the last byte. Throws unless the stream came to its end.
    public mutating func finish() throws(VRVQError) { try reader.finish() }

    private mutating func take(_ event: StreamReader.Event) throws(VRVQError) -> [UInt8] {
        switch event {
        case .format(let format):
            writer = try StreamWriter(try limited(format), entropy: entropy)
            return writer!.header()
        case .tags(let tags): return try writer!.tags(tags)
        case .segment(let segment): return try writer!.segment(segment)
        case .chunk(let grids, _): return writer!.pieces(grids.map { $0.limited(to: codebooks) })
        case .end(let totals):
            self.totals = totals
            return try writer!.trailer(sampleCount: totals.sampleCount)
        }
    }

    /// The header of the new stream. With one codebook every frame that is not silent has depth 1: a constant rate,
    /// whose depths cost nothing.
    private func limited(_ format: StreamFormat) throws(VRVQError) -> StreamFormat {
        guard (1...format.stages).contains(codebooks) else {
            throw VRVQError(.badSetting, "the stream has 1 to \(format.stages) codebooks, not \(codebooks)")
        }
        var format = format
        if codebooks < format.constantDepth ?? format.stages { format.scale = nil }
        if let depth = format.constantDepth { format.constantDepth = min(depth, codebooks) }
        if codebooks == 1 { format.constantDepth = 1 }
        return format
    }
}

extension StreamWriter {
    /// Frames of all coded channels in chunks of at most the usual length; a piece of a silence run may be longer.
    mutating func pieces(_ grids: [CodeGrid]) -> [UInt8] {
        let frames = grids.first?.frames ?? 0
        // Runs of silence at once: a few bytes may stand for millions of frames in chunks of one.
        if grids.allSatisfy({ $0.usedCodes == 0 }), (try? silence(frames: frames)) != nil { return [] }
        return chunks(grids, format.chunks(of: 0..<frames))
    }
}
