import Foundation
import Testing
import Torch
import VRVQ
import VRVQNetwork

@testable import Training

/// Whole runs on generated audio. One after the other, for the cores' sake.
@Suite("Training runs", .needsTorch, .serialized) struct SmokeTests {
    /// The paper's whole objective, discriminators included, brings the spectral distance down by a quarter in sixty
    /// steps at least, on audio that it has seen.
    @Test func lossFalls() throws {
        let scratch = try RunScratch()
        var configuration = try scratch.configuration(
            "micro",
            [
                "steps=60", "log_every=1", "batch=4", "optimiser.generator.rate=1e-3", "validate_every=1000",
                "discriminators.mpd.periods=[2]", "discriminators.mrd.windows=[256]",
            ])
        configuration.checkpointEvery = 1000
        let run = try TrainingRun.start(configuration, in: RunFolder(scratch["run"]))
        #expect(try run.run() == .finished)
        let journal = try scratch.journal("run")
        #expect(journal.count == 60)
        let (first, last) = (Array(journal.prefix(5)), Array(journal.suffix(5)))
        #expect(last.mean("mel") < 0.75 * first.mean("mel"), "\(first.mean("mel")) to \(last.mean("mel"))")
        #expect(last.mean("loss") < 0.8 * first.mean("loss"), "\(first.mean("loss")) to \(last.mean("loss"))")
        #expect(last.mean("discriminator") < first.mean("discriminator"))
    }

    /// Every shipped preset starts, and runs ten steps with a line of journal for each.
    @Test(arguments: TrainingPresets.names) func presetRuns(name: String) throws {
        let scratch = try RunScratch()
        let settings = try RunScratch.narrow(name) + ["steps=10", "log_every=1", "validation.scales=[8]"]
        var configuration = try scratch.configuration(name, settings)
        configuration.validation.depths = configuration.validation.depths.isEmpty ? [] : [2]
        let run = try TrainingRun.start(configuration, in: RunFolder(scratch["run"]))
        #expect(try run.run() == .finished)
        let journal = try scratch.journal("run")
        #expect(journal.compactMap { $0["step"]?.integerValue } == Array(1...10))
        let hasImportance = configuration.model.architecture.importance != nil
        for line in journal {
            for key in ["loss", "mel", "stft", "commitment", "codebook", "learning_rate", "depth", "gradient"] {
                #expect(line[key]?.doubleValue?.isFinite == true, "\(key)")
            }
            #expect((line["rate"] != nil) == hasImportance)
            #expect((line["adversarial"] != nil) == configuration.discriminators.enabled)
            #expect(line["perplexity"]?.arrayValue?.count == configuration.model.architecture.quantizer.stages)
        }
        let validation = try #require(try Journal.lines(of: RunFolder(scratch["run"]).validation).last)
        #expect(validation["rows"]?.arrayValue?.isEmpty == false && validation["score"]?.doubleValue != nil)
        #expect(RunFolder(scratch["run"]).bestStep == 10)
    }

    /// At step 0 the small network is a transform codec already: with many entries its stages bring most of the
    /// waveform back, through export and the engine.
    @Test func transformStartCodesAudio() throws {
        let scratch = try RunScratch(pieces: 8)
        let configuration = try scratch.configuration(
            "small",
            [
                "steps=0", "excerpt.samples=8192", "model.encoder.stride=64", "model.decoder.stride=64",
                "model.encoder.channels=64", "model.decoder.channels=64", "model.encoder.hidden=16",
                "model.decoder.hidden=16", "model.latent=64", "model.quantizer.entries=128",
                "start.lapped.excerpts=48", "validation.scales=[]", "validation.depths=[1, 4, 8]",
                "validation.seconds=1", "validation.clips=4",
            ])
        let run = try TrainingRun.start(configuration, in: RunFolder(scratch["run"]))
        let rows = try Validation(configuration).rows(run.trainer.model())
        let distortions = rows.map(\.distortion)
        #expect(distortions.count == 3)
        #expect(distortions[0] < distortions[1] && distortions[1] < distortions[2], "\(distortions)")
        #expect(distortions[2] > 6, "\(distortions)")
    }

    /// A start rate beyond all reason ends in a message that names the audio, and leaves the last checkpoint.
    @Test func explosionNamesItsBatch() throws {
        let scratch = try RunScratch()
        let configuration = try scratch.configuration(
            "micro",
            [
                "steps=50", "optimiser.generator.rate=1e30", "optimiser.generator.clip=.inf", "log_every=1",
                "discriminators.enabled=false",
            ])
        let run = try TrainingRun.start(configuration, in: RunFolder(scratch["run"]))
        let error = try #require(throws: RunError.self) { try run.run() }
        #expect(error.kind == .internal)
        #expect(error.description.contains("tones/000") && error.description.contains("not a finite number"))
        #expect(RunFolder(scratch["run"]).steps == [0])
    }

    /// Discriminators that join later, and a generator that waits for them.
    @Test func discriminatorsJoinLater() throws {
        let scratch = try RunScratch()
        var settings = try RunScratch.narrow("micro") + ["steps=6", "log_every=1", "discriminators.start_step=3"]
        let late = try TrainingRun.start(
            scratch.configuration("micro", settings), in: RunFolder(scratch["late"]))
        _ = try late.run()
        let lines = try scratch.journal("late")
        #expect(lines.map { $0["adversarial"] != nil } == [false, false, false, true, true, true])
        settings += [
            "start.origin=checkpoint", "start.path=\(scratch["late"])", "start.frozen_steps=2",
            "discriminators.start_step=0", "start.optimiser_state=false", "start.discriminator_state=false",
        ]
        let frozen = try TrainingRun.start(
            scratch.configuration("micro", settings), in: RunFolder(scratch["frozen"]))
        let name = "encoder.block.0.weight_v"
        let before = try frozen.trainer.store.array(name).floats()
        #expect(before == (try late.trainer.store.array(name).floats()))
        _ = try frozen.run()
        #expect(try scratch.journal("frozen").map { $0["mel"] != nil } == [false, false, true, true, true, true])
    }
}
