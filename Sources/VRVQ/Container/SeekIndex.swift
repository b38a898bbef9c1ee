/// Places at which reading can begin in a long stream: the chunk index (FORMAT.md, section 7.3).
struct SeekIndex: Equatable, Sendable {
    /// The start of a chunk section.
    struct Point: Equatable, Sendable {
        /// Bytes of the stream before it.
        var offset: Int
        /// Frames of the stream before it.
        var frame: Int
    }

    /// In rising order.
    private(set) var points: [Point] = []
    /// Frames that lie between two points at least, and before the first one.
    private var spacing = 1

    /// Points that this build writes at most: an index of some kilobytes, whatever the length of the stream.
    private static let mostPoints = 1 << 10
    /// Seconds between two points of a stream that is not too long for it.
    private static let seconds = 10

    /// An index to which the chunks of a stream are told in order. A stream of less than ten seconds gets no point.
    init(_ format: StreamFormat) {
        spacing = Self.seconds * StreamFormat.framesPerSecond(modelRate: format.modelRate, hop: format.hop)
    }

    /// Tells of a chunk section. It becomes a point where it lies far enough behind the one before.
    mutating func note(offset: Int, frame: Int) {
        guard frame - (points.last?.frame ?? 0) >= spacing else { return }
        points.append(Point(offset: offset, frame: frame))
        if points.count > Self.mostPoints { thin() }
    }

    /// Keeps every other point, the second one first, so that the distance before the first one grows too.
    private mutating func thin() {
        points = stride(from: 1, to: points.count, by: 2).map { points[$0] }
        spacing *= 2
    }

    /// The fields of its section.
    var payload: [UInt8] {
        var bytes: [UInt8] = []
        var last = Point(offset: 0, frame: 0)
        for point in points {
            bytes.appendVarint(point.offset - last.offset)
            bytes.appendVarint(point.frame - last.frame)
            last = point
        }
        return bytes
    }

    /// The section; empty where there is no point.
    var section: [UInt8] { points.isEmpty ? [] : Section.bytes(.chunkIndex, payload: payload) }

    /// Reads its section. Whether the points are where it says is not known here.
    init(_ cursor: inout ByteCursor) throws(VRVQError) {
        var last = Point(offset: 0, frame: 0)
        while !cursor.isAtEnd {
            let bytes = try cursor.varint("distance in bytes", in: 1...Varint.maximumValue)
            let frames = try cursor.varint("distance in frames", in: (points.isEmpty ? 0 : 1)...Varint.maximumValue)
            last = Point(offset: last.offset + bytes, frame: last.frame + frames)
            points.append(last)
        }
    }
}

/// What stands before a place in a stream (FORMAT.md, section 7.4).
struct StreamPosition: Equatable, Sendable {
    /// Chunk sections.
    var chunks: Int
    /// Frames.
    var frames: Int

    init(chunks: Int, frames: Int) { (self.chunks, self.frames) = (chunks, frames) }

    /// The section.
    var section: [UInt8] {
        var payload: [UInt8] = []
        payload.appendVarint(chunks)
        payload.appendVarint(frames)
        return Section.bytes(.position, payload: payload)
    }

    /// Reads its section.
    init(_ cursor: inout ByteCursor) throws(VRVQError) {
        chunks = try cursor.varint("chunk count")
        frames = try cursor.varint("frame count")
        try cursor.expectEnd()
    }
}
