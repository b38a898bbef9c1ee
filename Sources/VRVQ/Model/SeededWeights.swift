import VRVQNetwork

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension Model {
    /// A model that has learnt nothing, for benchmarks and tests: the published initialisation, from a seed.
    ///
    /// Kernels uniform in ±1/sqrt(fan-in) (weight norm starts with g = |v|, so that folding changes nothing), biases
    /// of convolutions 0, kernels and biases of transposed convolutions uniform in ±1/sqrt(outputs * kernel),
    /// codebooks normal, α 1. Each array depends on the seed and its name alone and is made when asked for.
    ///
    /// - Throws: `badModel` where no network can be built from the architecture.
    public static func untrained(
        _ architecture: Architecture, seed: UInt64 = 0, name: String = "untrained"
    ) throws(VRVQError) -> Model {
        try architecture.check()
        let weights = SeededWeights(Network(architecture), seed: seed)
        let card = ModelCard(["description": .string("Random weights from seed \(seed), for tests.")])
        return try Model(name: name, architecture: architecture, card: card, stored: weights)
    }
}

/// Random weights by name.
struct SeededWeights: StoredWeights {
    private enum Rule {
        case uniform(bound: Float)
        case normal
        case constant(Float)
    }

    private let seed: UInt64
    private let arrays: [String: (shape: [Int], rule: Rule)]

    init(_ network: Network, seed: UInt64) {
        self.seed = seed
        var transposed: [String: Float] = [:]
        for case .transposedConvolution(let layer) in network.decoderLayers {
            transposed[layer.name] = 1 / Float(layer.outputs * layer.kernel).squareRoot()
        }
        var arrays: [String: (shape: [Int], rule: Rule)] = [:]
        for parameter in network.parameters {
            let layer = String(parameter.name[..<(parameter.name.lastIndex(of: ".") ?? parameter.name.endIndex)])
            arrays[parameter.name] = (parameter.shape, Self.rule(parameter, transposed: transposed[layer]))
        }
        self.arrays = arrays
    }

    private static func rule(_ parameter: Parameter, transposed: Float?) -> Rule {
        switch parameter.kind {
        case .alpha: .constant(1)
        case .codebook: .normal
        case .bias: transposed.map { .uniform(bound: $0) } ?? .constant(0)
        case .kernel:
            .uniform(bound: transposed ?? 1 / Float(parameter.shape[1] * parameter.shape[2]).squareRoot())
        }
    }

    func shape(of name: String) -> [Int]? { arrays[name]?.shape }

    func elementType(of name: String) -> ElementType? { arrays[name] == nil ? nil : .float32 }

    func values(of name: String) throws(WeightError) -> [Float] {
        guard let (shape, rule) = arrays[name] else { throw .missing(name) }
        let count = shape.reduce(1, *)
        let key = Self.mix(seed ^ Self.hash(name))
        switch rule {
        case .constant(let value): return [Float](repeating: value, count: count)
        case .uniform(let bound): return Self.uniform(count, key: key, bound: bound)
        case .normal: return Self.normal(count, key: key)
        }
    }

    func withStoredBytes<Result>(of name: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
        (try? values(of: name))?.withUnsafeBytes(body)
    }
}

// MARK: - Random numbers

extension SeededWeights {
    /// 64-bit FNV-1a of a name.
    private static func hash(_ name: String) -> UInt64 {
        name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// The output function of SplitMix64.
    @inline(__always)
    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    /// Number `index` of the sequence of a key.
    @inline(__always)
    private static func word(_ key: UInt64, _ index: Int) -> UInt64 {
        mix(key &+ UInt64(truncatingIfNeeded: index &+ 1) &* 0x9E37_79B9_7F4A_7C15)
    }

    private static func uniform(_ count: Int, key: UInt64, bound: Float) -> [Float] {
        [Float](unsafeUninitializedCapacity: count) { out, initialized in
            for index in 0..<count {
                // 24 bits, centred: never exactly the bound.
                let step = Float(Int32(truncatingIfNeeded: word(key, index) >> 40) &- (1 << 23)) + 0.5
                out[index] = step * (bound / Float(1 << 23))
            }
            initialized = count
        }
    }

    /// Box and Muller's pairs.
    private static func normal(_ count: Int, key: UInt64) -> [Float] {
        (0..<count).map { index in
            let pair = index & ~1
            let radius = (-2 * log((Double(word(key, pair) >> 11) + 0.5) * 0x1p-53)).squareRoot()
            let angle = 2 * Double.pi * Double(word(key, pair + 1) >> 11) * 0x1p-53
            return Float(radius * (index & 1 == 0 ? cos(angle) : sin(angle)))
        }
    }
}
