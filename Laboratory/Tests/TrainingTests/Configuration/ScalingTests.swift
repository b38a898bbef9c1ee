import Testing
import VRVQNetwork

@testable import Training

@Suite struct ScalingTests {
    static let alphas = [0.05, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 88, 100]

    /// Lemma of the paper's appendix A with its rate: sup |f_alpha - f_I| <= ln 2 / (2 alpha), reached towards x = 0.
    @Test(arguments: alphas) func surrogateApproachesTheSaturatedIdentity(alpha: Double) {
        let bound = 0.693_147_180_559_945_3 / (2 * alpha)
        var worst = 0.0
        for step in -20_000...20_000 {
            let x = Double(step) / 1000
            let smooth = Surrogate.paper.value(x, sharpness: alpha)
            #expect(smooth.isFinite)
            worst = max(worst, abs(smooth - Surrogate.paper.value(x, sharpness: .infinity)))
        }
        #expect(worst <= bound + 1e-12)
        // The bound is tight where alpha is large: a constant function would not pass.
        if alpha >= 4 { #expect(worst > 0.99 * bound) }
    }

    /// Sums over the stages telescope.
    @Test(arguments: alphas, [1, 8, 16]) func surrogatesOfAllStagesTelescope(alpha: Double, stages: Int) {
        let n = Double(stages)
        for step in -40...4 * (stages + 4) {
            let s = Double(step) / 4
            let sum = (0..<stages).reduce(0) { $0 + Surrogate.paper.value(s - Double($1), sharpness: alpha) }
            let closed = (logCosh(alpha * s) - logCosh(alpha * (s - n))) / (2 * alpha) + n / 2
            #expect(abs(sum - closed) < 1e-9, "alpha \(alpha), s \(s)")
            let slopes = (0..<stages).reduce(0) { $0 + Surrogate.paper.slope(s - Double($1), sharpness: alpha) }
            let slope = 0.5 * (hyperbolicTangent(alpha * s) + hyperbolicTangent(alpha * (n - s)))
            #expect(abs(slopes - slope) < 1e-9, "alpha \(alpha), s \(s)")
        }
    }

    /// For every operator: rising, from 0 to its top, undone by its inverse, slope equal to the difference quotient.
    @Test(arguments: seeds(3)) func operatorsRiseAndAreInvertible(seed: UInt64) {
        var generator = Splitmix(seed: seed)
        for _ in 0..<500 {
            let stages = Int.random(in: 1...32, using: &generator)
            let gamma = power(10, .random(in: -1...1, using: &generator))
            let p = Double.random(in: 0.001..<0.999, using: &generator)
            for form in ScalingOperator.all {
                let note = "seed \(seed): \(form), gamma \(gamma), p \(p), N \(stages)"
                let s = form.scaled(p, parameter: gamma, stages: stages)
                #expect(form.scaled(0, parameter: gamma, stages: stages) == 0, "\(note)")
                let top = form == .linear ? gamma : Double(stages)
                #expect(abs(form.scaled(1, parameter: gamma, stages: stages) - top) < 1e-12 * top, "\(note)")
                #expect(form.scaled(p + 1e-4, parameter: gamma, stages: stages) > s, "\(note)")
                #expect(abs(form.importance(s, parameter: gamma, stages: stages) - p) < 1e-9, "\(note)")
                let isKnee = form == .piecewise && abs(p - 1 / (gamma + 1)) < 1e-5
                if !isKnee { expectSlope(form, p, gamma, stages, note) }
            }
        }
    }

    private func expectSlope(_ form: ScalingOperator, _ p: Double, _ gamma: Double, _ stages: Int, _ note: String) {
        let h = 1e-6
        let up = form.scaled(p + h, parameter: gamma, stages: stages)
        let down = form.scaled(p - h, parameter: gamma, stages: stages)
        let slope = form.slope(p, parameter: gamma, stages: stages)
        #expect(abs((up - down) / (2 * h) - slope) < 1e-3 * max(1, slope), "\(note)")
    }

    /// Equation 22: both lines meet at N gamma / (gamma + 1), gamma 1 is N p, and 1/gamma inverts gamma.
    @Test(arguments: [0.1, 0.5, 1, 4, 6, 8]) func piecewiseOperatorMeetsItself(gamma: Double) {
        let knee = 1 / (gamma + 1), form = ScalingOperator.piecewise
        for p in [knee.nextDown, knee, knee.nextUp] {
            #expect(abs(form.scaled(p, parameter: gamma, stages: 8) - 8 * gamma / (gamma + 1)) < 1e-12)
        }
        #expect(form.slope(knee * 0.5, parameter: gamma, stages: 8) == 8 * gamma)
        #expect(form.slope((1 + knee) / 2, parameter: gamma, stages: 8) == 8 / gamma)
        for step in 0...100 {
            let p = Double(step) / 100
            #expect(abs(form.scaled(p, parameter: 1, stages: 8) - 8 * p) < 1e-12)
            let there = form.scaled(p, parameter: gamma, stages: 1)
            #expect(abs(form.scaled(there, parameter: 1 / gamma, stages: 1) - p) < 1e-12)
        }
    }

    /// A larger gamma gives fewer codebooks with S_exp and more with S_T.
    @Test func gammaMovesTheDepth() {
        for p in [0.1, 0.3, 0.5, 0.9] {
            let exponential = [0.1, 0.5, 1, 4, 8].map {
                ScalingOperator.exponential.scaled(p, parameter: $0, stages: 8)
            }
            let piecewise = [0.1, 0.5, 1, 4, 8].map { ScalingOperator.piecewise.scaled(p, parameter: $0, stages: 8) }
            #expect(zip(exponential, exponential.dropFirst()).allSatisfy { $0 > $1 })
            #expect(zip(piecewise, piecewise.dropFirst()).allSatisfy { $0 < $1 })
        }
    }

    /// Means and quartiles of the draws are those of their distributions.
    @Test(arguments: [UInt64(0), 1, 99]) func drawsFollowTheirDistribution(seed: UInt64) {
        var settings = ImportanceSettings()
        let uniform = draws(settings, seed)
        #expect(uniform.allSatisfy { (1...48).contains($0) })
        #expect(abs(uniform.reduce(0, +) / 4000 - 24.5) < 1)
        #expect(abs(uniform.sorted()[1000] - 12.75) < 1.5)
        settings.scaling = .piecewise
        let gamma = draws(settings, seed)
        #expect(gamma.allSatisfy { (0.1...6).contains($0) })
        // Median sqrt(0.1 * 6), lower quartile 0.1 * 60^(1/4).
        #expect(abs(gamma.sorted()[2000] - 0.775) < 0.08)
        #expect(abs(gamma.sorted()[1000] - 0.278) < 0.03)
    }

    private func draws(_ settings: ImportanceSettings, _ seed: UInt64) -> [Double] {
        (0..<4000).map { settings.parameter(seed: seed, step: $0 / 40, item: $0 % 40) }
    }

    /// Each part of the key matters, and nothing else does.
    @Test func drawsDependOnTheirKeyAlone() {
        let settings = ImportanceSettings()
        let first = settings.parameter(seed: 3, step: 5, item: 7)
        #expect(settings.parameter(seed: 3, step: 5, item: 7) == first)
        let others = [(4, 5, 7), (3, 6, 7), (3, 5, 8), (5, 3, 7), (3, 7, 5), (7, 5, 3)].map {
            settings.parameter(seed: $0.0, step: $0.1, item: $0.2)
        }
        #expect(Set(others + [first]).count == 7)
    }

    /// The place of a draw between the bounds.
    private func share(step: Int, item: Int) -> Double {
        let drawn = ImportanceSettings()
        let value = drawn.parameter(seed: 1, step: step, item: item)
        return (value - drawn.drawn.minimum) / (drawn.drawn.maximum - drawn.drawn.minimum)
    }

    /// Neighbouring items and steps are not correlated.
    @Test func neighbouringDrawsAreIndependent() {
        let shares = (0..<5000).map { share(step: $0 / 50, item: $0 % 50) - 0.5 }
        for lag in [1, 2, 49, 50, 51] {
            let products = zip(shares, shares.dropFirst(lag)).map(*)
            // Variance of a product is 1/144; five standard deviations of the mean.
            let mean = products.reduce(0, +) / Double(products.count)
            let bound = 5.0 / 12 / 70
            #expect(abs(mean) < bound)
        }
    }

    private func logCosh(_ y: Double) -> Double {
        // By its series of exponentials, independent of the library's form where that matters little.
        abs(y) > 20 ? abs(y) - 0.693_147_180_559_945_3 : logarithm((exponential(y) + exponential(-y)) / 2)
    }
}
