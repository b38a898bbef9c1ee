import VRVQNetwork

/// A model ready to encode and decode on this machine. Immutable and shared: any number of streams on any threads
/// use one codec.
///
///     let codec = try Codec(model: DefaultModel.load())
///     let bytes = try codec.encode([left, right], rate: .scale(8))
///     let audio = try codec.decode(bytes)
public final class Codec: Sendable {
    /// The scale that is used where nobody chose one: about half of the model's greatest rate on music, less on
    /// speech.
    public static let defaultScale: Float = 8

    /// Samples over all channels that `decode` will hold in memory: 4 GiB of them. Longer streams are decoded piece by
    /// piece with `StreamDecoder`.
    public static let maximumSamplesInMemory = 1 << 30

    /// How many codebooks a frame may spend.
    public enum Rate: Equatable, Sendable {
        /// Variable rate: the frame's importance times this scale (the paper's l) decides. Positive and finite.
        case scale(Float)
        /// Constant rate: every frame uses this many codebooks.
        case codebooks(Int)
    }

    /// The model.
    public let model: Model
    /// Threads that one channel is spread over. The results do not depend on it.
    public let threads: Int
    let engine: Engine

    /// A codec for a model. Weights are made ready when the first stream needs them.
    /// - Parameters:
    ///   - threads: at least 1.
    ///   - instructionSet: one of `InstructionSet.available`. Codes and samples may differ in the last bits between
    ///     instruction sets, never on one.
    public convenience init(
        model: Model, threads: Int = 1, instructionSet: InstructionSet = .best
    ) throws(VRVQError) {
        try self.init(model: model, threads: threads, instructionSet: instructionSet, segmentFrames: 1024)
    }

    /// The same with the frames of one thread's share, which tests make short.
    package init(
        model: Model, threads: Int, instructionSet: InstructionSet = .best, segmentFrames: Int
    ) throws(VRVQError) {
        guard InstructionSet.available.contains(instructionSet) else {
            throw VRVQError(.badSetting, "this machine has no \(instructionSet.rawValue) instructions")
        }
        guard (1...1024).contains(threads) else { throw VRVQError(.badSetting, "threads must be 1 to 1024") }
        self.model = model
        self.threads = threads
        engine = Engine(
            network: model.network, weights: model.weights, instructionSet: instructionSet,
            segmentFrames: segmentFrames)
    }

    /// Samples per second that the model works at; `encode` takes and `decode` gives samples at this rate.
    public var sampleRate: Int { model.architecture.sampleRate }

    /// The instruction set in use.
    public var instructionSet: InstructionSet { engine.instructionSet }

    /// Makes the weights ready now instead of with the first stream.
    public func prepare(encoder: Bool = true, decoder: Bool = true) throws(VRVQError) {
        if encoder { _ = try engine.encodingStream() }
        if decoder { _ = try engine.decodingStream() }
    }

    /// Delay of the algorithm in a live stream, at the model's rate: samples from the one that goes into the encoder to
    /// the last one that must be there before the same sample comes out of the decoder, for the sample that waits
    /// longest. It is what the network looks ahead on both sides, the chunk, and a frame that the decoder keeps because
    /// it may be the last one; computing, transport and conversion of the rate come on top.
    public func delay(framesPerChunk: Int) -> Int {
        let ahead = engine.report.decoderReach.ahead + framesPerChunk
        return ahead * model.architecture.hop + engine.report.encoderLookAhead + 1
    }

    /// Samples to a whole stream.
    /// - Parameter samples: one array per channel, of equal length, at the model's rate
    ///   (`model.architecture.sampleRate`), full scale ±1.
    /// - Parameter stereo: how the channels are coded; where nil as `StereoStatistics` of all samples plans, which may change
    ///   on the way.
    /// - Throws: `badAudio` for a sample that is not finite or channels of unequal length, `badSetting` for a rate
    ///   that the model does not have.
    public func encode(
        _ samples: [[Float]], rate: Rate = .scale(Codec.defaultScale), entropy: EntropyCoding = .best,
        silence: Silence = .digital, stereo: StereoMode? = nil, search: QuantizerSearch = .greedy
    ) throws(VRVQError) -> [UInt8] {
        var encoder = try StreamEncoder(
            self, channels: samples.count,
            stereo: stereo.map { StereoPlan($0) } ?? .best(for: samples, sampleRate: sampleRate), rate: rate,
            entropy: entropy, silence: silence, search: search)
        var bytes = try encoder.push(samples)
        bytes += try encoder.finish()
        return bytes
    }

    /// A whole stream to samples, one array per channel at the model's rate.
    /// - Throws: `modelMismatch` for a stream of another model, `limitExceeded` for one of more than
    ///   `maximumSamplesInMemory` samples, and what `StreamReader` throws.
    public func decode(_ bytes: [UInt8]) throws(VRVQError) -> [[Float]] {
        try decode(bytes, atMost: Self.maximumSamplesInMemory)
    }

    /// The same with another bound on the samples over all channels.
    package func decode(_ bytes: [UInt8], atMost limit: Int) throws(VRVQError) -> [[Float]] {
        var decoder = StreamDecoder { _ in self }
        decoder.append(bytes)
        var samples: [[Float]] = []
        while let more = try decoder.next() {
            samples.append(channels: more)
            guard samples.count * samples[0].count <= limit else {
                throw VRVQError(
                    .limitExceeded, "the stream is too long to decode at once: decode it piece by piece")
            }
        }
        samples.append(channels: try decoder.finish())
        return samples
    }

    /// One channel's samples to the codes of all stages, the importance of every frame, and which of them are silent.
    public func analyse(
        _ samples: [Float], silence: Silence = .digital, search: QuantizerSearch = .greedy
    ) throws(VRVQError) -> Analysis {
        try checkFinite(samples, channel: 0, position: 0)
        try silence.check()
        try search.check()
        var analysis = try ChannelAnalysis(self, silence: silence, search: search)
        return analysis.push(samples, isLast: true)
    }

    /// A grid to one channel's samples at the model's rate: `sampleCount` of them.
    public func synthesise(_ grid: CodeGrid) throws(VRVQError) -> [Float] {
        let quantizer = model.architecture.quantizer
        guard grid.stages == quantizer.stages, grid.entries == quantizer.entries else {
            throw VRVQError(.modelMismatch, "the codes are not of this model's shape")
        }
        var synthesis = try SilencedSynthesis(engine, threads: threads)
        var samples = synthesis.push(grid, isLast: true)
        samples.resize(to: grid.sampleCount)
        return samples
    }

    /// The depth of every frame under a rate; 0 for silence.
    /// - Throws: `badSetting` where the model cannot give that rate.
    public func depths(_ analysis: Analysis, rate: Rate) throws(VRVQError) -> [Int] {
        try check(rate)
        let depths =
            switch rate {
            case .codebooks(let count): Array(repeating: count, count: analysis.frames)
            case .scale(let scale): ImportanceAllocator().depths(analysis, level: scale)
            }
        return analysis.silenced(depths)
    }

    /// The grid of an analysis under a rate. Its sample count is that of whole frames.
    public func grid(_ analysis: Analysis, rate: Rate) throws(VRVQError) -> CodeGrid {
        let architecture = model.architecture
        return analysis.grid(
            try depths(analysis, rate: rate), entries: architecture.quantizer.entries, hop: architecture.hop)
    }

    /// Throws unless the model can give that rate.
    public func check(_ rate: Rate) throws(VRVQError) {
        switch rate {
        case .scale(let scale):
            guard model.architecture.importance != nil else {
                throw VRVQError(
                    .badSetting,
                    "the model \(model.name) has a constant rate and no importance map: choose a number of codebooks")
            }
            guard scale > 0, scale.isFinite else {
                throw VRVQError(.badSetting, "the scale must be a positive number, not \(scale)")
            }
        case .codebooks(let count):
            let stages = model.architecture.quantizer.stages
            guard (1...stages).contains(count) else {
                throw VRVQError(.badSetting, "the model \(model.name) has 1 to \(stages) codebooks, not \(count)")
            }
        }
    }
}

extension Array where Element == Float {
    /// Cuts, or appends zeros.
    mutating func resize(to count: Int) {
        if self.count > count { removeLast(self.count - count) }
        if self.count < count { self += repeatElement(0, count: count - self.count) }
    }
}
