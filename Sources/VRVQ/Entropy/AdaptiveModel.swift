/// The model of payload coding 3 (FORMAT.md, section 6.4): what it expects of the next depth and codes, learned from
/// those before in the same chunk. It is the same for both directions, and integers throughout.
struct AdaptiveModel: ChunkModel {
    private let stages: Int
    private let entries: Int
    /// One per stage; made when the stage is first used.
    private var codes: [CodeHistory] = []
    /// By channel and stage.
    private var histories: [[StageHistory]]
    private var depths: DepthModel
    private var contexts = CodeContexts()

    static let coding = ChunkCoding.adaptive
    static let codesPerByte: Int? = nil
    var hasSilence: Bool { depths.hasSilence }

    init(_ format: StreamFormat) {
        stages = format.stages
        entries = format.entries
        depths = DepthModel(format)
        histories = Array(
            repeating: Array(repeating: StageHistory(), count: stages), count: format.codedChannels)
    }

    mutating func start<Coder: SymbolCoder>(hasSilence value: Bool, _ coder: inout Coder) {
        for stage in codes.indices { codes[stage].reset() }
        for channel in histories.indices {
            for stage in histories[channel].indices { histories[channel][stage] = StageHistory() }
        }
        contexts = CodeContexts()
        depths.start(hasSilence: value, &coder)
    }

    mutating func code<Coder: SymbolCoder>(
        _ frame: inout CodedFrame, channel: Int, beside: CodedFrame?, _ coder: inout Coder, _ tally: inout CodeTally
    ) {
        frame.depth = depths.depth(frame.depth, channel: channel, beside: beside?.depth, &coder)
        tally.countDepth(at: coder.position)
        var agreement = CodeContexts.Agreement()
        var repetition = CodeContexts.Agreement()
        for stage in 0..<frame.depth {
            if stage == codes.count { codes.append(CodeHistory(entries: entries)) }
            let other = beside?.code(ofStage: stage)
            let history = histories[channel][stage]
            let code = contexts.code(
                Int(frame.codes[stage]), stage: stage, history: history, codes: codes[stage], beside: other,
                agreement: agreement, repetition: repetition, &coder)
            let next = StageHistory(code: code, repeated: code == history.code, agreed: code == other)
            agreement.below += next.agreed ? 1 : 0
            repetition.below += next.repeated ? 1 : 0
            histories[channel][stage] = next
            codes[stage].note(code)
            frame.codes[stage] = UInt16(code)
            tally.countCode(stage: stage, at: coder.position)
        }
    }
}
