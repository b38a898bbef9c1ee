import TestSupport
import Testing
import VRVQ
import VRVQNetwork

/// The engine, streaming, against the definition over whole signals in double precision.
@Suite struct EngineReferenceTests {
    /// Measured on x86-64 over these signals: every code equal, importance and samples within 7e-7 of the greatest.
    /// What is allowed leaves room for other machines' arithmetic and for near ties.
    @Test(arguments: TestModel.narrow, InstructionSet.available)
    func agrees(_ kind: TestModel, _ instructionSet: InstructionSet) throws {
        for seed in propertySeeds(2) {
            var generator = SeededGenerator(seed: seed)
            // More than two of the engine's blocks where that is cheap; a whole number of frames and not.
            let frames = kind == .tiny ? 140 : kind == .micro ? 18 : 40
            let samples = generator.signal(frames * kind.hop - (seed.isMultiple(of: 2) ? 5 : 0))
            let codec = try kind.codec(instructionSet: instructionSet)
            let analysis = try codec.analyse(samples)
            let expected = try ReferenceRun(kind, samples)
            let equal = zip(analysis.codes, expected.codes).count { $0 == $1 }
            #expect(analysis.codes.count == expected.codes.count && analysis.frames == frames)
            #expect(equal * 100 >= 99 * analysis.codes.count, "VRVQ_SEED=\(seed): \(equal) of \(expected.codes.count)")
            let importance = worst(analysis.importance, expected.importance)
            #expect(importance < 1e-5, "VRVQ_SEED=\(seed): importance")
            let audio = try codec.synthesise(expected.grid)
            let decoded = try expected.decoded()
            // Odd strides leave the last samples out; the codec gives zeros there.
            #expect(audio.count == expected.grid.sampleCount && audio.count - decoded.count < 100)
            #expect(audio[decoded.count...].allSatisfy { $0 == 0 })
            let error = worst(Array(audio.prefix(decoded.count)), decoded)
            #expect(error < 1e-5, "VRVQ_SEED=\(seed): samples")
        }
    }

    /// Greatest difference over the greatest value.
    private func worst(_ got: [Float], _ expected: [Double]) -> Double {
        guard got.count == expected.count else { return .infinity }
        let scale = expected.reduce(1e-9) { max($0, abs($1)) }
        return zip(got, expected).reduce(0) { worst, pair in
            let error = abs(Double(pair.0) - pair.1) / scale
            return error <= worst ? worst : error
        }
    }
}

/// A signal through the scalar definition.
private struct ReferenceRun {
    let network: Network
    let weights: WeightDictionary
    /// Frame by frame, as in an `Analysis`.
    let codes: [UInt16]
    let importance: [Double]
    /// All codes, frames of changing depth, none silent.
    let grid: CodeGrid

    init(_ kind: TestModel, _ samples: [Float]) throws {
        let model = try kind.model
        network = model.network
        var weights = WeightDictionary()
        for parameter in network.parameters {
            weights.arrays[parameter.name] = (parameter.shape, try model.weights.values(of: parameter.name))
        }
        self.weights = weights
        var reference = Reference(weights)
        var values = samples.map { Double($0) }
        values += repeatElement(0, count: model.architecture.frames(ofSamples: samples.count) * kind.hop - values.count)
        let input = Reference<WeightDictionary>.Tensor(rows: values.count, channels: 1, values: values)
        let (feature, latent) = try network.encode(input, on: &reference)
        let stages = try network.quantizer.quantize(latent, on: &reference).map(\.codes)
        importance = try network.importance(feature, on: &reference)?.values ?? []
        var grid = CodeGrid(stages: stages.count, entries: kind.architecture.quantizer.entries)
        var codes: [UInt16] = []
        for row in 0..<latent.rows {
            let frame = stages.map { UInt16($0[row]) }
            codes += frame
            grid.append(depth: 1 + row % stages.count, codes: frame)
        }
        grid.sampleCount = grid.frames * kind.hop
        self.codes = codes
        self.grid = grid
    }

    func decoded() throws -> [Double] {
        var reference = Reference(weights)
        let codes = (0..<grid.stages).map { stage in
            (0..<grid.frames).map { Int(grid.codes[$0 * grid.stages + stage]) }
        }
        let depth = grid.depth.map { Int($0) }
        let latent = try network.quantizer.reconstruct(codes, depth: depth, on: &reference)
        return try network.decode(#require(latent), on: &reference).values
    }
}
