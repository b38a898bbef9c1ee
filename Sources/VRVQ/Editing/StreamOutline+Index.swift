/// Finding a part of a long stream through its chunk index (FORMAT.md, section 7.3).
extension StreamOutline {
    /// The outline with the chunks around some samples only, for which nothing before them is read but the front of the
    /// stream; nil where there is no index that will do.
    ///
    /// The index is not trusted: every place that is used has to be what the index says, between the second place before
    /// the samples and the first one behind them all frames are counted, from the last place to the end too, and the
    /// totals have to be those of one segment. Any doubt gives nil, and the whole stream is walked through instead.
    /// - Parameter context: frames that are needed around the samples.
    static func indexed(
        _ stream: StreamBytes, samples: Range<Int>, context: FrameContext, contextModels: ContextModels = .none
    ) -> StreamOutline? {
        do throws(VRVQError) {
            return try StreamOutline(indexed: stream, samples: samples, context: context, contextModels)
        } catch { return nil }
    }

    private init(
        indexed stream: StreamBytes, samples: Range<Int>, context: FrameContext, _ contextModels: ContextModels
    ) throws(VRVQError) {
        try self.init(headOf: stream, contextModels: contextModels)
        let start = try takeFront()
        let (end, totals, index) = try tail()
        try adopt(totals)
        let needed = parts[0].frames(for: samples.clamped(to: 0..<max(1, sampleCount)), context: context, format)
        let frames = needed.lowerBound - parts[0].segment.firstFrame..<needed.upperBound - parts[0].segment.firstFrame
        let points = [SeekIndex.Point(offset: start, frame: 0)] + index.points
        for (point, next) in zip(points, points.dropFirst()) {
            let isBehind = next.offset > point.offset && next.frame >= point.frame
            guard isBehind || next == point, next.offset < end else { throw Self.doubt }
        }
        // From the place before, so that both distances of the one in question are counted.
        let first = max(0, (points.lastIndex { $0.frame <= frames.lowerBound } ?? 0) - 1)
        try list(frames, from: points[first], checking: Array(points[(first + 1)...]), totals)
        try countTail(from: points[points.count - 1], totals)
    }

    private static var doubt: VRVQError { VRVQError(.malformed, "the chunk index does not fit the stream") }

    /// Takes what stands before the first chunk in, and gives the offset of that.
    private mutating func takeFront() throws(VRVQError) -> Int {
        while case .section(let place)? = try walk.next() {
            if place.type == .chunk { return place.bytes.lowerBound }
            if try take(place) { break }
        }
        throw Self.doubt
    }

    /// The trailer, found from the end, and the index that it points to; `end` is where that begins.
    private func tail() throws(VRVQError) -> (end: Int, StreamTotals, SeekIndex) {
        let count = walk.stream.count
        let size = Int(try walk.stream.prefix(1, from: count - Section.checksumBytes - 1).first ?? 0)
        let trailer = try place(at: count - size, .trailer, endingAt: count)
        guard case .trailer(let totals, let distance) = try walk.content(of: trailer) else { throw Self.doubt }
        let index = try place(at: count - size - distance, .chunkIndex, endingAt: count - size)
        guard case .index(let points) = try walk.content(of: index) else { throw Self.doubt }
        return (index.bytes.lowerBound, totals, points)
    }

    /// The intact section between two offsets.
    private func place(at offset: Int, _ type: SectionType, endingAt end: Int) throws(VRVQError) -> SectionPlace {
        guard offset > 0, offset < end else { throw Self.doubt }
        let head = try walk.stream.prefix(SectionPlace.longestHead, from: offset)
        guard let place = SectionPlace(head: head, at: offset, of: walk.stream.count), place.type == type,
            place.bytes.upperBound == end
        else { throw Self.doubt }
        try walk.check(place)
        return place
    }

    private mutating func adopt(_ totals: StreamTotals) throws(VRVQError) {
        guard parts.count == 1, sampleCount == 0 else { throw Self.doubt }
        sampleCount = totals.sampleCount
        parts[0].sampleCount = totals.sampleCount
        parts[0].frames = totals.frames
        try parts[0].segment.check(frames: totals.frames, sampleCount: totals.sampleCount, format)
    }

    /// Lists the chunks with these frames, from a seek point to the first one of the others behind them, or to the
    /// trailer.
    private mutating func list(
        _ frames: Range<Int>, from start: SeekIndex.Point, checking others: [SeekIndex.Point], _ totals: StreamTotals
    ) throws(VRVQError) {
        var (others, position) = (others[...], start.frame)
        walk.jump(to: start.offset)
        while case .section(let place)? = try walk.next() {
            let isStart = place.bytes.lowerBound == start.offset
            if isStart || place.bytes.lowerBound == others.first?.offset { try check(place) }
            if let next = others.first, place.bytes.lowerBound >= next.offset {
                guard place.bytes.lowerBound == next.offset, position == next.frame else { throw Self.doubt }
                if position >= frames.upperBound { return }
                others.removeFirst()
            }
            switch place.type {
            case .chunk:
                let chunk = try chunk(place)
                if position + chunk.frames <= frames.lowerBound {
                    parts[0].skippedFrames = position + chunk.frames
                } else if position < frames.upperBound {
                    if parts[0].chunks.isEmpty { parts[0].skippedFrames = position }
                    parts[0].chunks.append(chunk)
                }
                position += chunk.frames
            case .trailer:
                guard position == totals.frames else { throw Self.doubt }
                return
            case .segment, .entropyModel: throw Self.doubt
            default: _ = try walk.content(of: place)
            }
        }
        throw Self.doubt
    }

    /// Counts the frames from the last point to the trailer, which shows whether all distances add up.
    private mutating func countTail(from point: SeekIndex.Point, _ totals: StreamTotals) throws(VRVQError) {
        var position = point.frame
        walk.jump(to: point.offset)
        while case .section(let place)? = try walk.next() {
            if place.bytes.lowerBound == point.offset { try check(place) }
            if place.type == .chunk { position += try chunk(place).frames }
            guard place.type == .trailer else { continue }
            guard position == totals.frames else { throw Self.doubt }
            return
        }
        throw Self.doubt
    }

    /// Throws unless this is a whole chunk.
    private func check(_ place: SectionPlace) throws(VRVQError) {
        guard place.type == .chunk else { throw Self.doubt }
        try walk.check(place)
    }
}
