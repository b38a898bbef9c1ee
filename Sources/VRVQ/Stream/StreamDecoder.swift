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
    /// The chunk that is being decoded, and its first frame that is not.
    private var chunk: [CodeGrid] = []
    private var chunkStart = 0
    private var failure: VRVQError?

    /// A stream before its first byte.
    /// - Parameter codecFor: called once with the stream's header, to find the model that it names.
    public init(codecFor: @escaping (StreamFormat) throws(VRVQError) -> Codec) { self.codecFor = codecFor }

    /// Bytes of samples, rows and codes that it holds between pushes.
    package var heldBytes: Int {
        channels.reduce(0) { $0 + $1.heldBytes } + held.reduce(0) { $0 + 4 * $1.capacity }
    }

    /// Takes bytes and returns all samples that are ready, one array per channel; none at all before the header.
    ///
    /// A few bytes can stand for hours of silence (`Limits.maximumSilenceRunFrames`). Where the stream is not
    /// trusted, or memory is short, `append` and `next` give the same samples in pieces.
    public mutating func push(_ bytes: [UInt8]) throws(VRVQError) -> [[Float]] {
        append(bytes)
        var samples: [[Float]] = []
        while let more = try next() { samples.append(channels: more) }
        return samples.isEmpty ? Array(repeating: [], count: channels.count) : samples
    }

    /// Takes bytes, whose samples `next` gives.
    public mutating func append(_ bytes: [UInt8]) { reader.push(bytes) }

    /// The next samples, one array per channel, at least one sample each; nil when more bytes are needed, or at the
    /// end. Pieces have some hundred thousand samples at most, times the threads of the codec. After an error the
    /// stream is lost: the same error is given again.
    public mutating func next() throws(VRVQError) -> [[Float]]? {
        if let failure { throw failure }
        do throws(VRVQError) {
            repeat {
                let samples = give()
                if samples.first?.isEmpty == false { return samples }
            } while try step()
            return nil
        } catch {
            failure = error
            throw error
        }
    }

    /// To be called after the last byte: the last samples.
    /// - Throws: `truncated` where the stream has not come to its end.
    public mutating func finish() throws(VRVQError) -> [[Float]] {
        let samples = try push([])
        try reader.finish()
        return samples
    }

    /// Decodes a stretch of the chunk at hand or reads on; false when more bytes are needed.
    private mutating func step() throws(VRVQError) -> Bool {
        if let frames = chunk.first?.frames, chunkStart < frames {
            decode(chunkStart..<min(frames, chunkStart + stretch))
            return true
        }
        guard let event = try reader.next() else { return false }
        try take(event)
        return true
    }

    /// Frames that are decoded at a time.
    private var stretch: Int { max(1, (1 << 18) / (format?.hop ?? 1)) }

    private mutating func decode(_ frames: Range<Int>) {
        for channel in channels.indices {
            held[channel] += channels[channel].push(chunk[channel].part(frames), isLast: false)
        }
        chunkStart = frames.upperBound
    }

    private mutating func take(_ event: StreamReader.Event) throws(VRVQError) {
        switch event {
        case .format(let format): try open(format)
        case .tags(let tags): self.tags = tags
        case .chunk(let grids, _): (chunk, chunkStart) = (grids, 0)
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

extension CodeGrid {
    /// Some of the frames.
    fileprivate func part(_ range: Range<Int>) -> CodeGrid {
        if range == 0..<frames { return self }
        var part = CodeGrid(stages: stages, entries: entries)
        for frame in range { part.append(depth: Int(depth[frame]), codes: codes(ofFrame: frame)) }
        return part
    }
}

extension Array where Element == [Float] {
    /// Appends each channel's samples; an empty array takes the channels over.
    mutating func append(channels more: [[Float]]) {
        if isEmpty { return self = more }
        for channel in more.indices { self[channel] += more[channel] }
    }
}
