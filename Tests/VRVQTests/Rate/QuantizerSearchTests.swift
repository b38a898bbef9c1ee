import TestSupport
import Testing
import VRVQ
import VRVQNetwork

/// The beam search over the stages, judged by the scalar definition of the quantizer.
@Suite("Rate: search over the stages") struct QuantizerSearchTests {
    private static let frames = 90

    private func signal(_ kind: TestModel, seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return generator.signal(Self.frames * kind.hop)
    }

    /// No frame is left with more error at any depth, and the mean falls where there is a choice.
    @Test(arguments: TestModel.narrow, [2, 4, 16]) func pathsLeaveLess(_ kind: TestModel, paths: Int) throws {
        for seed in propertySeeds(1) {
            let samples = signal(kind, seed: seed)
            let latents = try Latents(kind, samples)
            let energies = latents.energies
            let analysis = try kind.codec().analyse(
                samples, search: QuantizerSearch(paths: paths, measuresErrors: true))
            for depth in 1...kind.stages {
                let greedy = try latents.errors { analysis.codes[$0 * kind.stages..<$0 * kind.stages + depth] }
                let found = try latents.errors { analysis.codes(ofFrame: $0, depth: depth) }
                for frame in 0..<analysis.frames {
                    // The search sums float32 latents, and in another order than the definition.
                    let slack = 1e-4 * energies[frame]
                    #expect(found[frame] <= greedy[frame] + slack, "VRVQ_SEED=\(seed), \(frame) at \(depth)")
                    let told = Double(analysis.errors[frame * (kind.stages + 1) + depth])
                    #expect(abs(told - found[frame]) <= slack, "VRVQ_SEED=\(seed), \(frame) at \(depth)")
                }
                #expect(found.reduce(0, +) < greedy.reduce(0, +) || depth == 1, "VRVQ_SEED=\(seed)")
            }
            for frame in 0..<analysis.frames {
                let told = Double(analysis.errors[frame * (kind.stages + 1)])
                #expect(abs(told / energies[frame] - 1) < 1e-4, "VRVQ_SEED=\(seed)")
            }
        }
    }

    /// One stage has few enough codes to try them all.
    @Test(arguments: TestModel.narrow) func singleStagesAreBest(_ kind: TestModel) throws {
        let samples = signal(kind, seed: 3)
        let latents = try Latents(kind, samples)
        let analysis = try kind.codec().analyse(samples, search: QuantizerSearch(paths: 2))
        let found = try latents.errors { analysis.codes(ofFrame: $0, depth: 1) }
        var least = [Double](repeating: .infinity, count: analysis.frames)
        for code in 0..<kind.architecture.quantizer.entries {
            least = zip(least, try latents.errors { _ in [UInt16(code)] }).map { min($0, $1) }
        }
        let energies = latents.energies
        for frame in 0..<analysis.frames { #expect(found[frame] <= least[frame] + 1e-4 * energies[frame]) }
    }

    /// More paths leave less; never more than the greedy codes in any frame.
    @Test func searchesOfTheShippedModel() throws {
        let samples = signal(.small, seed: 1)
        let codec = try TestModel.small.codec()
        let greedy = try codec.analyse(samples, search: QuantizerSearch(measuresErrors: true))
        var before = greedy.errors.map { Double($0) }.reduce(0, +)
        for paths in [2, 8] {
            let found = try codec.analyse(samples, search: QuantizerSearch(paths: paths, measuresErrors: true))
            #expect(zip(found.errors, greedy.errors).allSatisfy { $0 <= $1 })
            let sum = found.errors.map { Double($0) }.reduce(0, +)
            #expect(sum < before)
            before = sum
        }
    }

    /// What no search was asked for stays as it is.
    @Test(arguments: TestModel.narrow) func greedyCodesStay(_ kind: TestModel) throws {
        let samples = signal(kind, seed: 2)
        let codec = try kind.codec()
        let plain = try codec.analyse(samples)
        #expect(plain.pathCodes.isEmpty && plain.errors.isEmpty)
        #expect(plain.codes(ofFrame: 7, depth: 2) == plain.codes[7 * kind.stages..<7 * kind.stages + 2])
        for search in [QuantizerSearch(measuresErrors: true), .init(paths: 3)] {
            let other = try codec.analyse(samples, search: search)
            #expect(other.codes == plain.codes && other.importance == plain.importance)
        }
        let measured = try codec.encode([samples], rate: kind.rate, search: .init(measuresErrors: true))
        #expect(try measured == codec.encode([samples], rate: kind.rate))
    }

    /// Pieces, threads and the way by a plan make no difference; a lower depth is still in a searched stream.
    @Test(arguments: TestModel.narrow) func bytesDependOnTheSignalAlone(_ kind: TestModel) throws {
        for seed in propertySeeds(2) {
            var generator = SeededGenerator(seed: seed)
            let samples = [generator.signal(200 * kind.hop + 3), generator.signal(200 * kind.hop + 3)]
            let search = QuantizerSearch(paths: 4)
            let bytes = try kind.codec().encode(samples, rate: kind.rate, search: search)
            #expect(try bytes != kind.codec().encode(samples, rate: kind.rate), "VRVQ_SEED=\(seed)")
            for threads in [1, 3] {
                let codec = try kind.codec(threads: threads, segmentFrames: 7)
                var encoder = try StreamEncoder(codec, channels: 2, rate: kind.rate, search: search)
                var analyser = try RateAnalyser(codec, channels: 2, search: search)
                var pieces: [UInt8] = []
                for cut in generator.cuts(samples[0].count) {
                    let part = samples.map { Array($0[cut]) }
                    pieces += try encoder.push(part)
                    try analyser.push(part)
                }
                #expect(try pieces + encoder.finish() == bytes, "VRVQ_SEED=\(seed)")
                #expect(
                    try analyser.finish().allocation(.rate(kind.rate)).bytes() == bytes, "VRVQ_SEED=\(seed)")
            }
            #expect(try kind.codec().decode(bytes)[0].count == samples[0].count)
        }
    }

    @Test func numbersOfPathsThatMakeNoSense() throws {
        let codec = try TestModel.tiny.codec()
        for paths in [0, -1, 17, Int.max] {
            let search = QuantizerSearch(paths: paths)
            for body in [
                { _ = try codec.analyse([0], search: search) },
                { _ = try StreamEncoder(codec, channels: 1, search: search) },
                { _ = try RateAnalyser(codec, channels: 1, search: search) },
            ] as [() throws -> Void] {
                let error = #expect(throws: VRVQError.self, performing: body)
                #expect(error?.code == .badSetting && error?.message.contains("1 to 16") == true)
            }
        }
    }
}

/// A signal's latents by the scalar definition.
private struct Latents {
    private let latent: Reference<WeightDictionary>.Tensor
    private let network: Network
    private let weights: WeightDictionary

    init(_ kind: TestModel, _ samples: [Float]) throws {
        let model = try kind.model
        var weights = WeightDictionary()
        for parameter in model.network.parameters {
            weights.arrays[parameter.name] = (parameter.shape, try model.weights.values(of: parameter.name))
        }
        var reference = Reference(weights)
        let input = Reference<WeightDictionary>.Tensor(
            rows: samples.count, channels: 1, values: samples.map { Double($0) })
        latent = try model.network.encode(input, on: &reference).latent
        (network, self.weights) = (model.network, weights)
    }

    /// Squared length of each row.
    var energies: [Double] { squares(latent.values) }

    /// Squared length of what these codes leave of each row.
    func errors(_ codes: (Int) -> some Collection<UInt16>) throws -> [Double] {
        var reference = Reference(weights)
        let rows = (0..<latent.rows).map { codes($0).map { Int($0) } }
        let stages = rows[0].indices.map { stage in rows.map { $0[stage] } }
        let total = try network.quantizer.reconstruct(stages, depth: rows.map(\.count), on: &reference)
        return squares(zip(latent.values, try #require(total).values).map { $0 - $1 })
    }

    private func squares(_ values: [Double]) -> [Double] {
        (0..<latent.rows).map { row in
            values[row * latent.channels..<(row + 1) * latent.channels].reduce(0) { $0 + $1 * $1 }
        }
    }
}
