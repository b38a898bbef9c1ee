/// The model of payload coding 3 (FORMAT.md, section 6.4): what it expects of the next depth and codes, learned from
/// those before in the same chunk. It is the same for both directions, and integers throughout.
struct AdaptiveModel: Sendable {
    private let stages: Int
    private let entries: Int
    private let constantDepth: Int?
    /// One per stage; made when the stage is first used.
    private var codes: [CodeHistory] = []
    private var channels: [Channel]
    private var depthContexts = DepthContexts()
    private var codeContexts = CodeContexts()
    private var silence: [Likelihood] = []
    /// Whether any frame of the chunk may be silent.
    private(set) var hasSilence = false

    private struct Channel: Sendable {
        var depths = DepthHistory()
        var stages: [StageHistory]
        /// Whether the last frame was silent.
        var isSilent = false
    }

    init(_ format: StreamFormat) {
        stages = format.stages
        entries = format.entries
        constantDepth = format.constantDepth
        let channel = Channel(stages: Array(repeating: StageHistory(), count: stages))
        channels = Array(repeating: channel, count: format.codedChannels)
    }

    /// Starts a chunk: nothing learned before counts.
    mutating func start<Coder: SymbolCoder>(
        hasSilence value: Bool, _ coder: inout Coder
    ) {
        for stage in codes.indices { codes[stage].reset() }
        for channel in channels.indices {
            channels[channel].depths = DepthHistory()
            channels[channel].isSilent = false
            for stage in channels[channel].stages.indices { channels[channel].stages[stage] = StageHistory() }
        }
        depthContexts = DepthContexts()
        codeContexts = CodeContexts()
        silence = [Likelihood(8, worth: 2), Likelihood(224, worth: 2)]
        var announced = Likelihood(8, worth: 2)
        hasSilence = coder.flag(value, &announced)
    }

    /// One frame of one channel; the channels of a frame follow each other.
    /// - Parameter frame: what to write, or room for what is read.
    /// - Returns: bits spent on the depth and on the codes, in 256ths.
    mutating func code<Coder: SymbolCoder>(
        _ frame: inout Frame, channel: Int, beside: Frame?, _ coder: inout Coder
    ) -> (depth: Int, codes: Int) {
        let start = coder.position
        frame.depth = depth(frame.depth, channel: channel, beside: beside, &coder)
        let middle = coder.position
        var agreement = CodeContexts.Agreement()
        var repetition = CodeContexts.Agreement()
        for stage in 0..<frame.depth {
            if stage == codes.count { codes.append(CodeHistory(entries: entries)) }
            let other = beside.flatMap { $0.depth > stage ? Int($0.codes[stage]) : nil }
            let history = channels[channel].stages[stage]
            let code = codeContexts.code(
                Int(frame.codes[stage]), stage: stage, history: history, codes: codes[stage], beside: other,
                agreement: agreement, repetition: repetition, &coder)
            let next = StageHistory(code: code, repeated: code == history.code, agreed: code == other)
            agreement.below += next.agreed ? 1 : 0
            repetition.below += next.repeated ? 1 : 0
            channels[channel].stages[stage] = next
            codes[stage].note(code)
            frame.codes[stage] = UInt16(code)
        }
        return (middle - start, coder.position - middle)
    }

    private mutating func depth<Coder: SymbolCoder>(
        _ value: Int, channel: Int, beside: Frame?, _ coder: inout Coder
    ) -> Int {
        if hasSilence {
            let isSilent = coder.flag(value == 0, &silence[channels[channel].isSilent ? 1 : 0])
            channels[channel].isSilent = isSilent
            if isSilent { return 0 }
        }
        if let constantDepth { return constantDepth }
        let other = beside.flatMap { $0.depth > 0 ? $0.depth : nil }
        let depth = depthContexts.depth(
            value, stages: stages, after: channels[channel].depths, beside: other, &coder)
        channels[channel].depths.note(depth)
        return depth
    }
}

extension AdaptiveModel {
    /// The depth and codes of one frame of one channel.
    struct Frame {
        var depth: Int
        /// As many as there are stages; those at the depth and beyond mean nothing.
        var codes: [UInt16]
    }
}
