/// What decides how the channels of a sound are coded, before any of it is: energies of the first two channels, of their
/// mid and side, and whether all channels are the same.
public struct StereoStatistics: Sendable {
    /// Energy of the weaker of mid and side over that of the weaker of left and right, below which mid and side are
    /// coded. Measured in BITSTREAM.md, Stereo.
    public static let greatestShare = 0.2

    /// Seconds of a block, at whose borders the mode can change.
    private static let blockSeconds = 0.1
    /// What a change has to bring, in seconds of sound: twice what it costs, as some frames on both sides are coded twice
    /// and the chunk ends early.
    private static let changeSeconds = 0.5
    /// Seconds by which a change may move to where the sound is quieter.
    private static let driftSeconds = 0.5

    /// Whether all samples of all channels were the same so far.
    public private(set) var areEqual: Bool
    private let channels: Int
    /// Samples of a block; nil where only the whole counts.
    private let blockLength: Int?
    private var total = StereoEnergies()
    private var block = StereoEnergies()
    private var samplesInBlock = 0
    private var blocks: [StereoEnergies] = []

    /// Nothing heard yet, of so many channels.
    /// - Parameter sampleRate: of the samples, where `plan` will be asked for: 32 bytes are kept for every tenth of a
    ///   second.
    public init(channels: Int, sampleRate: Int? = nil) {
        self.channels = channels
        areEqual = channels > 1
        blockLength = sampleRate.map { max(1, Int(Double($0) * Self.blockSeconds)) }
    }

    /// Takes samples of any rate, one array per channel of equal length.
    public mutating func add(_ samples: [[Float]]) {
        precondition(samples.count == channels, "samples of all channels")
        guard channels > 1 else { return }
        areEqual = areEqual && samples.allSatisfy { $0 == samples[0] }
        let count = samples[0].count
        var start = 0
        while start < count {
            let end = min(count, start + (blockLength.map { $0 - samplesInBlock } ?? count))
            block.add(samples[0][start..<end], samples[1][start..<end])
            samplesInBlock += end - start
            start = end
            if samplesInBlock == blockLength { endBlock() }
        }
    }

    private mutating func endBlock() {
        total += block
        blocks.append(block)
        (block, samplesInBlock) = (StereoEnergies(), 0)
    }

    /// The mode that is expected to be cheapest for all of it.
    /// - Parameter isWhole: whether this was the whole sound. Of a beginning nobody knows whether equal channels stay so;
    ///   as mid and side they cost next to nothing more while they do.
    public func mode(isWhole: Bool) -> StereoMode {
        if isWhole && areEqual { return .equal }
        return (total + block).prefersMidSide(below: Self.greatestShare) ? .midSide : .independent
    }

    /// The modes that are expected to be cheapest for a whole sound, one after the other.
    ///
    /// For every block its share tells what the one mode is expected to take more than the other; of all ways through
    /// the blocks that is taken (by dynamic programming) which takes the least, changes included. Needs a sample rate from
    /// the start.
    public func plan() -> StereoPlan {
        guard let blockLength else { preconditionFailure("a plan needs the sample rate") }
        let whole = StereoPlan(mode(isWhole: true))
        guard channels > 1, !areEqual else { return whole }
        let modes = StereoPath(blocks, changeCost: Self.changeSeconds / Self.blockSeconds).modes
        let changes = modes.indices.dropFirst().filter { modes[$0] != modes[$0 - 1] }
        guard !changes.isEmpty else { return whole }
        let drift = Int(Self.driftSeconds / Self.blockSeconds)
        var spans = [StereoPlan.Span(firstSample: 0, mode: modes[0])]
        for change in changes {
            let range = max(1, change - drift)...min(blocks.count - 1, change + drift)
            let quietest = range.min { blocks[$0].loudness < blocks[$1].loudness }!
            spans.append(StereoPlan.Span(firstSample: quietest * blockLength, mode: modes[change]))
        }
        return StereoPlan(spans: spans, sampleCount: blocks.count * blockLength + samplesInBlock)
    }
}

/// How the channels of a sound are coded, from beginning to end.
public struct StereoPlan: Equatable, Sendable {
    /// A stretch in one mode.
    public struct Span: Equatable, Sendable {
        /// Its first sample, at the source's rate.
        public let firstSample: Int
        /// How its channels are coded.
        public let mode: StereoMode
    }

    /// In order; the first one starts with sample 0. Where there are several, none is `equal`.
    public let spans: [Span]
    /// Source samples per channel; known where there are several spans.
    let sampleCount: Int?

    /// One mode for all of a sound.
    public init(_ mode: StereoMode) {
        spans = [Span(firstSample: 0, mode: mode)]
        sampleCount = nil
    }

    /// Several modes, one behind the other.
    init(spans: [Span], sampleCount: Int) {
        precondition(!spans.isEmpty && spans[0].firstSample == 0)
        self.spans = spans
        self.sampleCount = spans.count > 1 ? sampleCount : nil
    }

    /// The plan that is expected to be cheapest for a whole sound. Channels of unequal length have none; they are
    /// refused elsewhere.
    static func best(for samples: [[Float]], sampleRate: Int) -> StereoPlan {
        guard samples.count > 1, samples.allSatisfy({ $0.count == samples[0].count }) else {
            return StereoPlan(.independent)
        }
        var statistics = StereoStatistics(channels: samples.count, sampleRate: sampleRate)
        statistics.add(samples)
        return statistics.plan()
    }
}

/// Energies of two channels, of their sum and of their difference.
private struct StereoEnergies {
    private var (left, right, sum, difference) = (0.0, 0.0, 0.0, 0.0)

    mutating func add(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) {
        for (a, b) in zip(a, b) {
            let (a, b) = (Double(a), Double(b))
            left += a * a
            right += b * b
            sum += (a + b) * (a + b)
            difference += (a - b) * (a - b)
        }
    }

    static func + (a: Self, b: Self) -> Self {
        var result = a
        result += b
        return result
    }

    static func += (a: inout Self, b: Self) {
        a.left += b.left
        a.right += b.right
        a.sum += b.sum
        a.difference += b.difference
    }

    var loudness: Double { left + right }

    /// Mid and side are half of sum and difference.
    private var weakerOfMidAndSide: Double { min(sum, difference) / 4 }

    func prefersMidSide(below share: Double) -> Bool { weakerOfMidAndSide < share * min(left, right) }

    /// What mid and side are expected to take more than independent channels for the same quality, as a share of what those
    /// take: negative where they take less. Zero at the share; near what is measured in BITSTREAM.md, Stereo, elsewhere.
    func costOfMidSide(_ share: Double) -> Double {
        let (weaker, border) = (weakerOfMidAndSide, share * min(left, right))
        // A silent channel is free, and so is a silent side.
        if border == 0 { return loudness > 0 ? 0.5 : 0 }
        if weaker == 0 { return -0.45 }
        return weaker < border ? -0.15 * (1 - weaker / border) : 0.35 * (weaker - border) / (weaker + border)
    }
}

/// The modes of all blocks that are expected to take the least.
private struct StereoPath {
    private(set) var modes: [StereoMode] = []

    /// Blocks that are quieter than this share of the mean do not count.
    private static let quietShare = 1e-4
    private static let states: [StereoMode] = [.midSide, .independent]

    /// - Parameter changeCost: of a change, in blocks.
    init(_ blocks: [StereoEnergies], changeCost: Double) {
        let mean = blocks.reduce(0) { $0 + $1.loudness } / Double(max(1, blocks.count))
        var costs = [0.0, 0.0]
        // For each block and state, the state before it on the cheapest way there.
        var before: [[Int]] = []
        for block in blocks {
            let isQuiet = block.loudness <= Self.quietShare * mean
            let cost = isQuiet ? 0 : block.costOfMidSide(StereoStatistics.greatestShare)
            let from = [0, 1].map { costs[$0] <= costs[1 - $0] + changeCost ? $0 : 1 - $0 }
            before.append(from)
            costs = [0, 1].map { state in
                costs[from[state]] + (from[state] == state ? 0 : changeCost)
                    + max(0, state == 0 ? cost : -cost)
            }
        }
        var state = costs[0] <= costs[1] ? 0 : 1
        for from in before.reversed() {
            modes.append(Self.states[state])
            state = from[state]
        }
        modes.reverse()
    }
}
