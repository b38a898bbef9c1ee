import TestSupport
import Testing
import Torch
import VRVQNetwork

@testable import Training

@Suite(.needsTorch) struct TrainingMaskTests {
    static let forms: [Surrogate] = [.paper, .released]

    /// The value of the mask is the codec's depth, whatever the surrogate; bit for bit.
    @Test(arguments: propertySeeds(5)) func isTheCodecsDepth(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let p = (0..<64).map { _ in Float.random(in: 0...1, using: &random) }
        let scales = (0..<2).map { _ in Float.random(in: 1...48, using: &random) }
        let items = scales.map { ItemDepth.importance(parameter: Double($0)) }
        for alpha in [0.25, 2, 100, Double.infinity] {
            let mask = try TrainingMask(smoothing: (.paper, alpha), stages: 8)(Tensor(p, [2, 1, 32]), items: items)
            let expected = (0..<64).map {
                Double(ImportanceMap.depth(importance: p[$0], scale: scales[$0 / 32], stages: 8))
            }
            #expect(try mask.sum([1]).doubles() == expected, "seed \(seed)")
            #expect(try (mask * (1 - mask)).abs().amax().item() == 0, "seed \(seed)")
        }
    }

    /// The gradient through the mask is the surrogate's slope as the codec's package states it, finite up to alpha 100
    /// and the largest scale, in both precisions.
    @Test(arguments: forms, GoldenFolder.precisions)
    func gradientIsTheSlope(_ form: Surrogate, _ dtype: DType) throws {
        for alpha in [0.25, 1, 4, 89, 100, Double.infinity] {
            let p = (0...200).map { Double($0) / 200 + 1e-4 }
            let leaf = try Tensor(p, [1, 1, 201]).to(dtype).requiringGrad()
            let mask = try TrainingMask(smoothing: (form, alpha), stages: 16)(leaf, items: [.importance(parameter: 48)])
            try mask.select(1, 3).sum().backward()
            let gradient = try #require(try leaf.grad()).doubles()
            let slopes = try leaf.detach().doubles().map { 48 * form.slope(48 * $0 - 3, sharpness: alpha) }
            let worst = zip(gradient, slopes).map { abs($0 - $1) }.max() ?? .nan
            #expect(worst < (dtype == .float64 ? 1e-10 : 2e-2), "alpha \(alpha): \(worst)")
            #expect(gradient.allSatisfy { $0.isFinite })
        }
    }

    /// Lemma 1: sup |f_alpha - f_infinity| <= ln 2 / (2 alpha), with equality in the limit at the corners.
    @Test(arguments: forms) func lemma(_ form: Surrogate) throws {
        let x = try Tensor((-4000...4000).map { Double($0) / 1000 })
        for alpha in [0.25, 0.5, 1, 2, 4, 8, 32, 100] {
            let difference = try form.value(x, sharpness: alpha) - form.value(x, sharpness: .infinity)
            let worst = try difference.abs().amax().item(), bound = 0.693_147_180_559_945_3 / (2 * alpha)
            #expect(worst <= bound + 1e-12, "alpha \(alpha): \(worst) > \(bound)")
            if alpha >= 8 { #expect(worst > 0.99 * bound, "alpha \(alpha): \(worst) is far from \(bound)") }
        }
    }

    /// Appendix D: neither the rate loss nor its gradient depends on the scale drawn.
    @Test(arguments: propertySeeds(5)) func rateDoesNotDependOnTheScale(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let p = (0..<30).map { _ in Double.random(in: 0...1, using: &random) }
        var results: [[Double]] = []
        for _ in 0..<3 {
            let leaf = try Tensor(p, [3, 1, 10]).requiringGrad()
            let scales = (0..<2).map { _ in Double.random(in: 1...48, using: &random) }
            let items: [ItemDepth] = scales.map { .importance(parameter: $0) } + [.stages(8)]
            let rate = try #require(try RateLoss.mean(leaf, items: items))
            try rate.backward()
            results.append(try [rate.item()] + #require(try leaf.grad()).doubles())
        }
        #expect(results[0] == results[1] && results[1] == results[2], "seed \(seed)")
        #expect(abs(results[0][0] - p.prefix(20).reduce(0, +) / 20) < 1e-12)
        #expect(results[0].suffix(10).allSatisfy { $0 == 0 }, "an item with all stages has no rate")
    }

    @Test func rateOfScatteredItemsAndOfNone() throws {
        let p = try Tensor([0.1, 0.9, 0.3], [3, 1, 1])
        let items: [ItemDepth] = [.importance(parameter: 4), .stages(2), .importance(parameter: 9)]
        #expect(abs(try #require(try RateLoss.mean(p, items: items)).item() - 0.2) < 1e-12)
        #expect(try RateLoss.mean(p, items: [.stages(1), .stages(2), .stages(3)]) == nil)
    }

    @Test func constantDepthsAndHardMasksPassNoGradient() throws {
        let p = try Tensor([0.3, 0.6], [2, 1, 1]).requiringGrad()
        let mask = TrainingMask(smoothing: (.paper, 1), stages: 3)
        let mixed = try mask(p, items: [.importance(parameter: 3), .stages(2)])
        #expect(try mixed.doubles() == [1, 0, 0, 1, 1, 0])
        try mixed.sum().backward()
        let gradient = try #require(try p.grad()).doubles()
        #expect(gradient[0] > 0 && gradient[1] == 0)
        let hard = try TrainingMask(smoothing: nil, stages: 3)(
            p, items: [.importance(parameter: 3), .importance(parameter: 3)])
        #expect(try hard.doubles() == [1, 0, 0, 1, 1, 0] && !hard.requiresGrad)
    }

    /// The tensors' operators and their gradients are those of the configuration.
    @Test(arguments: ScalingOperator.allCases) func scaling(_ scaling: ScalingOperator) throws {
        let p = [0, 1e-6, 0.1, 0.25, 0.5, 0.8, 0.999, 1]
        for parameter in [0.1, 0.5, 1, 4, 6] {
            let leaf = try Tensor(p).requiringGrad()
            let s = try scaling.scaled(leaf, parameter: Tensor.scalar(parameter, .float64), stages: 8)
            try s.sum().backward()
            let gradient = try #require(try leaf.grad()).doubles(), values = try s.doubles()
            for index in p.indices {
                let expected = scaling.scaled(p[index], parameter: parameter, stages: 8)
                // p = 0 is held at 1e-30 in the exponential operator.
                #expect(abs(values[index] - expected) < (p[index] == 0 ? 0.01 : 1e-12))
                #expect(gradient[index].isFinite)
                let slope = scaling.slope(p[index], parameter: parameter, stages: 8)
                if p[index] > 0 { #expect(abs(gradient[index] - slope) <= 1e-9 * abs(slope)) }
            }
        }
    }
}
