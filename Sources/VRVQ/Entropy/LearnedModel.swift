/// The model of payload coding 4 (FORMAT.md, section 6.5): depths as in coding 3, codes by a context model.
struct LearnedModel: ChunkModel {
    private var network: ContextNetwork
    private var depths: DepthModel
    private var contexts = CodeContexts()
    /// By channel and stage, whether the last code was that of the channel before.
    private var agreed: [[Bool]]

    static let coding = ChunkCoding.learned
    /// Half a bit a code. Codes that are more certain are as well off in coding 3, and quicker to read.
    static let codesPerByte: Int? = 16
    var hasSilence: Bool { depths.hasSilence }
    var context: ContextModel { network.model }

    /// Nil for a context model that was made for codes of another shape.
    init?(_ context: ContextModel, _ format: StreamFormat) {
        guard context.shape.stages == format.stages, context.shape.entries == format.entries else { return nil }
        network = ContextNetwork(context, channels: format.codedChannels)
        depths = DepthModel(format)
        agreed = Array(repeating: Array(repeating: false, count: format.stages), count: format.codedChannels)
    }

    mutating func start<Coder: SymbolCoder>(hasSilence value: Bool, _ coder: inout Coder) {
        network.reset()
        contexts = CodeContexts()
        for channel in agreed.indices {
            for stage in agreed[channel].indices { agreed[channel][stage] = false }
        }
        depths.start(hasSilence: value, &coder)
    }

    mutating func code<Coder: SymbolCoder>(
        _ frame: inout CodedFrame, channel: Int, beside: CodedFrame?, _ coder: inout Coder, _ tally: inout CodeTally
    ) {
        frame.depth = depths.depth(frame.depth, channel: channel, beside: beside?.depth, &coder)
        tally.countDepth(at: coder.position)
        network.startFrame(channel: channel, depth: frame.depth)
        var agreement = CodeContexts.Agreement()
        for stage in 0..<frame.depth {
            let other = beside?.code(ofStage: stage)
            let code = code(
                Int(frame.codes[stage]), stage: stage, beside: other, agreement, wasAgreed: agreed[channel][stage],
                &coder)
            agreed[channel][stage] = code == other
            agreement.below += code == other ? 1 : 0
            network.note(code)
            frame.codes[stage] = UInt16(code)
            tally.countCode(stage: stage, at: coder.position)
        }
        network.endFrame()
    }

    private mutating func code<Coder: SymbolCoder>(
        _ value: Int, stage: Int, beside: Int?, _ agreement: CodeContexts.Agreement, wasAgreed: Bool,
        _ coder: inout Coder
    ) -> Int {
        if let beside,
            contexts.agrees(value == beside, stage: stage, agreement, wasAgreed: wasAgreed, &coder)
        {
            return beside
        }
        let total = network.predict(without: beside)
        return coder.symbol(value, of: network.frequencies, total: total)
    }
}
