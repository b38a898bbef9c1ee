extension Architecture {
    /// The named architectures, in the order in which they are listed.
    public static let presets: [(name: String, architecture: Architecture)] = [
        ("small", .small), ("micro", .micro), ("vrvq-44k", .published()), ("vrvq-44k-16", .published(stages: 16)),
        ("vrvq-44k-paper", .published(importance: .paper())),
        ("dac-44k", .published(stages: 9, importance: nil)),
        ("dac-24k", .published(sampleRate: 24_000, strides: [2, 4, 5, 8], stages: 32, importance: nil)),
        ("dac-16k", .published(sampleRate: 16_000, strides: [2, 4, 5, 8], stages: 12, importance: nil)),
    ]

    /// The architecture of that name, or nil.
    public static func preset(_ name: String) -> Architecture? {
        presets.first { $0.name == name }?.architecture
    }

    /// The published network; by default VRVQ at 44.1 kHz with the released importance subnet.
    public static func published(
        sampleRate: Int = 44_100, strides: [Int] = [2, 4, 8, 8], stages: Int = 8, importance: Importance? = .released()
    ) -> Architecture {
        Architecture(
            sampleRate: sampleRate, encoder: .pyramid(width: 64, strides: strides),
            decoder: .pyramid(width: 1536, strides: strides.reversed()), latent: 1024,
            quantizer: Quantizer(dimensions: Array(repeating: 8, count: stages), entries: 1024, lookup: .cosine),
            importance: importance)
    }

    /// The shipped network: everything but the first and the last layer at frame rate.
    public static let small = Architecture(
        sampleRate: 44_100,
        encoder: .frameRate(stride: 512, channels: 512, hidden: 256, dilations: [1, 2, 4], ahead: 1),
        decoder: .frameRate(stride: 512, channels: 512, hidden: 256, dilations: [1, 2, 4, 1, 2], ahead: 1),
        latent: 256, quantizer: Quantizer(dimensions: Array(repeating: 8, count: 8), entries: 1024, lookup: .euclidean),
        importance: Importance(channels: [64, 16], kernels: [5, 3, 1], inputBlock: false))

    /// A published network narrow enough for tests and quick comparisons.
    public static let micro = Architecture(
        sampleRate: 44_100, encoder: .pyramid(width: 4, strides: [2, 4, 8, 8]),
        decoder: .pyramid(width: 48, strides: [8, 8, 4, 2]), latent: 64,
        quantizer: Quantizer(dimensions: Array(repeating: 8, count: 8), entries: 64, lookup: .cosine),
        importance: .released(channels: [32, 16, 8, 4]))
}
