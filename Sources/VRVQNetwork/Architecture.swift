/// Everything that shapes a network, as data: it is stored in the model file, and two models with equal
/// architectures differ in their weights alone.
public struct Architecture: Equatable, Sendable {
    /// Samples per second of the audio that the network codes.
    public var sampleRate: Int
    /// From samples to features at frame rate.
    public var encoder: Coder
    /// From latents to samples.
    public var decoder: Coder
    /// Channels between encoder and decoder.
    public var latent: Int
    /// The residual quantizer.
    public var quantizer: Quantizer
    /// The importance subnet, or nil in a constant-rate model.
    public var importance: Importance?

    /// An architecture from its parts.
    public init(
        sampleRate: Int, encoder: Coder, decoder: Coder, latent: Int, quantizer: Quantizer, importance: Importance?
    ) {
        self.sampleRate = sampleRate
        self.encoder = encoder
        self.decoder = decoder
        self.latent = latent
        self.quantizer = quantizer
        self.importance = importance
    }

    /// The shape of one half of the codec.
    public enum Coder: Equatable, Sendable {
        /// The published pyramid. Encoder: convolution to `width`, then a block per stride that doubles the
        /// channels. Decoder: convolution to `width`, then a block per stride that halves them, tanh at the end.
        case pyramid(width: Int, strides: [Int])
        /// One strided (transposed) convolution of kernel 2 * `stride`, and residual units at frame rate, one per
        /// dilation, `channels` wide with `hidden` channels inside and `ahead` frames of look-ahead each.
        case frameRate(stride: Int, channels: Int, hidden: Int, dilations: [Int], ahead: Int)

        /// Samples per frame; saturates where foreign strides would overflow.
        public var hop: Int {
            switch self {
            case .pyramid(_, let strides):
                strides.reduce(1) { product, stride in
                    let (value, overflow) = product.multipliedReportingOverflow(by: stride)
                    return overflow ? Int.max : value
                }
            case .frameRate(let stride, _, _, _, _): stride
            }
        }
    }

    /// How the nearest codebook entry is found.
    public enum Lookup: String, Equatable, Sendable {
        /// By direction: both sides normalised to length 1 (published).
        case cosine
        /// By Euclidean distance.
        case euclidean
    }

    /// Factorised residual vector quantizer.
    public struct Quantizer: Equatable, Sendable {
        /// Dimensions of each stage's codebook; their number is the number of stages.
        public var dimensions: [Int]
        /// Entries of each codebook.
        public var entries: Int
        /// How the nearest entry is found.
        public var lookup: Lookup
        /// Stages (codebooks): the paper's N.
        public var stages: Int { dimensions.count }

        /// A quantizer whose stages may differ in dimensions.
        public init(dimensions: [Int], entries: Int, lookup: Lookup) {
            self.dimensions = dimensions
            self.entries = entries
            self.lookup = lookup
        }
    }

    /// Importance subnet: Snake and convolution, repeated, then a sigmoid.
    public struct Importance: Equatable, Sendable {
        /// Channels between the convolutions (the input's and the final 1 left out).
        public var channels: [Int]
        /// Kernels of all convolutions, the input block's first where there is one.
        public var kernels: [Int]
        /// True for the released form: one more block at full width in front.
        public var inputBlock: Bool

        /// A subnet from its inner widths and kernels.
        public init(channels: [Int], kernels: [Int], inputBlock: Bool) {
            self.channels = channels
            self.kernels = kernels
            self.inputBlock = inputBlock
        }

        /// The form of the paper: kernels 5, 3, 3, 3, 1.
        public static func paper(channels: [Int] = [512, 128, 32, 8]) -> Self {
            Self(channels: channels, kernels: [5, 3, 3, 3, 1], inputBlock: false)
        }

        /// The form of the released code: six convolutions of kernel 3, the first at full width.
        public static func released(channels: [Int] = [512, 128, 32, 8]) -> Self {
            Self(channels: channels, kernels: [3, 3, 3, 3, 3, 3], inputBlock: true)
        }
    }

    /// Samples per frame.
    public var hop: Int { encoder.hop }
    /// Frames of `samples` samples: ceil(samples / hop).
    public func frames(ofSamples samples: Int) -> Int { (samples + hop - 1) / hop }
    /// Bits of one code.
    public var bitsPerCode: Int { bitWidth(ofValues: quantizer.entries) }

    /// Why no network can be built from this, or nil. Bounds keep sizes from foreign files within reason.
    public var defect: String? {
        let widths: [Int]
        switch (encoder, decoder) {
        case (.pyramid(let up, let down), .pyramid(let wide, let strides)):
            guard !down.isEmpty, !strides.isEmpty, down.count <= 12, strides.count <= 12 else {
                return "a pyramid needs 1 to 12 strides"
            }
            // A stride of 1 with the published kernel and padding would give a row too many.
            guard (down + strides).allSatisfy({ $0 >= 2 }) else { return "a pyramid's strides must be at least 2" }
            guard wide % (1 << strides.count) == 0 else { return "the decoder's width cannot be halved so often" }
            widths = [up, wide] + down + strides
        case (.frameRate(let s, let c, let h, let d, let ahead), .frameRate(let s2, let c2, let h2, let d2, let ahead2)):
            guard d.count <= 64, d2.count <= 64, (d + d2).allSatisfy({ (1...512).contains($0) }) else {
                return "dilations must be 1 to 512, at most 64 of them"
            }
            let least = (d + d2).min() ?? 1
            guard (0...6 * least).contains(ahead), (0...6 * least).contains(ahead2), s % 2 == 0, s2 % 2 == 0 else {
                return "look-ahead or stride out of range"
            }
            widths = [s, c, h, s2, c2, h2]
        default: return "encoder and decoder are of different kinds"
        }
        return defectOfSizes(widths)
    }

    private func defectOfSizes(_ widths: [Int]) -> String? {
        guard widths.allSatisfy({ (1...16384).contains($0) }), (1...16384).contains(latent) else {
            return "a width or stride is outside 1 to 16384"
        }
        guard encoder.hop == decoder.hop, hop <= 65536 else { return "encoder and decoder differ in samples per frame" }
        guard (1000...768_000).contains(sampleRate) else { return "the sample rate is outside 1000 to 768000" }
        guard (1...64).contains(quantizer.stages), (2...65536).contains(quantizer.entries),
            quantizer.dimensions.allSatisfy({ (1...4096).contains($0) })
        else { return "the quantizer's sizes are out of range" }
        guard let importance else { return nil }
        let blocks = importance.channels.count + (importance.inputBlock ? 2 : 1)
        guard importance.kernels.count == blocks, importance.channels.count <= 16,
            importance.channels.allSatisfy({ (1...16384).contains($0) }),
            importance.kernels.allSatisfy({ (1...63).contains($0) && $0 % 2 == 1 })
        else { return "the importance subnet's widths and kernels do not fit" }
        return nil
    }
}
