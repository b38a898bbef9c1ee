import VRVQNetwork

/// One channel's samples to frames on several threads. A signal is cut into segments, each run as a stream of its
/// own from far enough before its first frame that every layer has seen all it would have seen: the results are
/// those of one stream, bit for bit. With one thread it is one stream.
final class ParallelAnalysis {
    private let engine: Engine
    private var streams: [AnalysisStream] = []
    private var window: [Float] = []
    /// Frame at which `window` begins.
    private var windowFrame = 0
    /// Next frame to give.
    private var next = 0
    private let back: Int
    private let lookAhead: Int
    private let hop: Int

    init(_ engine: Engine, threads: Int, search: QuantizerSearch) throws(VRVQError) {
        self.engine = engine
        hop = engine.network.architecture.hop
        back = max(engine.report.encoderReach.back, engine.report.importanceReach?.back ?? 0)
        lookAhead = engine.report.encoderLookAhead + 1
        for _ in 0..<max(1, threads) { streams.append(try AnalysisStream(engine, search)) }
    }

    /// Bytes that it holds between pushes.
    var heldBytes: Int { streams.reduce(4 * window.capacity) { $0 + $1.heldBytes } }

    /// Takes samples and returns the frames that are complete. The last call pads to whole frames.
    func push(_ samples: [Float], isLast: Bool) -> Analysis {
        if streams.count == 1 { return pushSingle(samples, isLast: isLast) }
        window += samples
        if isLast { padToFrames() }
        let end = windowFrame * hop + window.count
        var result = Analysis(stages: engine.network.quantizer.stages.count)
        while true {
            let complete = isLast ? end / hop : max(0, (end - lookAhead) / hop)
            let ready = min(complete - next, streams.count * engine.segmentFrames)
            guard ready > 0, isLast || ready == streams.count * engine.segmentFrames else { return result }
            runRound(next..<next + ready, signalEnd: isLast ? end : nil, into: &result)
        }
    }

    private func pushSingle(_ samples: [Float], isLast: Bool) -> Analysis {
        next += samples.count
        var samples = samples
        if isLast && next % hop != 0 { samples += repeatElement(0, count: hop - next % hop) }
        samples.withUnsafeBufferPointer { streams[0].push($0, isLast: isLast) }
        return streams[0].take()
    }

    private func padToFrames() {
        let rest = window.count % hop
        if rest != 0 { window += repeatElement(0, count: hop - rest) }
    }

    private func runRound(_ frames: Range<Int>, signalEnd: Int?, into result: inout Analysis) {
        let parts = shares(of: frames, parts: streams.count)
        var outputs = [Analysis](repeating: Analysis(stages: result.stages), count: parts.count)
        let (hop, back, lookAhead, origin) = (self.hop, self.back, self.lookAhead, windowFrame * self.hop)
        streams.withUnsafeMutableBufferPointer { streams in
            outputs.withUnsafeMutableBufferPointer { outputs in
                window.withUnsafeBufferPointer { window in
                    let (workers, results) = (Workers(values: streams), Workers(values: outputs))
                    let input = Workers(values: UnsafeMutableBufferPointer(mutating: window))
                    concurrently(parts.count) { index in
                        let part = parts[index]
                        guard !part.isEmpty else { return }
                        let first = max(0, part.lowerBound - back)
                        let wanted = (part.upperBound - 1) * hop + max(hop, lookAhead)
                        let stop = min(wanted, signalEnd ?? wanted)
                        let stream = workers.values[index]
                        stream.reset()
                        stream.push(
                            UnsafeBufferPointer(rebasing: input.values[first * hop - origin..<stop - origin]),
                            isLast: stop == signalEnd)
                        let offset = part.lowerBound - first
                        results.values[index].append(stream.result, frames: offset..<offset + part.count)
                    }
                }
            }
        }
        for output in outputs { result.append(output, frames: 0..<output.frames) }
        next = frames.upperBound
        let keep = max(windowFrame, next - back)
        window.removeFirst((keep - windowFrame) * hop)
        windowFrame = keep
    }
}

/// One channel's frames to samples on several threads, cut into segments in the same way.
final class ParallelSynthesis {
    private let engine: Engine
    private var streams: [SynthesisStream] = []
    private var window: CodeGrid
    private var windowFrame = 0
    private var next = 0

    init(_ engine: Engine, threads: Int) throws(VRVQError) {
        self.engine = engine
        let quantizer = engine.network.architecture.quantizer
        window = CodeGrid(stages: quantizer.stages, entries: quantizer.entries)
        for _ in 0..<max(1, threads) { streams.append(try SynthesisStream(engine)) }
    }

    /// Bytes that it holds between pushes.
    var heldBytes: Int { streams.reduce(2 * window.codes.capacity) { $0 + $1.heldBytes } }

    /// Takes frames and returns the samples that are complete. In all they are `frames * hop`, less what the odd
    /// strides of some published models leave out at the very end.
    func push(_ grid: CodeGrid, isLast: Bool) -> [Float] {
        var samples: [Float] = []
        if streams.count == 1 {
            if grid.frames > 0 || isLast {
                streams[0].push(grid, frames: 0..<grid.frames, isLast: isLast, into: &samples)
            }
            return samples
        }
        window.append(grid)
        let end = windowFrame + window.frames
        while true {
            let complete = isLast ? end : end - engine.report.decoderReach.ahead
            let ready = min(complete - next, streams.count * engine.segmentFrames)
            guard ready > 0, isLast || ready == streams.count * engine.segmentFrames else { return samples }
            runRound(next..<next + ready, signalEnd: isLast ? end : nil, into: &samples)
        }
    }

    private func runRound(_ frames: Range<Int>, signalEnd: Int?, into samples: inout [Float]) {
        let parts = shares(of: frames, parts: streams.count)
        var outputs = [[Float]](repeating: [], count: parts.count)
        let (back, ahead) = (engine.report.decoderReach.back, engine.report.decoderReach.ahead)
        let (hop, origin, window) = (engine.network.architecture.hop, windowFrame, self.window)
        streams.withUnsafeMutableBufferPointer { streams in
            outputs.withUnsafeMutableBufferPointer { outputs in
                let (workers, results) = (Workers(values: streams), Workers(values: outputs))
                concurrently(parts.count) { index in
                    let part = parts[index]
                    guard !part.isEmpty else { return }
                    let first = max(0, part.lowerBound - back)
                    let stop = min(part.upperBound + ahead, signalEnd ?? Int.max)
                    let stream = workers.values[index]
                    var audio: [Float] = []
                    stream.reset()
                    stream.push(window, frames: first - origin..<stop - origin, isLast: stop == signalEnd, into: &audio)
                    let offset = (part.lowerBound - first) * hop
                    results.values[index] = Array(audio[offset..<min(audio.count, offset + part.count * hop)])
                }
            }
        }
        for output in outputs { samples += output }
        next = frames.upperBound
        let keep = max(windowFrame, next - back)
        self.window.removeFirst(keep - windowFrame)
        windowFrame = keep
    }
}
