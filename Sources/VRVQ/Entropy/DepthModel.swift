/// What the range-coded payloads expect of silence and depths (FORMAT.md, section 6.4.3).
struct DepthModel: Sendable {
    private let stages: Int
    private let constantDepth: Int?
    private var channels: [Channel]
    private var contexts = DepthContexts()
    private var silence: [Likelihood] = []
    /// Whether any frame of the chunk may be silent.
    private(set) var hasSilence = false

    private struct Channel: Sendable {
        var depths = DepthHistory()
        /// Whether the last frame was silent.
        var isSilent = false
    }

    init(_ format: StreamFormat) {
        stages = format.stages
        constantDepth = format.constantDepth
        channels = Array(repeating: Channel(), count: format.codedChannels)
    }

    /// Starts a chunk: nothing learned before counts.
    mutating func start<Coder: SymbolCoder>(hasSilence value: Bool, _ coder: inout Coder) {
        for channel in channels.indices { channels[channel] = Channel() }
        contexts = DepthContexts()
        silence = [Likelihood(8, worth: 2), Likelihood(224, worth: 2)]
        var announced = Likelihood(8, worth: 2)
        hasSilence = coder.flag(value, &announced)
    }

    /// The depth of one frame of one channel.
    /// - Parameter beside: that of the channel before in the same frame.
    mutating func depth<Coder: SymbolCoder>(
        _ value: Int, channel: Int, beside: Int?, _ coder: inout Coder
    ) -> Int {
        if hasSilence {
            let isSilent = coder.flag(value == 0, &silence[channels[channel].isSilent ? 1 : 0])
            channels[channel].isSilent = isSilent
            if isSilent { return 0 }
        }
        if let constantDepth { return constantDepth }
        let other = beside.flatMap { $0 > 0 ? $0 : nil }
        let depth = contexts.depth(value, stages: stages, after: channels[channel].depths, beside: other, &coder)
        channels[channel].depths.note(depth)
        return depth
    }
}
