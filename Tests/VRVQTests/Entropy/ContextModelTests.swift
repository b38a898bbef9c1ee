import Foundation
import TestSupport
import Testing
import VRVQ
import VRVQNetwork

/// Context models: their bounds, their place in a model file, and that their bits never change.
@Suite("Entropy: context models") struct ContextModelTests {
    private static let shape = ContextModel.Shape(stages: 2, entries: 5, width: 3, hidden: 4, inner: 3)

    private func arrays(_ shape: ContextModel.Shape) -> [ContextField: [Int]] {
        Dictionary(
            uniqueKeysWithValues: ContextField.allCases.map { ($0, Array(repeating: 0, count: $0.count(shape))) })
    }

    @Test func whatCouldOverflowIsRefused() throws {
        var arrays = arrays(Self.shape)
        _ = try ContextModel(Self.shape, arrays)
        // 12 inputs of at most 4095 by 32767 are below 2^31, and so with the greatest bias that is left.
        arrays[.firstWeight] = Array(repeating: 32767, count: 48)
        arrays[.firstBias] = Array(repeating: Int(Int32.max) - 12 * 4095 * 32767, count: 4)
        _ = try ContextModel(Self.shape, arrays)
        arrays[.firstBias] = [0, 0, 0, -(Int(Int32.max) - 12 * 4095 * 32767) - 1]
        let error = #expect(throws: VRVQError.self) { try ContextModel(Self.shape, arrays) }
        #expect(error?.code == .badModel && error?.message.contains("overflow") == true)
    }

    @Test(arguments: ContextField.allCases) func wrongArraysAreRefused(_ field: ContextField) throws {
        let whole = arrays(Self.shape)
        for wrong in [nil, Array(repeating: 0, count: field.count(Self.shape) + 1)] {
            var arrays = whole
            arrays[field] = wrong
            let error = #expect(throws: VRVQError.self) { try ContextModel(Self.shape, arrays) }
            #expect(error?.code == .badModel && error?.message.contains(field.rawValue) == true)
        }
        var arrays = whole
        arrays[field]![0] = field == .shifts ? 31 : 1 << (8 * field.type.size)
        #expect(throws: VRVQError.self) { try ContextModel(Self.shape, arrays) }
    }

    @Test func impossibleShapesAreRefused() {
        for shape in [
            ContextModel.Shape(stages: 0, entries: 5, width: 1, hidden: 1, inner: 1),
            ContextModel.Shape(stages: 65, entries: 5, width: 1, hidden: 1, inner: 1),
            ContextModel.Shape(stages: 1, entries: 1, width: 1, hidden: 1, inner: 1),
            ContextModel.Shape(stages: 1, entries: 4097, width: 1, hidden: 1, inner: 1),
            ContextModel.Shape(stages: 1, entries: 5, width: 257, hidden: 1, inner: 1),
            ContextModel.Shape(stages: 1, entries: 5, width: 1, hidden: 0, inner: 1),
        ] { #expect(throws: VRVQError.self) { try ContextModel(shape, [:]) } }
    }

    /// The greatest numbers that are accepted run without overflow.
    @Test func extremesRun() throws {
        var random = ContainerRandom(seed: 5)
        let shape = ContextModel.Shape(stages: 64, entries: 17, width: 4, hidden: 3, inner: 256)
        var arrays = arrays(shape)
        for field in [ContextField.frame, .below, .output] {
            arrays[field] = (0..<field.count(shape)).map { _ in random.oneIn(2) ? -128 : 127 }
        }
        for field in [
            ContextField.frameDepth, .belowDepth, .outputBias, .gate, .copyLag, .copyBelow, .copyLast, .copyBefore,
        ] {
            arrays[field] = (0..<field.count(shape)).map { _ in random.oneIn(2) ? -32768 : 32767 }
        }
        arrays[.firstWeight] = (0..<48).map { _ in random.oneIn(4) ? -32768 : 32767 }
        arrays[.secondWeight] = Array(repeating: 32767, count: 9)
        arrays[.stageHidden] = (0..<ContextField.stageHidden.count(shape)).map { _ in random.oneIn(2) ? -900 : 900 }
        arrays[.stageBelow] = (0..<ContextField.stageBelow.count(shape)).map { _ in random.oneIn(2) ? -2000 : 2000 }
        arrays[.stageBias] = Array(repeating: Int(Int32.max) - (3 * 900 + 256 * 2000) * 4095, count: 64 * 256)
        arrays[.gateBias] = (0..<64).map { _ in random.oneIn(2) ? Int(Int32.min) : Int(Int32.max) }
        let model = try ContextModel(shape, arrays)
        var grid = CodeGrid(stages: 64, entries: 17)
        for _ in 0..<140 {
            grid.append(depth: random.int(0...64), codes: (0..<64).map { _ in UInt16(random.int(0...16)) })
        }
        var format = ContainerFixtures.adaptive.format
        (format.stages, format.entries, format.channels, format.framesPerChunk) = (64, 17, 1, 140)
        grid.sampleCount = 140 * format.hop
        let stream = VRVQStream(format: format, grids: [grid], sampleCount: grid.sampleCount)
        let bytes = try ContextFixtures.written(stream, model).bytes
        #expect(try VRVQStream(decoding: bytes, contextModels: ContextModels(model)) == stream)
    }

    // MARK: - In a model file

    @Test func aModelFileKeepsIt() throws {
        let model = try TestModel.tiny.model
        let architecture = model.architecture.quantizer
        let shape = ContextModel.Shape(
            stages: architecture.stages, entries: architecture.entries, width: 3, hidden: 4, inner: 5)
        let context = try ContextFixtures.model(shape, seed: 2)
        let with = try model.replacingContextModel(context)
        #expect(try with.contextModel == context)
        #expect(try with.contextModel?.fingerprint == context.fingerprint)
        #expect(with.fingerprint == model.fingerprint)
        #expect(try Model(with.serialized()).contextModel == context)
        #expect(try with.replacingContextModel(nil).serialized() == model.serialized())
        #expect(try model.contextModel == nil)
        #expect(with.summary().contextModel == context.fingerprint)
    }

    @Test func aContextModelForOtherCodesIsRefused() throws {
        let context = try ContextFixtures.model(Self.shape, seed: 2)
        let error = #expect(throws: VRVQError.self) { try TestModel.tiny.model.replacingContextModel(context) }
        #expect(error?.code == .badModel)
    }

    @Test func fingerprintsTellNumbersAndShapesApart() throws {
        var arrays = arrays(Self.shape)
        let plain = try ContextModel(Self.shape, arrays)
        #expect(plain.fingerprint.description == "6afe29e5649d80ba")
        for field in ContextField.allCases {
            var other = arrays
            other[field]![0] += 1
            #expect(try ContextModel(Self.shape, other).fingerprint != plain.fingerprint, "\(field)")
        }
        arrays[.outputBias]![4] = -1
        #expect(try ContextModel(Self.shape, arrays) != plain)
    }

    // MARK: - Through the codec

    /// The codec with a context model that knows how often each code of a stream occurs, and nothing else.
    private func codec(_ kind: TestModel, knowing packed: [UInt8]) throws -> Codec {
        let model = try kind.model
        let quantizer = model.architecture.quantizer
        let shape = ContextModel.Shape(
            stages: quantizer.stages, entries: quantizer.entries, width: 1, hidden: 1, inner: 1)
        var counts = [Double](repeating: 0.01, count: quantizer.stages * quantizer.entries)
        for grid in try VRVQStream(decoding: packed).grids {
            for frame in 0..<grid.frames {
                for (stage, code) in grid.codes(ofFrame: frame).enumerated() {
                    counts[stage * quantizer.entries + Int(code)] += 1
                }
            }
        }
        var arrays = arrays(shape)
        arrays[.outputBias] = counts.map { Int(256 * log2($0)) }
        arrays[.gateBias] = Array(repeating: -10_000, count: quantizer.stages)
        return try Codec(model: try model.replacingContextModel(try ContextModel(shape, arrays)))
    }

    @Test(arguments: [TestModel.tiny, .odd]) func theCodecUsesItByDefault(_ kind: TestModel) throws {
        let plain = try kind.codec()
        var generator = SeededGenerator(seed: 1)
        let samples = (0..<800 * kind.hop).map { _ in generator.sample() / 2 }
        let packed = try plain.encode([samples], rate: kind.rate, entropy: .packed)
        let codec = try codec(kind, knowing: packed)
        let bytes = try codec.encode([samples], rate: kind.rate)
        let adaptive = try codec.encode([samples], rate: kind.rate, entropy: .adaptive)
        #expect(bytes.count < adaptive.count)
        #expect(try adaptive == plain.encode([samples], rate: kind.rate))
        #expect(try codec.decode(bytes) == plain.decode(packed))
        let error = #expect(throws: VRVQError.self) { try plain.decode(bytes) }
        #expect(error?.code == .modelMismatch)
    }

    /// Computed from FORMAT.md by a program of its own, and never to change while the version is 1.
    private static let golden = """
        5652565101811900c03e0200c03e5004d8040c0123456789abcdef0474696e79f17010de8509ab1b9c70fb3f0e50006453da
        80821a04023135de26e6c9950185dadea9569c9deb96dadedee6fc0d41aeec0557820984018429fcc5e2c6e555f1516e8406
        90080d02000ccbd3bea7
        """

    @Test func goldenBytes() throws {
        let shape = ContextModel.Shape(stages: 4, entries: 600, width: 5, hidden: 7, inner: 6)
        let model = try ContextFixtures.model(shape, seed: 99)
        #expect(model.fingerprint.description == "ab1b9c70fb3f0e50")
        let (bytes, _) = try ContextFixtures.written(ContainerFixtures.adaptive, model)
        #expect(bytes.hex == [UInt8](hex: Self.golden).hex)
        let read = try VRVQStream(decoding: bytes, contextModels: ContextModels(model))
        #expect(read == ContainerFixtures.adaptive)
    }
}
