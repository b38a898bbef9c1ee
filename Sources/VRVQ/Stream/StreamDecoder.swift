import VRVQNetwork

/// Bytes of a `.vrvq` stream in, samples out, as they come. The samples do not depend on how the bytes were cut.
///
/// Samples are at the model's rate (`format.modelRate`); where the source had another (`format.sourceRate`), the
/// caller converts and cuts to `totals.sampleCount`. One value serves one stream and one task at a time.
public struct StreamDecoder {
    /// What the stream says about itself, once its header was read.
    public var format: StreamFormat? { reader.format }
    /// What the stream adds up to, once its end was read.
    public private(set) var totals: StreamTotals?
    /// All tags read so far.
    public private(set) var tags: [Tag] = []
    /// Where the bytes read so far went.
    public var statistics: StreamStatistics { reader.statistics }

    private let codecFor: (StreamFormat) throws(VRVQError) -> Codec
    private var reader = StreamReader()
    private var channels: [SilencedSynthesis] = []
    /// Complete samples that may still lie beyond the end of the signal: at most the last frame's.
    private var held: [[Float]] = []
    private var given = 0

    /// A stream before its first byte.
    /// - Parameter codecFor: called once with the stream's header, to find the model that it names.
    public init(codecFor: @escaping (StreamFormat) throws(VRVQError) -> Codec) { self.codecFor = codecFor }

    /// Takes bytes and returns the samples that are ready, one array per channel; none at all before the header.
    public mutating func push(_ bytes: [UInt8]) throws(VRVQError) -> [[Float]] {
        reader.push(bytes)
        while let event = try reader.next() { try take(event) }
        return give()
    }

    /// To be called after the last byte: the last samples.
    /// - Throws: `truncated` where the stream has not come to its end.
    public mutating func finish() throws(VRVQError) -> [[Float]] {
        try reader.finish()
        return give()
    }

    private mutating func take(_ event: StreamReader.Event) throws(VRVQError) {
        switch event {
        case .format(let format): try open(format)
        case .tags(let tags): self.tags = tags
        case .chunk(let grids, _):
            for (channel, grid) in grids.enumerated() {
                held[channel] += channels[channel].push(grid, isLast: false)
            }
        case .end(let totals):
            self.totals = totals
            for channel in channels.indices { held[channel] += channels[channel].finish() }
        }
    }

    private mutating func open(_ format: StreamFormat) throws(VRVQError) {
        let codec = try codecFor(format)
        let architecture = codec.model.architecture
        guard codec.model.fingerprint == format.networkFingerprint else {
            throw VRVQError(
                .modelMismatch,
                "the stream was made with the model \(format.modelName) (\(format.networkFingerprint)), "
                    + "not with \(codec.model.name) (\(codec.model.fingerprint))")
        }
        guard architecture.quantizer.stages == format.stages, architecture.quantizer.entries == format.entries,
            architecture.hop == format.hop, architecture.sampleRate == format.modelRate
        else { throw VRVQError(.malformed, "the header does not describe the model that it names") }
        for _ in 0..<format.codedChannels {
            channels.append(try SilencedSynthesis(codec.engine, threads: codec.threads))
            held.append([])
        }
    }

    private mutating func give() -> [[Float]] {
        guard let format else { return [] }
        let ready: Int
        if let totals {
            ready = format.modelSampleCount(sourceSamples: totals.sampleCount) - given
            // Odd strides give a few samples less than whole frames.
            for channel in held.indices { held[channel].resize(to: ready) }
        } else {
            ready = max(0, (held.map(\.count).min() ?? 0) - format.hop)
        }
        var samples: [[Float]] = []
        for channel in held.indices {
            samples.append(Array(held[channel][..<ready]))
            held[channel].removeFirst(ready)
        }
        given += ready
        return samples
    }
}

/// Synthesis in which frames of depth 0 are exactly zero (FORMAT.md, section 6).
struct SilencedSynthesis {
    private let synthesis: ParallelSynthesis
    private let hop: Int
    /// For every frame whose samples are not all given: whether it is silent.
    private var silent: [Bool] = []
    /// Samples of the first frame in `silent` that were given.
    private var offset = 0
    private let empty: CodeGrid

    init(_ engine: Engine, threads: Int) throws(VRVQError) {
        synthesis = try ParallelSynthesis(engine, threads: threads)
        hop = engine.network.architecture.hop
        let quantizer = engine.network.architecture.quantizer
        empty = CodeGrid(stages: quantizer.stages, entries: quantizer.entries)
    }

    mutating func push(_ grid: CodeGrid, isLast: Bool) -> [Float] {
        silent += grid.depth.map { $0 == 0 }
        var samples = synthesis.push(grid, isLast: isLast)
        var start = 0
        var frame = 0
        while start < samples.count, frame < silent.count {
            let end = min(samples.count, start + hop - offset)
            if silent[frame] { for index in start..<end { samples[index] = 0 } }
            offset += end - start
            if offset == hop {
                offset = 0
                frame += 1
            }
            start = end
        }
        silent.removeFirst(frame)
        return samples
    }

    mutating func finish() -> [Float] { push(empty, isLast: true) }
}
