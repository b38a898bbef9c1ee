import TestSupport
import VRVQ
import VRVQDefaultModel
import VRVQNetwork

/// The models over which the codec's laws are tested.
enum TestModel: String, CaseIterable, Sendable {
    /// The shipped model.
    case small
    /// The narrow published pyramid.
    case micro
    /// A pyramid with an odd stride, whose decoder gives fewer samples than whole frames; variable rate.
    case odd
    /// The same without an importance subnet.
    case constant
    /// Everything at frame rate, eight samples a frame: long signals of frames at little cost.
    case tiny

    /// Those that cost little.
    static let narrow: [TestModel] = [.micro, .odd, .constant, .tiny]

    var architecture: Architecture {
        switch self {
        case .small: .small
        case .micro: .micro
        case .odd: Self.pyramid(importance: .paper(channels: [8, 4, 4, 2]))
        case .constant: Self.pyramid(importance: nil)
        case .tiny:
            Architecture(
                sampleRate: 8000,
                encoder: .frameRate(stride: 8, channels: 12, hidden: 6, dilations: [1, 2, 4], ahead: 1),
                decoder: .frameRate(stride: 8, channels: 12, hidden: 6, dilations: [1, 2, 1], ahead: 1), latent: 8,
                quantizer: .init(dimensions: [4, 4, 4], entries: 21, lookup: .euclidean),
                importance: .init(channels: [6], kernels: [5, 1], inputBlock: false))
        }
    }

    private static func pyramid(importance: Architecture.Importance?) -> Architecture {
        Architecture(
            sampleRate: 24_000, encoder: .pyramid(width: 2, strides: [2, 4, 5, 8]),
            decoder: .pyramid(width: 32, strides: [8, 5, 4, 2]), latent: 16,
            quantizer: .init(dimensions: [4, 6, 4, 2], entries: 32, lookup: .cosine), importance: importance)
    }

    /// The model with its weights; made once.
    var model: Model { get throws { try Self.models[self]!.get() } }

    private static let models: [TestModel: Result<Model, any Error>] = Dictionary(
        uniqueKeysWithValues: allCases.map { kind in
            (kind, Result { kind == .small ? try DefaultModel.load() : try randomModel(kind, seed: 1) })
        })

    /// A codec with short segments, so that short signals make several rounds on several threads.
    func codec(
        threads: Int = 1, instructionSet: InstructionSet = .best, segmentFrames: Int = 1024
    ) throws -> Codec {
        try Codec(
            model: try model, threads: threads, instructionSet: instructionSet, segmentFrames: segmentFrames)
    }

    var hop: Int { architecture.hop }
    /// A rate that gives frames of many depths where the model has them.
    var rate: Codec.Rate { architecture.importance == nil ? .codebooks(2) : .scale(Float(stages)) }
    var stages: Int { architecture.quantizer.stages }
}

/// A model with random weights of sound size: activations neither die nor grow, importance varies.
func randomModel(_ kind: TestModel, seed: UInt64) throws -> Model {
    var generator = SeededGenerator(seed: seed)
    var arrays: [(name: String, shape: [Int], values: [Float])] = []
    for parameter in Network(kind.architecture).parameters {
        let values = (0..<parameter.count).map { _ in
            let noise = generator.sample()
            switch parameter.kind {
            case .kernel:
                let reach = Float(parameter.shape.dropFirst().reduce(1, *))
                return noise * (3 / reach).squareRoot() * gain(kind, parameter.part)
            case .bias: return noise * 0.02
            case .alpha: return 1 + noise / 2
            case .codebook: return noise * 0.3
            }
        }
        arrays.append((parameter.name, parameter.shape, values))
    }
    return try Model(modelFile(kind, arrays))
}

/// Chosen so that levels of the signal are still seen in codes and importance, and no activation grows so far that
/// Snake turns rounding into noise: a pyramid has a dozen units that add up, `tiny` has three.
private func gain(_ kind: TestModel, _ part: Parameter.Part) -> Float {
    switch part {
    case .encoder: kind == .tiny ? 1.2 : 0.7
    case .decoder: 0.7
    case .quantizer: 1.5
    case .importance: kind == .tiny ? 3 : 1.5
    }
}

/// A model file, written here by hand.
private func modelFile(
    _ kind: TestModel, _ arrays: [(name: String, shape: [Int], values: [Float])]
) -> [UInt8] {
    var body: [UInt8] = []
    var header: [String: JSON] = [
        "__metadata__": .object([
            "format": .string(Model.format), "version": .string(String(Model.version)),
            "name": .string(kind.rawValue), "architecture": .string(kind.architecture.json.text),
        ])
    ]
    for array in arrays {
        let start = body.count
        for value in array.values { withUnsafeBytes(of: value.bitPattern.littleEndian) { body += $0 } }
        header[array.name] = .object([
            "dtype": .string("F32"), "shape": .integers(array.shape), "data_offsets": .integers([start, body.count]),
        ])
    }
    var text = Array(JSON.object(header).text.utf8)
    text += repeatElement(UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text + body
}

extension SeededGenerator {
    /// Noise whose level changes from stretch to stretch, so that depths do too.
    mutating func signal(_ count: Int) -> [Float] {
        var samples: [Float] = []
        samples.reserveCapacity(count)
        while samples.count < count {
            let level = pow2(Int.random(in: -10...0, using: &self))
            for _ in 0..<min(count - samples.count, Int.random(in: 1...4000, using: &self)) {
                samples.append(sample() * level)
            }
        }
        return samples
    }

    private func pow2(_ exponent: Int) -> Float { Float(sign: .plus, exponent: exponent, significand: 1) }

    /// Cuts `count` things into runs of random lengths, some empty, some of one, some long.
    mutating func cuts(_ count: Int) -> [Range<Int>] {
        var cuts: [Range<Int>] = []
        var start = 0
        while start < count {
            let most = [0, 1, 40, 3000, 60_000].randomElement(using: &self)!
            let end = min(count, start + Int.random(in: 0...most, using: &self))
            cuts.append(start..<end)
            start = end
        }
        return cuts
    }
}

extension Codec {
    /// A whole stream, the samples pushed in these pieces.
    func encode(_ samples: [[Float]], rate: Codec.Rate, cuts: [Range<Int>]) throws(VRVQError) -> [UInt8] {
        var encoder = try StreamEncoder(self, channels: samples.count, rate: rate)
        var bytes: [UInt8] = []
        for cut in cuts { bytes += try encoder.push(samples.map { Array($0[cut]) }) }
        return try bytes + encoder.finish()
    }

    /// A whole stream decoded, the bytes pushed in these pieces.
    func decode(_ bytes: [UInt8], cuts: [Range<Int>]) throws(VRVQError) -> [[Float]] {
        var decoder = StreamDecoder { _ in self }
        var samples: [[Float]] = []
        for cut in cuts { samples.join(try decoder.push(Array(bytes[cut]))) }
        samples.join(try decoder.finish())
        return samples
    }
}

extension [[Float]] {
    /// Appends samples channel by channel.
    mutating func join(_ more: [[Float]]) {
        if isEmpty { self = more } else { for channel in more.indices { self[channel] += more[channel] } }
    }

    /// The bits of all samples: equal also for zeros of either sign only where the bits are.
    var bits: [[UInt32]] { map { $0.map(\.bitPattern) } }
}
