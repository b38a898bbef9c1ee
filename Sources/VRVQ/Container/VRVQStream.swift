/// A whole stream in memory.
public struct VRVQStream: Equatable, Sendable {
    /// The format.
    public var format: StreamFormat
    /// One grid per coded channel, all of the same number of frames; `sampleCount` is at the model's rate.
    public var grids: [CodeGrid]
    /// Source samples per channel.
    public var sampleCount: Int
    /// Tags, in order.
    public var tags: [Tag]
    /// Where its segments begin, the first one too; none where it has but one without a section.
    var segments: [SegmentStart] = []

    /// A stream from its parts.
    public init(format: StreamFormat, grids: [CodeGrid], sampleCount: Int, tags: [Tag] = []) {
        self.format = format
        self.grids = grids
        self.sampleCount = sampleCount
        self.tags = tags
    }

    /// The stream as the bytes of a `.vrvq` file: full chunks from the start, the last one with what is left.
    public func encoded(entropy: EntropyCoding = .adaptive) throws(VRVQError) -> [UInt8] {
        try written(entropy: entropy).bytes
    }

    /// The same on several threads, and where the bytes went.
    package func written(
        entropy: EntropyCoding, threads: Int = 1
    ) throws(VRVQError) -> (bytes: [UInt8], statistics: StreamStatistics) {
        var writer = try StreamWriter(format, entropy: entropy, threads: threads)
        var bytes = writer.header()
        if !tags.isEmpty { bytes += try writer.tags(tags) }
        for part in segments.parts(of: grids.first?.frames ?? 0) {
            if let segment = part.segment { bytes += try writer.segment(segment) }
            bytes += writer.chunks(grids, format.chunks(of: part.frames))
        }
        bytes += try writer.trailer(sampleCount: sampleCount)
        return (bytes, writer.statistics)
    }

    /// Reads the bytes of a whole `.vrvq` file. Throws for anything but a whole valid stream, for one of more than
    /// `Limits.maximumCodesInMemory` codes, and for one with segments, which have no time line in common.
    public init(decoding bytes: [UInt8], contextModels: ContextModels = .none) throws(VRVQError) {
        var reader = StreamReader(contextModels: contextModels)
        reader.push(bytes)
        guard case .format(let format)? = try reader.next() else { throw reader.truncation }
        let empty = CodeGrid(stages: format.stages, entries: format.entries)
        self.init(
            format: format, grids: [CodeGrid](repeating: empty, count: format.codedChannels), sampleCount: 0)
        while let event = try reader.next() { try take(event) }
        try reader.finish()
    }

    private mutating func take(_ event: StreamReader.Event) throws(VRVQError) {
        switch event {
        case .format: break
        case .tags(let tags): self.tags = tags
        case .segment:
            throw VRVQError(
                .unsupported, "the stream was cut or joined, so its frames have no time line in common; decode it")
        case .chunk(let more, let firstFrame):
            let codes = (firstFrame + more[0].frames) * format.stages * format.codedChannels
            try (0...Limits.maximumCodesInMemory).check(codes, "number of codes of a stream read at once")
            for channel in grids.indices { grids[channel].append(more[channel]) }
        case .end(let totals):
            sampleCount = totals.sampleCount
            let samples = format.modelSampleCount(sourceSamples: sampleCount)
            for channel in grids.indices { grids[channel].sampleCount = samples }
        }
    }
}
