/// A stretch of a stream with a time line of its own, as cuts and joins leave them (FORMAT.md, section 7.2). A stream
/// without segment sections is one segment from frame 0 and sample 0.
public struct Segment: Equatable, Sendable {
    /// Source samples that the segment before gives; 0 for the first one.
    public var previousSampleCount: Int
    /// Number of its first frame on the time line of the recording that it was cut from.
    public var firstFrame: Int
    /// First source sample that it gives, on the same time line.
    public var firstSample: Int
    /// Frames at its end that are there only because frames before them depend on them.
    public var lookAhead: Int
    /// How its coded channels relate to the source's; nil where that is as the header says. Whatever it is, there are
    /// as many coded channels as in the whole stream.
    public var stereoMode: StereoMode?

    /// A segment; it is checked when it is written or read.
    public init(
        previousSampleCount: Int = 0, firstFrame: Int = 0, firstSample: Int = 0, lookAhead: Int = 0,
        stereoMode: StereoMode? = nil
    ) {
        self.previousSampleCount = previousSampleCount
        self.firstFrame = firstFrame
        self.firstSample = firstSample
        self.lookAhead = lookAhead
        self.stereoMode = stereoMode
    }

    /// The fields of its section.
    func payload(_ format: StreamFormat) -> [UInt8] {
        var bytes: [UInt8] = [0]
        for field in [previousSampleCount, firstFrame, firstSample, lookAhead] { bytes.appendVarint(field) }
        return bytes + [format.stereoMode(of: self).rawValue]
    }

    /// Reads its section.
    init(_ cursor: inout ByteCursor, _ format: StreamFormat) throws(VRVQError) {
        let start = cursor.offset
        guard try cursor.byte("flags") == 0 else {
            throw VRVQError(.unsupported, "\(cursor.context): flags that this build does not know", offset: start)
        }
        previousSampleCount = try cursor.varint("previous sample count", in: 0...Limits.maximumSampleCount)
        firstFrame = try cursor.varint("first frame", in: 0...format.maximumFrames)
        firstSample = try cursor.varint("first sample", in: 0...Limits.maximumSampleCount)
        lookAhead = try cursor.varint("look-ahead", in: 0...Limits.maximumLookAhead)
        stereoMode = try Self.stereoMode(&cursor, format, start)
        try cursor.expectEnd()
    }

    private static func stereoMode(
        _ cursor: inout ByteCursor, _ format: StreamFormat, _ start: Int
    ) throws(VRVQError) -> StereoMode? {
        let number = try cursor.byte("stereo mode")
        guard let mode = StereoMode(rawValue: number) else {
            throw VRVQError(
                .unsupported, "\(cursor.context): stereo mode \(number) is not known to this build", offset: start)
        }
        guard format.admits(mode) else {
            throw VRVQError(
                .malformed,
                "\(cursor.context): stereo mode \(number) (\(mode)) does not go with the stream's \(format.codedChannels) "
                    + "coded of \(format.channels) channels", offset: start)
        }
        return mode == format.stereoMode ? nil : mode
    }

    /// The model sample, on its time line, with which its sound starts.
    package func firstModelSample(_ format: StreamFormat) -> Int {
        firstSample * format.modelRate / format.sourceRate
    }

    /// Throws unless so many frames are those that `sampleCount` samples from its first one need.
    func check(frames: Int, sampleCount: Int, _ format: StreamFormat, offset: Int? = nil) throws(VRVQError) {
        let end = firstSample + sampleCount
        // A segment without frames gives nothing, whatever its sample count could be made to say.
        guard end <= Limits.maximumSampleCount,
            frames == 0
                ? sampleCount == 0
                : firstFrame + frames == format.frameCount(sourceSamples: end) + lookAhead
                    && firstFrame * format.hop <= firstModelSample(format)
        else {
            throw VRVQError(
                .malformed,
                "a segment of \(frames) frames from frame \(firstFrame) cannot give \(sampleCount) samples "
                    + "from sample \(firstSample) with \(lookAhead) frames of look-ahead", offset: offset)
        }
    }
}

/// Where a segment begins among the frames of a whole stream.
struct SegmentStart: Equatable, Sendable {
    let frame: Int
    let segment: Segment
}

extension [SegmentStart] {
    /// The frames of a stream by segment, each with the section before it; all of them without one where there is none.
    func parts(of frames: Int) -> [(segment: Segment?, frames: Range<Int>)] {
        guard !isEmpty else { return [(nil, 0..<frames)] }
        let ends = dropFirst().map(\.frame) + [frames]
        return zip(self, ends).map { start, end in (start.segment, start.frame..<end) }
    }
}

extension StreamFormat {
    /// Frames of the longest stream, and no more than leave room for what is added to a number of a frame.
    var maximumFrames: Int { min(frameCount(sourceSamples: Limits.maximumSampleCount), 1 << 41) }
}

/// Counts what the segments of a stream hold and checks each when it is over. Kept alike by writer and reader.
struct SegmentLedger: Sendable {
    /// The segment at hand.
    private(set) var segment = Segment()
    /// Its frames so far.
    private var frames = 0
    /// Source samples of the segments before it.
    private var samplesBefore = 0

    mutating func count(frames: Int) { self.frames += frames }

    /// Frames of the segment at hand so far.
    var framesInSegment: Int { frames }

    /// Ends the segment at hand and starts another.
    mutating func start(_ next: Segment, _ format: StreamFormat, offset: Int? = nil) throws(VRVQError) {
        try segment.check(frames: frames, sampleCount: next.previousSampleCount, format, offset: offset)
        samplesBefore += next.previousSampleCount
        (segment, frames) = (next, 0)
    }

    /// Ends the last segment and gives its sample count.
    func end(sampleCount: Int, _ format: StreamFormat, offset: Int? = nil) throws(VRVQError) -> Int {
        let last = sampleCount - samplesBefore
        guard last >= 0 else {
            throw VRVQError(
                .malformed, "the segments before the last one give \(samplesBefore) samples, all \(sampleCount)",
                offset: offset)
        }
        try segment.check(frames: frames, sampleCount: last, format, offset: offset)
        return last
    }
}
