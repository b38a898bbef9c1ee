import VRVQNetwork

/// One channel's samples to what any rate is chosen from: codes and importance by the network, silence by the samples.
struct ChannelAnalysis {
    private let network: ParallelAnalysis
    private var detector: SilenceDetector
    /// Frames of which only the one or the other is known.
    private var pending: Analysis

    init(_ codec: Codec, silence: Silence, search: QuantizerSearch) throws(VRVQError) {
        let (engine, stages) = (codec.engine, codec.model.architecture.quantizer.stages)
        network = try ParallelAnalysis(engine, threads: codec.threads, search: search)
        let reach = engine.report.decoderReach
        detector = SilenceDetector(
            silence, hop: codec.model.architecture.hop, back: reach.back, ahead: reach.ahead)
        pending = Analysis(stages: stages)
    }

    /// Bytes that it holds between pushes.
    var heldBytes: Int { network.heldBytes + pending.heldBytes }

    /// Takes samples and returns the frames that are complete.
    mutating func push(_ samples: [Float], isLast: Bool) -> Analysis {
        let analysis = network.push(samples, isLast: isLast)
        pending.append(analysis, frames: 0..<analysis.frames)
        pending.silence += detector.push(samples, isLast: isLast)
        return pending.removeFirst(min(pending.frames, pending.silence.count))
    }
}
