import Testing

@testable import Training

@Suite struct OptimiserSettingsTests {
    @Test(arguments: [
        ("*", "anything", true), ("*", "", true), ("", "", true), ("", "a", false), ("a.b", "a.b", true),
        ("a.b", "a.bc", false), ("a.*", "a.b.c", true), ("*.bias", "a.b.bias", true), ("*.bias", "a.bias.g", false),
        ("a*b*c", "a1b2b3c", true), ("a*b*c", "a1c2b", false), ("*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
        ("encoder.block.1.*", "encoder.block.10.bias", false),
    ]) func patterns(pattern: String, name: String, fits: Bool) {
        #expect(RateGroup(pattern: pattern, factor: 1).fits(name) == fits)
    }

    @Test func theSmallModelMovesItsStartGently() throws {
        let optimiser = try TrainingConfiguration(preset: "small").optimiser
        let factors = [
            "encoder.block.0.weight": 0.1, "encoder.block.1.block.1.weight": 1, "encoder.block.4.bias": 0.1,
            "quantizer.quantizers.7.in_proj.weight": 0.1, "quantizer.imp_subnet.blocks.0.1.weight": 1,
            "decoder.model.0.weight": 0.1, "decoder.model.5.block.3.bias": 1, "decoder.model.6.weight": 0.1,
        ]
        for (name, factor) in factors { #expect(optimiser.rateFactor(of: name) == factor, "\(name)") }
    }

    @Test func firstPatternRules() {
        var optimiser = OptimiserSettings()
        optimiser.groups = [RateGroup(pattern: "a.*", factor: 0.5), RateGroup(pattern: "*", factor: 2)]
        #expect(optimiser.rateFactor(of: "a.x") == 0.5)
        #expect(optimiser.rateFactor(of: "b.x") == 2)
    }

    /// The published decay: 0.368 after 250 000 steps, 0.301 after 300 000, 0.202 after 400 000.
    @Test func exponentialScheduleIsThePublishedOne() {
        let schedule = ScheduleSettings()
        #expect(schedule.factor(step: 0, of: 300_000) == 1)
        for (step, factor) in [(250_000, 0.368), (300_000, 0.301), (400_000, 0.202)] {
            #expect(abs(schedule.factor(step: step, of: 300_000) - factor) < 5e-4)
        }
    }

    @Test func cosineScheduleFallsToItsFinalShare() throws {
        let schedule = try TrainingConfiguration(preset: "small").optimiser.schedule
        #expect(schedule.factor(step: 0, of: 1000) < 0.0101)
        #expect(abs(schedule.factor(step: 500, of: 1000) - 0.525) < 1e-9)
        #expect(abs(schedule.factor(step: 1000, of: 1000) - 0.05) < 1e-9)
        #expect(abs(schedule.factor(step: 2000, of: 1000) - 0.05) < 1e-9)
        let factors = (100...1000).map { schedule.factor(step: $0, of: 1000) }
        #expect(zip(factors, factors.dropFirst()).allSatisfy { $0 > $1 })
    }

    @Test func rateLossRisesOverItsWarmUp() throws {
        let rate = try TrainingConfiguration(preset: "small").objective.rate
        #expect([0, 500, 1000, 9999].map { rate.weight(atStep: $0) } == [0, 0.25, 0.5, 0.5])
        #expect(TrainingConfiguration().objective.rate.weight(atStep: 0) == 2)
    }

    @Test func itemsOfABatchAreShared() throws {
        let released = try TrainingConfiguration(preset: "a2").quantizer
        #expect(released.items(batch: 32, hasImportance: true) == (24, 0, 8))
        #expect(released.items(batch: 3, hasImportance: true) == (3, 0, 0))
        let constant = try TrainingConfiguration(preset: "cbr").quantizer
        #expect(constant.items(batch: 32, hasImportance: false) == (0, 16, 16))
        #expect(constant.items(batch: 7, hasImportance: false) == (0, 3, 4))
        #expect(try TrainingConfiguration(preset: "small").quantizer.items(batch: 6, hasImportance: true) == (5, 0, 1))
    }
}
