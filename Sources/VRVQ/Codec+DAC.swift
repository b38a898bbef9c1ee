import Dispatch
import Synchronization
import VRVQNetwork

/// Decoding of the official program's files.
extension Codec {
    /// Samples over all channels that decoding a `.dac` file holds in memory: 1 GiB of them.
    package static let maximumDACSamples = 1 << 28

    /// The samples of a `.dac` file at the model's rate, chunk by chunk as they were coded, before its loudness is
    /// restored: one array per channel.
    /// - Throws: `modelMismatch` where the codes cannot be this model's, `malformed` where a chunk is shorter than the
    ///   network, `limitExceeded`.
    package func samples(of file: DACFile) throws(VRVQError) -> [[Float]] {
        try check(file)
        let chunks = file.isPadded ? [0..<file.frames] : file.chunks
        let jobs = (0..<file.channels).flatMap { channel in chunks.map { (channel: channel, frames: $0) } }
        let pieces = try file.isPadded ? paddedPieces(file) : unpaddedPieces(file, jobs)
        guard file.frames == 0 || pieces.allSatisfy({ !$0.isEmpty }) else {
            throw VRVQError(
                .malformed, "a chunk of the .dac file has fewer frames than the model \(model.name) takes to decode")
        }
        return (0..<file.channels).map { channel in
            Array(pieces[channel * chunks.count..<(channel + 1) * chunks.count].joined())
        }
    }

    private func check(_ file: DACFile) throws(VRVQError) {
        try file.check(model)
        try (0...Self.maximumDACSamples).check(
            file.channels * file.frames * model.architecture.hop, "number of samples to decode at once")
    }

    private func paddedPieces(_ file: DACFile) throws(VRVQError) -> [[Float]] {
        var pieces: [[Float]] = []
        for channel in 0..<file.channels {
            let synthesis = try ParallelSynthesis(engine, threads: threads)
            let grid = file.grid(channel: channel, frames: 0..<file.frames, of: model.architecture.quantizer)
            pieces.append(synthesis.push(grid, isLast: true))
        }
        return pieces
    }

    /// Chunks know nothing of each other: every thread takes the next one.
    private func unpaddedPieces(
        _ file: DACFile, _ jobs: [(channel: Int, frames: Range<Int>)]
    ) throws(VRVQError) -> [[Float]] {
        var streams: [UnpaddedSynthesis] = []
        for _ in 0..<max(1, min(threads, jobs.count)) { streams.append(try UnpaddedSynthesis(engine)) }
        let quantizer = model.architecture.quantizer
        let free = Mutex(Streams(streams))
        let pieces = Mutex([[Float]](repeating: [], count: jobs.count))
        let next = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: streams.count) { _ in
            let stream = free.withLock { $0.values.removeLast() }
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < jobs.count else { return }
                let grid = file.grid(channel: jobs[index].channel, frames: jobs[index].frames, of: quantizer)
                let samples = stream.samples(of: grid)
                pieces.withLock { $0[index] = samples }
            }
        }
        return pieces.withLock { $0 }
    }
}

extension DACFile {
    /// Throws unless the codes can be a model's. Models that do not decode as the published DAC does have none such.
    func check(_ model: Model) throws(VRVQError) {
        let quantizer = model.architecture.quantizer
        guard case .pyramid = model.architecture.decoder, stages <= quantizer.stages,
            codes.allSatisfy({ Int($0) < quantizer.entries })
        else {
            throw VRVQError(
                .modelMismatch,
                "the file's codes are not those of the model \(model.name): \(stages) stages, codes up to "
                    + "\(codes.max() ?? 0); name a DAC model with --model")
        }
    }

    /// All frames, one grid per channel.
    package func grids(of model: Model) throws(VRVQError) -> [CodeGrid] {
        try check(model)
        return (0..<channels).map { grid(channel: $0, frames: 0..<frames, of: model.architecture.quantizer) }
    }
}

/// Hands each thread a stream of its own.
private struct Streams: @unchecked Sendable {
    // @unchecked: a stream that was taken is used by the thread that took it alone.
    var values: [UnpaddedSynthesis]

    init(_ values: [UnpaddedSynthesis]) { self.values = values }
}
