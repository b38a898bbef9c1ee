import VRVQ

/// A stream with all that its bytes are made from, so that the very bytes can be written again: codes, tags, the borders
/// of its chunks and of its segments.
package struct TokenStream: Equatable {
    /// A segment and the number of frames before it.
    package struct PlacedSegment: Equatable {
        package var frame: Int
        package var segment: Segment

        package init(frame: Int, segment: Segment) {
            self.frame = frame
            self.segment = segment
        }
    }

    package var format: StreamFormat
    /// One grid per coded channel, all of the same number of frames.
    package var grids: [CodeGrid]
    /// Source samples per channel.
    package var sampleCount: Int
    package var tags: [Tag] = []
    package var segments: [PlacedSegment] = []
    /// Frames of each chunk; nil for chunks that are full as long as there are frames.
    package var chunkFrames: [Int]?

    package init(format: StreamFormat, grids: [CodeGrid], sampleCount: Int) {
        self.format = format
        self.grids = grids
        self.sampleCount = sampleCount
    }

    package var frames: Int { grids.first?.frames ?? 0 }

    /// Reads the bytes of a whole `.vrvq` file, of at most `Limits.maximumCodesInMemory` codes.
    package init(decoding bytes: [UInt8], contextModels: ContextModels = .none) throws(VRVQError) {
        var reader = StreamReader(contextModels: contextModels)
        reader.push(bytes)
        guard case .format(let format)? = try reader.next() else {
            try reader.finish()
            throw VRVQError(.truncated, "the stream has no header")
        }
        let empty = CodeGrid(stages: format.stages, entries: format.entries)
        self.init(format: format, grids: Array(repeating: empty, count: format.codedChannels), sampleCount: 0)
        var borders = ChunkBorders(format)
        while let event = try reader.next() { try take(event, &borders) }
        try reader.finish()
        let found = borders.finish()
        if found != usualChunks { chunkFrames = found }
    }

    private mutating func take(_ event: StreamReader.Event, _ borders: inout ChunkBorders) throws(VRVQError) {
        switch event {
        case .format: break
        case .tags(let tags): self.tags = tags
        case .segment(let segment):
            segments.append(PlacedSegment(frame: frames, segment: segment))
            borders.endRun()
        case .chunk(let more, _):
            try Self.checkSize(frames: frames + more[0].frames, format)
            borders.take(frames: more[0].frames, isSilent: more.allSatisfy { $0.usedCodes == 0 })
            for channel in grids.indices { grids[channel].append(more[channel]) }
        case .end(let totals): sampleCount = totals.sampleCount
        }
    }

    /// Throws where so many frames are more than a stream in memory may have.
    static func checkSize(frames: Int, _ format: StreamFormat) throws(VRVQError) {
        let (codes, overflow) = frames.multipliedReportingOverflow(by: format.stages * format.codedChannels)
        guard !overflow, codes <= Limits.maximumCodesInMemory else {
            throw VRVQError(
                .limitExceeded,
                "\(frames) frames of \(format.codedChannels) channels and \(format.stages) stages are more than fit "
                    + "into an array here; cut the stream first")
        }
    }

    /// Full chunks from the start of every segment.
    var usualChunks: [Int] {
        var chunks: [Int] = []
        let starts = segments.map(\.frame)
        for (start, end) in zip([0] + starts, starts + [frames]) {
            for frame in stride(from: start, to: end, by: format.framesPerChunk) {
                chunks.append(min(format.framesPerChunk, end - frame))
            }
        }
        return chunks
    }

    /// The stream as the bytes of a `.vrvq` file: header, tags, chunks and segments, trailer.
    package func encoded(entropy: EntropyCoding = .adaptive) throws(VRVQError) -> [UInt8] {
        var writer = try StreamWriter(format, entropy: entropy)
        var bytes = writer.header()
        if !tags.isEmpty { bytes += try writer.tags(tags) }
        var pending = segments[...]
        var start = 0
        for count in chunkFrames ?? usualChunks {
            while let next = pending.first, next.frame == start {
                bytes += try writer.segment(next.segment)
                pending.removeFirst()
            }
            bytes += writer.chunk(grids, frames: start..<start + count)
            start += count
        }
        for rest in pending where rest.frame == start { bytes += try writer.segment(rest.segment) }
        return bytes + (try writer.trailer(sampleCount: sampleCount))
    }

    /// The coding with which `encoded` gives these bytes; nil where another program, or a later one, wrote them
    /// otherwise.
    package func entropy(
        of bytes: [UInt8], contextModels: ContextModels = .none
    ) throws(VRVQError) -> EntropyCoding? {
        var codings = [EntropyCoding.adaptive, .packed]
        if let context = try Self.contextModel(of: bytes, contextModels) { codings = [.learned(context)] }
        for entropy in codings where try encoded(entropy: entropy) == bytes { return entropy }
        return nil
    }

    /// The context model that stands before the first chunk.
    private static func contextModel(
        of bytes: [UInt8], _ contextModels: ContextModels
    ) throws(VRVQError) -> ContextModel? {
        var reader = StreamReader(contextModels: contextModels)
        reader.push(bytes)
        while let event = try reader.next() {
            if case .chunk = event { break }
        }
        return reader.contextModel
    }
}

/// Finds the borders of chunks in what a reader gives. Silence comes in pieces that are no chunks: a run of it is cut
/// into full ones and a rest, and the writer makes one run of them again.
private struct ChunkBorders {
    private let full: Int
    private var chunks: [Int] = []
    private var silence = 0

    init(_ format: StreamFormat) { full = format.framesPerChunk }

    mutating func take(frames: Int, isSilent: Bool) {
        if isSilent { return silence += frames }
        endRun()
        chunks.append(frames)
    }

    mutating func endRun() {
        while silence > 0 {
            chunks.append(min(full, silence))
            silence -= chunks.last!
        }
    }

    mutating func finish() -> [Int] {
        endRun()
        return chunks
    }
}
