import VRVQ
import VRVQAudio
import VRVQNetwork

/// What a model makes of recordings: the codes of all stages and the importance of every frame.
struct CodeCorpus {
    /// A stretch of one channel.
    struct Recording: Sendable {
        var codes: [UInt16]
        var importance: [Float]
        var frames: Int
    }

    let stages: Int
    let entries: Int
    let framesPerSecond: Double
    var recordings: [Recording] = []

    /// Frames of all recordings.
    var frames: Int { recordings.reduce(0) { $0 + $1.frames } }
    /// Hours of all recordings.
    var hours: Double { Double(frames) / framesPerSecond / 3600 }

    init(_ model: Model) {
        let architecture = model.architecture
        self.init(
            stages: architecture.quantizer.stages, entries: architecture.quantizer.entries,
            framesPerSecond: Double(architecture.sampleRate) / Double(architecture.hop))
    }

    init(stages: Int, entries: Int, framesPerSecond: Double) {
        (self.stages, self.entries, self.framesPerSecond) = (stages, entries, framesPerSecond)
    }

    /// Encodes recordings of all groups in turn until there are so many hours, at most `longest` seconds of each; the
    /// order depends on the seed alone. The first channel is taken. Files that cannot be read are passed over.
    mutating func fill(
        _ groups: [AudioGroup], codec: Codec, hours limit: Double, longest: Int = 120, seed: Int,
        report: (String) -> Void
    ) throws {
        var queues = groups.enumerated().map { index, group in
            var random = KeyedRandom(seed, index)
            return random.permutation(group.files.count).map { group.files[$0] }
        }
        var refused = 0
        while hours < limit, queues.contains(where: { !$0.isEmpty }) {
            for index in queues.indices where hours < limit {
                guard let path = queues[index].popLast() else { continue }
                do { try append(path, codec: codec, longest: longest) } catch is AudioError { refused += 1 }
            }
        }
        if refused > 0 { report("\(refused) files could not be read") }
        if recordings.isEmpty { throw RunError(.unreadable, "the data holds no audio that can be encoded") }
    }

    private mutating func append(_ path: String, codec: Codec, longest: Int) throws {
        let reader = try AudioReader(path: path)
        var planar: [[Float]] = []
        _ = try reader.read(into: &planar, upTo: longest * reader.format.sampleRate)
        let samples = try Resampler.resample(
            [planar[0]], from: reader.format.sampleRate, to: codec.sampleRate)[0]
        guard samples.contains(where: { $0 != 0 }), samples.allSatisfy(\.isFinite) else { return }
        let analysis = try codec.analyse(samples)
        let importance = analysis.importance.isEmpty ? Array(repeating: 1, count: analysis.frames) : analysis.importance
        recordings.append(
            Recording(codes: analysis.codes, importance: importance, frames: analysis.frames))
    }

    /// Takes out one recording in `count` (at least one where there are two), for tests that training has not seen.
    mutating func takingOut(oneIn count: Int, seed: Int) -> CodeCorpus {
        var taken = self
        (taken.recordings, recordings) = (
            recordings.enumerated().filter { $0.offset % count == count / 2 }.map(\.element),
            recordings.enumerated().filter { $0.offset % count != count / 2 }.map(\.element)
        )
        if taken.recordings.isEmpty, let last = recordings.last, recordings.count > 1 {
            taken.recordings = [last]
            recordings.removeLast()
        }
        return taken
    }
}

/// Chunks of codes as a stream has them: depths by a scale, the rest cut off.
struct ChunkPool {
    /// One chunk of one channel.
    struct Chunk {
        /// Row-major [frames][stages]; zeros at the depth and beyond.
        var codes: [Int64]
        /// Zero behind the end.
        var depths: [Int64]
    }

    let length: Int
    private(set) var chunks: [Chunk] = []

    /// All recordings cut up from a random place, each chunk at a random scale or, in three of ten, at full depth.
    init(_ corpus: CodeCorpus, length: Int, _ random: inout KeyedRandom) {
        self.length = length
        for recording in corpus.recordings {
            for start in stride(from: -random.below(length), to: recording.frames, by: length) {
                let frames = max(0, start)..<min(recording.frames, start + length)
                guard frames.count > 1 else { continue }
                let spread = Double(corpus.stages) / 4...Double(corpus.stages) * 8
                let scale = random.uniform() < 0.3 ? nil : Self.logarithmic(spread, &random)
                chunks.append(Self.chunk(recording, frames, corpus.stages, scale: scale, length: length))
            }
        }
    }

    private static func logarithmic(_ range: ClosedRange<Double>, _ random: inout KeyedRandom) -> Float {
        let ratio = range.upperBound / range.lowerBound
        return Float(range.lowerBound * power(ratio, random.uniform()))
    }

    private static func chunk(
        _ recording: CodeCorpus.Recording, _ frames: Range<Int>, _ stages: Int, scale: Float?, length: Int
    ) -> Chunk {
        var chunk = Chunk(
            codes: Array(repeating: 0, count: length * stages), depths: Array(repeating: 0, count: length))
        for (row, frame) in frames.enumerated() {
            let depth = scale.map { min(stages, Int(max(0, min($0 * recording.importance[frame], 255))) + 1) } ?? stages
            chunk.depths[row] = Int64(depth)
            for stage in 0..<depth {
                chunk.codes[row * stages + stage] = Int64(recording.codes[frame * stages + stage])
            }
        }
        return chunk
    }
}
