import VRVQ

/// Streams through everything that takes them.
enum StreamEntries {
    /// Frames of silence beyond which a stream is only read once: a few bytes may stand for 2^24, whose only effect is
    /// that each run takes long.
    private static let mostFrames = 1 << 16
    private static let contexts = TinyModels.contexts

    /// The strict reader at once and in pieces, the tolerant one, the one that holds the whole, and the way back.
    static func read(_ bytes: [UInt8]) throws(BrokenPromise) {
        guard let events = try events([bytes[...]]) else { return }
        let cuts = stride(from: 0, to: bytes.count, by: 7).map { bytes[$0..<min(bytes.count, $0 + 7)] }
        let pieces = try self.events(cuts)
        try promise(pieces == events, "pieces give \(String(describing: pieces)), the whole \(events)")
        let isWhole = if case .success = events { true } else { false }
        let inspection = try attempt(in: bytes.count) { () throws(VRVQError) in
            try StreamInspection(bytes, contextModels: contexts)
        }
        let faults = inspection?.faults.map(\.message) ?? ["no stream"]
        // The reader has no use for these two, and does not look at them.
        let counts = faults.filter { !isWhole || !($0.contains("index") || $0.contains("position")) }
        try promise(counts.isEmpty == isWhole, "the reader says \(events), the inspection \(faults)")
        let stream = try attempt(in: bytes.count) { () throws(VRVQError) in
            try VRVQStream(decoding: bytes, contextModels: contexts)
        }
        guard let stream else { return }
        let again = try attempt { () throws(VRVQError) in try VRVQStream(decoding: stream.encoded()) }
        try promise(again == stream, "what was read is not read from what was written of it")
    }

    /// All events of a stream, or the error; nil for one of very many frames.
    private static func events(
        _ pieces: [ArraySlice<UInt8>]
    ) throws(BrokenPromise) -> Result<[StreamReader.Event], VRVQError>? {
        var reader = StreamReader(contextModels: contexts)
        var events: [StreamReader.Event] = []
        var failure: VRVQError?
        let count = pieces.reduce(0) { $0 + $1.count }
        let end: Void? = try attempt(in: count) { () throws(VRVQError) in
            do throws(VRVQError) {
                for piece in pieces {
                    reader.push(piece)
                    while reader.statistics.silenceRunFrames <= mostFrames, let event = try reader.next() {
                        events.append(event)
                    }
                }
                if reader.statistics.silenceRunFrames <= mostFrames { try reader.finish() }
            } catch {
                failure = error
                throw error
            }
        }
        if end != nil && reader.statistics.silenceRunFrames > mostFrames { return nil }
        return failure.map { .failure($0) } ?? .success(events)
    }

    /// Whether a stream is read to its end.
    private static func isWhole(_ bytes: [UInt8]) throws(BrokenPromise) -> Bool {
        guard case .success? = try events([bytes[...]]) else { return false }
        return true
    }

    /// Whether it has more frames than are tried.
    private static func isLong(_ bytes: [UInt8]) throws(BrokenPromise) -> Bool { try events([bytes[...]]) == nil }

    /// The network's sound, at once and in pieces; the samples have to be as many.
    static func decode(_ bytes: [UInt8]) throws(BrokenPromise) {
        guard let named = Seals.renamed(bytes, { TinyModels.codec($0)?.model.fingerprint }) else { return }
        let whole = try sampleCount(named, step: named.count)
        let pieces = try sampleCount(named, step: 11)
        try promise(whole == pieces, "\(whole ?? -1) samples of the whole, \(pieces ?? -1) of pieces")
    }

    /// Samples of a decode, as far as they are no more than a bound; nil for an error.
    private static func sampleCount(_ bytes: [UInt8], step: Int) throws(BrokenPromise) -> Int? {
        let mostSamples = 1 << 18
        return try attempt(in: bytes.count) { () throws(VRVQError) in
            var decoder = StreamDecoder { format throws(VRVQError) in
                guard let codec = TinyModels.codec(format) else { throw VRVQError(.modelMismatch, "no such model") }
                return codec
            }
            var count = 0
            for start in stride(from: 0, to: bytes.count, by: step) {
                decoder.append(Array(bytes[start..<min(bytes.count, start + step)]))
                while let samples = try decoder.next() {
                    count += samples.reduce(0) { $0 + $1.count }
                    if count > mostSamples { return mostSamples }
                }
            }
            return try count + decoder.finish().reduce(0) { $0 + $1.count }
        }
    }

    /// Fewer codebooks: at once and in pieces; a valid stream comes out of every valid one.
    static func transcode(_ bytes: [UInt8]) throws(BrokenPromise) {
        guard let first = bytes.first else { return }
        let stream = Seals.renewed(Array(bytes.dropFirst()))
        guard try !isLong(stream) else { return }
        let whole = try transcoded(stream, codebooks: Int(first), step: max(1, stream.count))
        let pieces = try transcoded(stream, codebooks: Int(first), step: 5)
        try promise(whole == pieces, "pieces make a difference to the transcoded bytes")
        guard let whole else { return }
        try promise(try isWhole(whole), "a transcoded stream that cannot be read")
        let again = try transcoded(whole, codebooks: Int(first), step: max(1, whole.count))
        try promise(again == whole, "transcoding twice is not transcoding once")
    }

    private static func transcoded(
        _ bytes: [UInt8], codebooks: Int, step: Int
    ) throws(BrokenPromise) -> [UInt8]? {
        try attempt(in: bytes.count) { () throws(VRVQError) in
            var transcoder = StreamTranscoder(codebooks: codebooks, contextModels: contexts)
            var result: [UInt8] = []
            for start in stride(from: 0, to: bytes.count, by: step) {
                result += try transcoder.push(Array(bytes[start..<min(bytes.count, start + step)]))
            }
            try transcoder.finish()
            return result
        }
    }

    /// A lower rate: a valid stream of no more bytes comes out of every valid one, and of that the same again.
    static func reduce(_ bytes: [UInt8]) throws(BrokenPromise) {
        guard bytes.count >= 2 else { return }
        let size = Int(bytes[0]) << 8 | Int(bytes[1])
        let stream = Seals.renewed(Array(bytes.dropFirst(2)))
        guard try !isLong(stream) else { return }
        guard let reduced = try reduced(stream, size: size) else { return }
        try promise(try isWhole(reduced), "a stream of a lower rate that cannot be read")
        try promise(reduced.count <= size, "\(reduced.count) bytes where \(size) are allowed")
        let again = try self.reduced(reduced, size: size)
        try promise(again != nil, "what fits into \(size) bytes is refused")
    }

    private static func reduced(_ bytes: [UInt8], size: Int) throws(BrokenPromise) -> [UInt8]? {
        try attempt(in: bytes.count) { () throws(VRVQError) in
            let reduction = try RateReduction(bytes, contextModels: contexts)
            return try reduction.reduced(.size(size)).bytes
        }
    }

    /// A piece, and the piece joined with the whole.
    static func cut(_ bytes: [UInt8]) throws(BrokenPromise) {
        guard bytes.count >= 8 else { return }
        let numbers = bytes.prefix(8).map(Int.init)
        let stream = Seals.renewed(Array(bytes.dropFirst(8)))
        guard try !isLong(stream) else { return }
        let start = numbers[0] << 8 | numbers[1]
        // The eighth byte makes lengths of any size.
        let length = (numbers[2] << 8 | numbers[3]) << (numbers[4] % 32)
        let isWhole = try isWhole(stream)
        let piece = try attempt(in: stream.count) { () throws(VRVQError) in
            try StreamCut.cut(
                stream, samples: start..<start + length, context: FrameContext(back: numbers[5], ahead: numbers[6]),
                contextModels: contexts)
        }
        guard let piece else { return }
        // Whole chunks are copied unread, right checksum and wrong codes included.
        let pieceIsWhole = try self.isWhole(piece)
        try promise(!isWhole || pieceIsWhole, "a piece of a valid stream that cannot be read")
        let joined = try attempt { () throws(VRVQError) in
            try StreamCut.joined([piece, stream, piece], contextModels: contexts)
        }
        guard isWhole, let joined else { return }
        try promise(try self.isWhole(joined), "a joined stream that cannot be read")
    }

    /// Other tags in the same stream.
    static func tags(_ bytes: [UInt8]) throws(BrokenPromise) {
        guard let count = bytes.first.map(Int.init), bytes.count > 2 * count else { return }
        let text = bytes.dropFirst().prefix(2 * count)
        let tag = Tag(
            key: String(decoding: text.prefix(count), as: UTF8.self),
            value: String(decoding: text.dropFirst(count), as: UTF8.self))
        let stream = Seals.renewed(Array(bytes.dropFirst(1 + 2 * count)))
        guard try !isLong(stream) else { return }
        let old = try attempt(in: stream.count) { () throws(VRVQError) in
            try TagEditing.tags(of: stream, contextModels: contexts)
        }
        guard let old else { return }
        let new = TagEditing.edited(old, setting: [tag], removing: [])
        let changed = try attempt { () throws(VRVQError) in
            try TagEditing.replacingTags(of: stream, with: new, contextModels: contexts)
        }
        guard let changed else { return }
        let read = try attempt { () throws(VRVQError) in try TagEditing.tags(of: changed, contextModels: contexts)
        }
        try promise(read == new, "the tags \(new) are read as \(read ?? [])")
    }

    /// What is whole of a damaged stream is a valid stream.
    static func repair(_ bytes: [UInt8]) throws(BrokenPromise) {
        let inspection = try attempt(in: bytes.count) { () throws(VRVQError) in
            try StreamInspection(bytes, contextModels: contexts)
        }
        guard let inspection else { return }
        for fault in inspection.faults {
            let isInside = fault.bytes.lowerBound >= 0 && fault.bytes.upperBound <= bytes.count
            try promise(isInside, "a fault at \(fault.bytes) of \(bytes.count) bytes")
        }
        let repaired = try attempt { () throws(VRVQError) in try inspection.repaired() }
        guard let repaired, try !isLong(repaired) else { return }
        try promise(try isWhole(repaired), "a repaired stream that cannot be read")
        try promise(!inspection.faults.isEmpty || repaired == bytes, "a whole stream that was changed")
    }
}
