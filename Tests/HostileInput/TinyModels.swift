import Synchronization
import VRVQ
import VRVQNetwork

/// Networks so small that a decode of some frames takes less than a millisecond; random weights.
public enum TinyModels {
    private struct Shape: Hashable {
        let stages: Int
        let entries: Int
    }

    private static let codecs = Mutex<[Shape: Codec]>([:])

    /// The network for streams of 8 kHz with 8 samples a frame, at most 4 stages and 256 entries; nil for others.
    static func codec(_ format: StreamFormat) -> Codec? {
        guard format.modelRate == 8000, format.hop == 8, format.stages <= 4, format.entries <= 256 else { return nil }
        let shape = Shape(stages: format.stages, entries: format.entries)
        return codecs.withLock { codecs in
            if let codec = codecs[shape] { return codec }
            // Entries can be mutated one by one: as many codecs as that are not kept.
            if codecs.count >= 64 { codecs.removeAll() }
            let codec = codec(frameRate(shape))
            codecs[shape] = codec
            return codec
        }
    }

    /// A pyramid as the published DAC's, for 3 stages of up to 1024 entries.
    static let dac = codec(
        Architecture(
            sampleRate: 8000, encoder: .pyramid(width: 2, strides: [2, 4]),
            decoder: .pyramid(width: 8, strides: [4, 2]),
            latent: 4, quantizer: .init(dimensions: [2, 2, 2], entries: 1024, lookup: .cosine), importance: nil))

    /// A context model for 2 stages of 4 entries, of weights at which its layers are alive.
    public static let context: ContextModel = {
        let shape = ContextModel.Shape(stages: 2, entries: 4, width: 3, hidden: 4, inner: 5)
        var state: UInt64 = 1
        func number(below count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
        var arrays: [ContextField: [Int]] = [:]
        for field in ContextField.allCases {
            arrays[field] = (0..<field.count(shape)).map { _ in number(below: 255) - 127 }
        }
        arrays[.output] = arrays[.output]?.map { $0 / 16 }
        arrays[.copyLag] = (0..<shape.stages).flatMap { _ in [200] + Array(repeating: -2000, count: 7) }
        arrays[.shifts] = [8, 8] + (0..<shape.stages).flatMap { _ in [8, 7, 5] }
        do { return try ContextModel(shape, arrays) } catch { preconditionFailure("the numbers are small: \(error)") }
    }()

    /// That one alone.
    static let contexts = ContextModels(context)

    private static func frameRate(_ shape: Shape) -> Architecture {
        Architecture(
            sampleRate: 8000, encoder: .frameRate(stride: 8, channels: 4, hidden: 2, dilations: [1], ahead: 1),
            decoder: .frameRate(stride: 8, channels: 4, hidden: 2, dilations: [1, 2], ahead: 1), latent: 4,
            quantizer: .init(
                dimensions: Array(repeating: 2, count: shape.stages), entries: shape.entries, lookup: .euclidean),
            importance: .init(channels: [2], kernels: [3, 1], inputBlock: false))
    }

    private static func codec(_ architecture: Architecture) -> Codec {
        do {
            return try Codec(model: Model.untrained(architecture, name: "tiny"))
        } catch {
            preconditionFailure("the architecture is a valid one: \(error)")
        }
    }
}
