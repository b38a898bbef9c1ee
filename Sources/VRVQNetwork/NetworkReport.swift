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
        let samples = geometry.source(rows: hop, channels: 1)
        let (feature, latent) = encode(samples, on: &geometry)
        let importance = importance(feature, on: &geometry)
        var decoding = Geometry()
        let latents = decoding.source(rows: 1, channels: architecture.latent)
        let audio = decode(latents, on: &decoding)

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
        let frames = 64
        let seconds = Double(frames * hop) / Double(architecture.sampleRate)
        let costs = multiplyAccumulates(frames: frames)
        return NetworkReport(
            parameters: Dictionary(parameters.map { ($0.part, $0.count) }, uniquingKeysWith: +),
            multiplyAccumulatesPerSecond: costs.mapValues { Double($0) / seconds },
            encoderReach: inFrames(codes), importanceReach: map.map(inFrames),
            decoderReach: .init(back: -sound.lowerBound, ahead: sound.upperBound),
            codeLookAhead: codes.upperBound, encoderLookAhead: max(codes.upperBound, map?.upperBound ?? 0))
    }

    /// Multiply-accumulates of a whole signal of `frames` frames, padded edges included, by part.
    public func multiplyAccumulates(frames: Int) -> [Parameter.Part: Int] {
        func cost(_ run: (inout Geometry) -> Void) -> Int {
            var geometry = Geometry()
            run(&geometry)
            return geometry.multiplyAccumulates
        }
        let encoder = cost { _ = encode($0.source(rows: frames * architecture.hop, channels: 1), on: &$0) }
        let both = cost {
            let feature = encode($0.source(rows: frames * architecture.hop, channels: 1), on: &$0).feature
            _ = importance(feature, on: &$0)
        }
        return [
            .encoder: encoder, .importance: both - encoder,
            .quantizer: cost {
                _ = quantizer.quantize($0.source(rows: frames, channels: architecture.latent), on: &$0)
            },
            .decoder: cost { _ = decode($0.source(rows: frames, channels: architecture.latent), on: &$0) },
        ]
    }

    /// Delay in samples as the published code computes it for its chunked mode with the padding off: half of what
    /// the network takes in to give one output, walking every convolution in the order of the checkpoint. The
    /// published walk includes the importance subnet, which does not stand in the signal's path.
    public var publishedDelay: Int {
        let stages = quantizer.stages.flatMap { [Layer.convolution($0.project), .convolution($0.expand)] }
        let chain = (featureLayers + latentLayers + stages + (importanceLayers ?? []) + decoderLayers)
            .flatMap(\.convolutions)
        let output = chain.reduce(0) { $1.unpaddedRows(from: $0) }
        let input = chain.reversed().reduce(output) { $1.unpaddedRows(to: $0) }
        return (input - output) / 2
    }
}

extension Layer {
    /// The convolutions of a layer, in order.
    fileprivate var convolutions: [Layer] {
        switch self {
        case .convolution, .transposedConvolution: [self]
        case .residualUnit(let unit): [.convolution(unit.dilated), .convolution(unit.pointwise)]
        case .snake, .tanh: []
        }
    }

    /// Rows that `rows` rows give without padding; a count without regard to sign, as the published formula.
    fileprivate func unpaddedRows(from rows: Int) -> Int {
        switch self {
        case .convolution(let layer): floorDivide(rows - layer.span, layer.stride) + 1
        case .transposedConvolution(let layer): (rows - 1) * layer.stride + layer.kernel
        default: rows
        }
    }

    /// Rows that are needed for `rows` rows without padding.
    fileprivate func unpaddedRows(to rows: Int) -> Int {
        switch self {
        case .convolution(let layer): (rows - 1) * layer.stride + layer.span
        case .transposedConvolution(let layer): -floorDivide(layer.kernel - rows, layer.stride) + 1
        default: rows
        }
    }
}
