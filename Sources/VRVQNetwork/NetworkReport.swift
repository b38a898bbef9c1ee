/// What a network costs and how far it sees, measured by running it over `Geometry`.
public struct NetworkReport: Equatable, Sendable {
    /// Values by part, kernels folded.
    public let parameters: [Parameter.Part: Int]
    /// Multiply-accumulates per second of audio, by part. The quantizer's are its projections and its search.
    public let multiplyAccumulatesPerSecond: [Parameter.Part: Double]
    /// Frames before and after a frame's own whose samples its codes depend on (in whole frames, rounded out).
    public let encoderReach: FrameReach
    /// The same for its importance; nil in a constant-rate model.
    public let importanceReach: FrameReach?
    /// Frames before and after on which the samples of a frame depend when decoding.
    public let decoderReach: FrameReach
    /// Samples from the first sample of a frame to the last one that its codes depend on.
    public let codeLookAhead: Int
    /// Samples from the first sample of a frame to the last one that its codes or its importance depend on.
    public let encoderLookAhead: Int

    /// Whole frames to either side.
    public struct FrameReach: Equatable, Sendable {
        /// Frames before.
        public let back: Int
        /// Frames after.
        public let ahead: Int
    }
}

extension Network {
    /// Runs the network over `Geometry`.
    public func report() -> NetworkReport {
        let hop = architecture.hop
        var geometry = Geometry()
        let samples = geometry.source(rows: 64 * hop, channels: 1)
        let (feature, latent) = encode(samples, on: &geometry)
        var costs: [Parameter.Part: Int] = [.encoder: geometry.multiplyAccumulates]
        let importance = importance(feature, on: &geometry)
        costs[.importance] = importance == nil ? nil : geometry.multiplyAccumulates - costs[.encoder]!
        var other = Geometry()
        _ = quantizer.quantize(other.source(rows: 64, channels: architecture.latent), on: &other)
        costs[.quantizer] = other.multiplyAccumulates
        var decoding = Geometry()
        let latents = decoding.source(rows: 64, channels: architecture.latent)
        let audio = decode(latents, on: &decoding)
        costs[.decoder] = decoding.multiplyAccumulates

        func reach(_ tensor: Geometry.Tensor) -> ClosedRange<Int> {
            geometry.inputs(of: tensor, rows: 0...0, source: samples)
        }
        func inFrames(_ range: ClosedRange<Int>) -> NetworkReport.FrameReach {
            // Frames are the rows of the stream that holds them: back to the frame of the first sample needed.
            .init(back: (-range.lowerBound + hop - 1) / hop, ahead: max(0, range.upperBound) / hop)
        }
        let codes = reach(latent)
        let map = importance.map(reach)
        let sound = decoding.inputs(of: audio, rows: 0...hop - 1, source: latents)
        let seconds = Double(64 * hop) / Double(architecture.sampleRate)
        return NetworkReport(
            parameters: Dictionary(parameters.map { ($0.part, $0.count) }, uniquingKeysWith: +),
            multiplyAccumulatesPerSecond: costs.mapValues { Double($0) / seconds },
            encoderReach: inFrames(codes), importanceReach: map.map(inFrames),
            decoderReach: .init(back: -sound.lowerBound, ahead: sound.upperBound),
            codeLookAhead: codes.upperBound, encoderLookAhead: max(codes.upperBound, map?.upperBound ?? 0))
    }
}
