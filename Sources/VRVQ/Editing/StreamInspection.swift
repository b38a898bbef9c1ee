/// A whole stream in memory, looked at in spite of damage: what is whole, what is lost, and when (FORMAT.md,
/// section 11).
///
/// The time line is kept. Frames of a single damaged place are counted exactly where the trailer is there; with
/// several places, each is taken for so many full chunks as it has bytes for, and the last one for what remains.
public struct StreamInspection: Sendable {
    /// One thing that is wrong.
    public struct Fault: Equatable, Sendable {
        /// What is wrong, in words.
        public let message: String
        /// The bytes that it concerns.
        public let bytes: Range<Int>
        /// Frames that cannot be had for it, counted from the start of the stream; empty where no sound is lost, or
        /// where nobody can say how much is (the end of a stream without its trailer).
        public internal(set) var frames: Range<Int>

        /// A stream of which nothing can be read for this error.
        public init(_ error: VRVQError, byteCount: Int) {
            message = error.message
            bytes = min(max(0, error.offset ?? 0), byteCount)..<byteCount
            frames = 0..<0
        }

        init(_ message: String, _ bytes: Range<Int>) {
            (self.message, self.bytes, frames) = (message, bytes, 0..<0)
        }
    }

    /// A stretch of the stream that stands for frames.
    struct Run: Sendable {
        enum Kind { case chunk, lost }
        let kind: Kind
        /// The whole section, or everything that is damaged.
        let bytes: Range<Int>
        /// The chunk's payload.
        let payload: Range<Int>
        var frames: Int
        /// Which fault tells of a lost stretch.
        var fault: Int?
    }

    /// The format.
    public let format: StreamFormat
    /// The totals, where the trailer is intact.
    public private(set) var totals: StreamTotals?
    /// The tags of the last intact section.
    public private(set) var tags: [Tag] = []
    /// Everything that is wrong, in the order of the bytes.
    public private(set) var faults: [Fault] = []
    /// Chunks that are whole.
    public private(set) var intactChunks = 0
    private(set) var models = ChunkModels()
    private let contextModels: ContextModels
    /// Whether it was cut or joined.
    public private(set) var hasSegments = false
    private(set) var runs: [Run] = []
    let bytes: [UInt8]

    /// Frames of the whole time line, lost ones included.
    public var frames: Int { runs.reduce(0) { $0 + $1.frames } }
    /// Frames that are lost.
    public var lostFrames: Int { runs.reduce(0) { $0 + ($1.kind == .lost ? $1.frames : 0) } }

    /// Looks through the bytes of a `.vrvq` file.
    /// - Throws: where nothing can be said about the rest: no stream, another version, a damaged header, a critical
    ///   section or payload coding that this build does not know, a context model that is not at hand.
    public init(_ bytes: [UInt8], contextModels: ContextModels = .none) throws(VRVQError) {
        self.bytes = bytes
        self.contextModels = contextModels
        var scanner = SectionScanner()
        let front = bytes.prefix(Limits.maximumSectionBytes + 64)
        scanner.push(front)
        guard let header = try scanner.next() else { throw StreamReader.truncation(of: front) }
        var reader = StreamReader()
        reader.push(front.prefix(header.offset + header.byteCount))
        guard case .format(let format)? = try reader.next() else { throw reader.truncation }
        self.format = format
        try walk(from: header.offset + header.byteCount)
        settleLostFrames()
        try compareWithTheTrailer()
    }

    // MARK: - The walk over the sections

    private mutating func walk(from start: Int) throws(VRVQError) {
        var search = SectionSearch(bytes)
        var position = start
        while position < bytes.count, totals == nil {
            search.advance(to: position)
            if let place = search.intact(at: position) {
                try take(place)
                position = place.bytes.upperBound
            } else {
                position = noteDamage(at: position, &search)
            }
        }
        if totals == nil {
            fault("the stream is cut off: it ends without its trailer", bytes.count..<bytes.count)
        } else if position < bytes.count {
            fault("trailing bytes behind the end of the stream", position..<bytes.count)
        }
    }

    private mutating func take(_ place: SectionSearch.Place) throws(VRVQError) {
        var cursor = ByteCursor(
            bytes[place.payload], context: "the \(place.type)", offset: place.payload.lowerBound)
        do throws(VRVQError) {
            switch place.type {
            case .chunk: try takeChunk(&cursor, place)
            case .tags: tags = try Tag.list(&cursor)
            case .trailer: totals = try StreamTotals(unchecked: &cursor)
            case .segment:
                _ = try Segment(&cursor, format)
                hasSegments = true
            case .header: fault("a second header section", place.bytes)
            case .entropyModel: try models.use(try EntropyModelSection(&cursor), format, from: contextModels)
            default: try skip(place)
            }
        } catch {
            guard error.code != .unsupported, error.code != .modelMismatch else { throw error }
            lose(place.bytes, isFrames: place.type == .chunk, because: error.message)
        }
    }

    private mutating func takeChunk(_ cursor: inout ByteCursor, _ place: SectionSearch.Place) throws(VRVQError) {
        let frames: Int =
            switch try ChunkCoding.content(&cursor, format: format, &models) {
            case .grids(let grids, _): grids[0].frames
            case .silence(let frames): frames
            }
        runs.append(Run(kind: .chunk, bytes: place.bytes, payload: place.payload, frames: frames))
        intactChunks += 1
    }

    private func skip(_ place: SectionSearch.Place) throws(VRVQError) {
        guard place.type.isCritical else { return }
        throw VRVQError(
            .unsupported, "this build cannot read a \(place.type): update vrvq", offset: place.bytes.lowerBound)
    }

    /// Notes a damaged place and gives the offset at which reading goes on.
    private mutating func noteDamage(at position: Int, _ search: inout SectionSearch) -> Int {
        let next = search.next(from: position + 1)?.bytes.lowerBound ?? bytes.count
        guard let claim = search.claim(at: position), claim.bytes.upperBound == next else {
            if next == bytes.count {
                fault("no intact section from here to the end", position..<next)
            } else {
                lose(position..<next, isFrames: true, because: "bytes that are no section")
            }
            return next
        }
        let isFrames = !(claim.type == .tags || claim.type == .trailer || claim.type == .chunkIndex)
        lose(claim.bytes, isFrames: isFrames, because: "a \(claim.type) with a wrong checksum")
        return next
    }

    private mutating func lose(_ range: Range<Int>, isFrames: Bool, because message: String) {
        fault(message, range)
        let frames = isFrames ? format.framesPerChunk : 0
        runs.append(Run(kind: .lost, bytes: range, payload: range, frames: frames, fault: faults.count - 1))
    }

    private mutating func fault(_ message: String, _ range: Range<Int>) {
        faults.append(Fault(message, range))
    }

    // MARK: - What is lost

    /// Frames of the places where something is missing, and the frames that each fault tells of.
    private mutating func settleLostFrames() {
        let places = runs.indices.filter { runs[$0].kind == .lost }
        let chunkBytes = max(
            1, runs.reduce(0) { $0 + ($1.kind == .chunk ? $1.bytes.count : 0) } / max(1, intactChunks))
        for place in places {
            runs[place].frames *= max(1, (runs[place].bytes.count + chunkBytes / 2) / chunkBytes)
        }
        if let totals, var missing = Optional(max(0, totals.frames - (frames - lostFrames))) {
            let last = places.last { runs[$0].frames > 0 } ?? places.last
            for place in places {
                runs[place].frames = place == last ? missing : min(missing, runs[place].frames)
                missing -= runs[place].frames
            }
        }
        var first = 0
        for run in runs {
            if let fault = run.fault { faults[fault].frames = first..<first + run.frames }
            first += run.frames
        }
    }

    private mutating func compareWithTheTrailer() throws(VRVQError) {
        guard faults.isEmpty else { return }
        // Whatever is wrong besides (counts, distances, order) the reader that refuses everything finds.
        var reader = StreamReader(contextModels: contextModels)
        reader.push(bytes)
        do throws(VRVQError) {
            while try reader.next() != nil {}
            try reader.finish()
        } catch {
            let place = min(error.offset ?? bytes.count, bytes.count)
            fault(error.message, place..<place)
        }
    }
}

extension StreamReader {
    /// The error of a stream that ends inside its header.
    fileprivate static func truncation(of bytes: ArraySlice<UInt8>) -> VRVQError {
        var reader = StreamReader()
        reader.push(bytes)
        do throws(VRVQError) { _ = try reader.next() } catch { return error }
        return reader.truncation
    }
}
