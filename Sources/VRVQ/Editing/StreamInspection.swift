/// A whole stream in memory, looked at in spite of damage: what is whole, what is lost, and when (FORMAT.md,
/// section 11).
///
/// The time line is kept. Frames of a damaged place are counted exactly where it is the only one between two marks: the
/// start, a position section, a segment whose ends are known, the trailer. Of several places between two marks each is
/// taken for so many full chunks as it has bytes for, and the last one for what remains.
public struct StreamInspection: Sendable {
    /// One thing that is wrong.
    public struct Fault: Equatable, Sendable {
        /// What is wrong, in words.
        public let message: String
        /// The bytes that it concerns; none where they are missing altogether.
        public let bytes: Range<Int>
        /// Frames that cannot be had for it, counted from the start of the stream; empty where no sound is lost, or
        /// where nobody can say how much is (the end of a stream without its trailer).
        public internal(set) var frames: Range<Int>
        /// The source samples of the decoded audio that these frames stand for; empty where they are only kept for
        /// others' sake.
        public internal(set) var samples: Range<Int>

        /// A stream of which nothing can be read for this error.
        public init(_ error: VRVQError, byteCount: Int) {
            self.init(error.message, min(max(0, error.offset ?? 0), byteCount)..<byteCount)
        }

        init(_ message: String, _ bytes: Range<Int>) {
            (self.message, self.bytes, frames, samples) = (message, bytes, 0..<0, 0..<0)
        }
    }

    /// A stretch of the stream that stands for frames.
    struct Run: Sendable {
        enum Kind { case chunk, lost }
        let kind: Kind
        /// The whole section, or everything that is damaged.
        let bytes: Range<Int>
        /// The chunk's payload.
        var payload = 0..<0
        /// The last section that names a context model before it.
        var entropyModel: EntropyModelSection?
        var frames: Int
        var isSilenceRun = false
        /// Which fault tells of a lost stretch.
        var fault: Int?
        /// Whether a segment may begin in it.
        var mayHideSegment = false
    }

    /// A place whose frame number is known.
    struct Mark: Sendable {
        /// Runs before it.
        var run: Int
        let frames: Int
        /// The section that tells it.
        let place: Range<Int>
        /// Whether chunks may be missing before it without a trace.
        let tellsOfMissing: Bool
    }

    /// The format.
    public let format: StreamFormat
    /// The totals, where the trailer is intact.
    public private(set) var totals: StreamTotals?
    /// The tags of the last intact section.
    public private(set) var tags: [Tag] = []
    /// Everything that is wrong, in the order of the bytes.
    public internal(set) var faults: [Fault] = []
    /// Chunks that are whole.
    public private(set) var intactChunks = 0
    /// How the last chunks of it can be written again.
    private(set) var coding = EntropyCoding.adaptive
    let contextModels: ContextModels
    /// Whether it was cut or joined.
    public var hasSegments: Bool { !segments.isEmpty }
    /// Segment sections, with the runs and bytes before each.
    var segments: [(run: Int, segment: Segment, offset: Int)] = []
    var runs: [Run] = []
    var marks: [Mark] = []
    private var positions: [(run: Int, position: StreamPosition, place: Range<Int>)] = []
    private var index: (points: SeekIndex, place: Range<Int>)?
    /// The last section that names a context model.
    private var entropyModel: EntropyModelSection?
    /// Whether such a section stands behind a chunk.
    private var hasLaterEntropyModels = false
    let bytes: [UInt8]

    /// Frames of the whole time line, lost ones included.
    public var frames: Int { runs.reduce(0) { $0 + $1.frames } }
    /// Frames that are lost.
    public var lostFrames: Int { runs.reduce(0) { $0 + ($1.kind == .lost ? $1.frames : 0) } }
    /// Source samples of the decoded audio that are lost.
    public var lostSamples: Int { faults.reduce(0) { $0 + $1.samples.count } }

    /// Looks through the bytes of a `.vrvq` file.
    /// - Throws: where nothing can be said about the rest: no stream, another version, a damaged header, a critical
    ///   section or payload coding that this build does not know, a context model that is not at hand.
    public init(_ bytes: [UInt8], contextModels: ContextModels = .none) throws(VRVQError) {
        self.bytes = bytes
        self.contextModels = contextModels
        var walk = try SectionWalk(searching: bytes)
        format = walk.format
        let opener = ChunkOpener(format, contextModels)
        while let step = try walk.next() {
            switch step {
            case .section(let place): try take(place, walk, opener)
            case .damage(let range, let claim): note(range, claim)
            }
        }
        coding = opener.coding
        noteEnd(at: walk.position)
        if faults.isEmpty { compareWithTheStrictReader() }
        compareWithThePositions()
        compareWithTheIndex()
        settleLostFrames()
        settleTimes()
        faults.sort { $0.bytes.lowerBound < $1.bytes.lowerBound }
    }

    // MARK: - What the sections say

    private mutating func take(
        _ place: SectionPlace, _ walk: SectionWalk, _ opener: ChunkOpener
    ) throws(VRVQError) {
        do throws(VRVQError) {
            switch try walk.content(of: place) {
            case .chunk: try takeChunk(place, opener)
            case .tags(let tags): self.tags = tags
            case .trailer(let totals, _): self.totals = totals
            case .segment(let segment): takeSegment(segment, place)
            case .position(let position): positions.append((runs.count, position, place.bytes))
            case .index(let points): index = (points, place.bytes)
            case .entropyModel(let section):
                entropyModel = section
                if !runs.isEmpty { hasLaterEntropyModels = true }
            case .other: break
            }
        } catch {
            guard error.code != .unsupported, error.code != .modelMismatch else { throw error }
            lose(place.bytes, because: error.message, place.type)
        }
    }

    private mutating func takeChunk(_ place: SectionPlace, _ opener: ChunkOpener) throws(VRVQError) {
        var run = Run(kind: .chunk, bytes: place.bytes, payload: place.payload, frames: 0)
        switch try opener.content(of: bytes[place.payload], offset: place.payload.lowerBound, entropyModel) {
        case .grids(let grids, _): run.frames = grids[0].frames
        case .silence(let frames): (run.frames, run.isSilenceRun) = (frames, true)
        }
        run.entropyModel = entropyModel
        runs.append(run)
        intactChunks += 1
    }

    /// A segment section tells how many frames the segment before has, where that one's own section is known.
    private mutating func takeSegment(_ segment: Segment, _ place: SectionPlace) {
        let before = segments.last ?? (0, Segment(), 0)
        let isKnown = !runs[before.run...].contains { $0.mayHideSegment }
        let start = before.run == 0 ? 0 : marks.last { $0.run == before.run && !$0.tellsOfMissing }?.frames
        if isKnown, let start, let count = before.segment.frameCount(of: segment.previousSampleCount, format) {
            marks.append(Mark(run: runs.count, frames: start + count, place: place.bytes, tellsOfMissing: false))
        }
        segments.append((runs.count, segment, place.bytes.lowerBound))
    }

    /// Notes a damaged place.
    private mutating func note(_ range: Range<Int>, _ claim: SectionPlace?) {
        if let claim {
            lose(claim.bytes, because: "a \(claim.type) with a wrong checksum", claim.type)
        } else if range.upperBound == bytes.count {
            fault("no intact section from here to the end", range)
        } else {
            lose(range, because: "bytes that are no section", nil)
        }
    }

    private mutating func noteEnd(at position: Int) {
        if totals == nil {
            fault("the stream is cut off: it ends without its trailer", bytes.count..<bytes.count)
        } else if position < bytes.count {
            fault("trailing bytes behind the end of the stream", position..<bytes.count)
        }
    }

    /// - Parameter type: what the place claims to be, where that can be said.
    private mutating func lose(_ range: Range<Int>, because message: String, _ type: SectionType?) {
        let holdsFrames = ![.tags, .trailer, .chunkIndex, .position, .segment, .entropyModel].contains(type ?? .chunk)
        fault(message, range)
        var run = Run(kind: .lost, bytes: range, frames: holdsFrames ? format.framesPerChunk : 0)
        run.fault = faults.count - 1
        run.mayHideSegment = type != .chunk
        runs.append(run)
    }

    mutating func fault(_ message: String, _ range: Range<Int>) { faults.append(Fault(message, range)) }

    // MARK: - What does not agree

    /// Whatever is wrong besides (counts, distances, order) the reader that refuses everything finds. It does not open the
    /// chunks again: that is most of the work.
    private mutating func compareWithTheStrictReader() {
        var reader = StreamReader(checking: runs.map { .init(frames: $0.frames, isSilenceRun: $0.isSilenceRun) })
        reader.push(bytes)
        do throws(VRVQError) {
            while try reader.next() != nil {}
            try reader.finish()
        } catch {
            let place = min(error.offset ?? bytes.count, bytes.count)
            fault(error.message, place..<place)
        }
    }

    /// Positions that can be right become marks; others are faults.
    private mutating func compareWithThePositions() {
        var (run, frames, chunks) = (0, 0, 0)
        var found: [Mark] = []
        for (place, position, bytes) in positions {
            let more = runs[run..<place].filter { $0.kind == .chunk }
            frames += more.reduce(0) { $0 + $1.frames }
            chunks += more.count
            run = place
            let isPossible =
                faults.isEmpty
                ? position == StreamPosition(chunks: chunks, frames: frames)
                : position.frames >= frames && position.chunks >= chunks
                    && position.frames <= totals?.frames ?? Limits.maximumSampleCount
            guard isPossible else {
                fault("a position section that tells of \(position.frames) frames, where \(frames) are", bytes)
                continue
            }
            found.append(Mark(run: place, frames: position.frames, place: bytes, tellsOfMissing: true))
            (frames, chunks) = (position.frames, position.chunks)
        }
        marks = (marks + found).sorted { ($0.run, $0.place.lowerBound) < ($1.run, $1.place.lowerBound) }
    }

    /// In a damaged stream nobody follows the index.
    private mutating func compareWithTheIndex() {
        guard faults.isEmpty, let index else { return }
        var (frames, next) = (0, index.points.points[...])
        for run in runs {
            if let point = next.first, point == SeekIndex.Point(offset: run.bytes.lowerBound, frame: frames) {
                next.removeFirst()
            }
            frames += run.frames
        }
        if let wrong = next.first {
            fault(
                "the chunk index leads to byte \(wrong.offset) for frame \(wrong.frame), where it is not", index.place)
        } else if segments.contains(where: { $0.run > 0 }) {
            fault("a chunk index in a stream of several segments", index.place)
        } else if hasLaterEntropyModels {
            fault("a chunk index in a stream that names an entropy model behind a chunk", index.place)
        }
    }
}
