import Testing
import VRVQNetwork

@testable import Training

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite struct ReadingTests {
    /// Text, and the one line that it must give.
    static let mistakes: [(text: String, message: String)] = [
        ("bach: 4", "f.yaml:1: unknown key 'bach'; the nearest is 'batch'"),
        (
            "batch: 4\noptimiser:\n  generator:\n    raet: 1e-4",
            "f.yaml:4: unknown key 'optimiser.generator.raet'; the nearest is 'optimiser.generator.rate'"
        ),
        ("objective: {alpha: 2}", "f.yaml:1: unknown key 'objective.alpha'; the nearest is 'importance.alpha'"),
        ("optimizer: {}", "f.yaml:1: unknown key 'optimizer'; the nearest is 'optimiser'"),
        ("batch: four", "f.yaml:1: batch must be an integer, not 'four'"),
        ("batch: 4.5", "f.yaml:1: batch must be an integer, not '4.5'"),
        ("batch: '4'", "f.yaml:1: batch must be an integer, not '4'"),
        ("batch: [4]", "f.yaml:1: batch must be an integer, not a list"),
        ("batch:", "f.yaml:1: batch must be an integer, not null"),
        ("batch: 0", "f.yaml:1: batch must be 1 to 65536, not '0'"),
        ("batch: 99999999999999999999", "f.yaml:1: batch must be an integer, not '99999999999999999999'"),
        ("importance: {alpha: nan}", "f.yaml:1: importance.alpha must be a number, not 'nan'"),
        ("importance: {alpha: 0}", "f.yaml:1: importance.alpha must be above 0, .inf included, not '0'"),
        (
            "importance:\n  surrogate: papr",
            "f.yaml:2: importance.surrogate must be one of paper, released, identity, hard, not 'papr'; the nearest is 'paper'"
        ),
        ("precision: {bf16: yes}", "f.yaml:1: precision.bf16 must be true or false, not 'yes'"),
        ("model: 4", "f.yaml:1: model must be a group of keys, not '4'"),
        ("model: null", "f.yaml:1: model must be a group of keys, not null"),
        ("- 1", "f.yaml:1: a configuration must be a group of keys, not a list"),
        ("batch: 1\nbatch: 2", "f.yaml:1: 'batch' is given twice in one group"),
        ("include: papr", "f.yaml:1: there is no preset 'papr'; the nearest is 'paper'"),
        ("include: {a: b}", "f.yaml:1: include must be the name of a preset or a path, or a list of them"),
        ("include: no/such.yaml", "f.yaml:1: cannot read the configuration file 'no/such.yaml'"),
        ("importance: {scale: {minimum: 50}}", "f.yaml:1: importance.scale.maximum must not be below minimum"),
        ("augmentation: {gain: [6, -12]}", "f.yaml:1: augmentation.gain must begin with the smaller value"),
        (
            "model: {quantizer: {stages: 3, dimensions: [8, 8]}}",
            "f.yaml:1: model.quantizer.dimensions must have one value for each stage"
        ),
        (
            "include: small\nmodel:\n  encoder: {width: 4}",
            "f.yaml:3: 'model.encoder.width' has no meaning for this network; model.encoder takes: "
                + "kind, stride, channels, hidden, dilations, ahead"
        ),
        (
            "model: {importance: {kernels: [3]}}",
            "the configuration cannot be used: model: the importance subnet's widths and kernels do not fit"
        ),
        (
            "model: {encoder: {strides: [16384, 16384, 16384, 16384, 16384, 16384]}}",
            "the configuration cannot be used: model: the strides multiply to more than 65536 samples per frame"
        ),
        (
            "start: {origin: weights}",
            "the configuration cannot be used: start.path must name the file that start.origin asks for"
        ),
        (
            "include: small\nstart: {frozen_steps: 5}",
            "the configuration cannot be used: start.frozen_steps needs discriminators.enabled, and "
                + "discriminators.start_step 0"
        ),
        (
            "excerpt: {samples: 2048}",
            "the configuration cannot be used: excerpt.samples (2048) must be above the longest window (2048)"
        ),
        (
            "objective: {similarity: {weight: 1}}\nexcerpt: {samples: 4096}",
            "the configuration cannot be used: excerpt.samples (4096) must be above 4096 for objective.similarity"
        ),
        ("device: gpu", "the configuration cannot be used: device must be auto, cpu, cuda or cuda:N, not 'gpu'"),
    ]

    @Test(arguments: mistakes) func mistakesAreNamedInOneLine(text: String, message: String) {
        #expect(throws: ConfigurationError(message)) { try TrainingConfiguration(text: text, source: "f.yaml") }
    }

    @Test func textThatIsNotYAMLNamesTheLine() {
        for text in ["a: [1,", "a: b: c", "\ta: 1", "a: \"x", "*x", "a: *x", "a: \u{1}", "&a [*a, *a]"] {
            do {
                _ = try TrainingConfiguration(text: text, source: "f.yaml")
                Issue.record("read: \(text)")
            } catch {
                #expect(error.description.hasPrefix("f.yaml"), "\(error)")
                #expect(!error.description.contains("\n"), "\(error)")
            }
        }
    }

    @Test func foreignTextCannotExhaustMemoryOrStack() {
        let deep = String(repeating: "[", count: 200_000)
        let wide = String(repeating: "a: 1\n", count: 300_000)
        var doubling = "a0: &a0 [x, x]\n"
        for level in 1..<40 { doubling += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        for text in [deep, wide, doubling, String(repeating: "{a: ", count: 5000), "batch: " + deep] {
            #expect(throws: ConfigurationError.self) { try TrainingConfiguration(text: text, source: "f.yaml") }
        }
    }

    /// Any damage to a real configuration is read or refused, and never traps.
    @Test(arguments: seeds(3)) func damagedTextIsReadOrRefused(seed: UInt64) throws {
        var generator = Splitmix(seed: seed)
        let whole = Array(try TrainingConfiguration(preset: "small").yaml.utf8)
        let letters = Array("{}[]:,'\"#&*!|>%@-?\n\t 0a~".utf8)
        var refused = 0
        for _ in 0..<60 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = letters.randomElement(using: &generator)!
            }
            do {
                _ = try TrainingConfiguration(text: String(decoding: bytes, as: UTF8.self), source: "seed \(seed)")
            } catch {
                refused += 1
                #expect(!error.description.contains("\n"), "seed \(seed): \(error)")
            }
        }
        #expect(refused > 20, "seed \(seed)")
    }

    @Test func settingsAreLaidOverInOrder() throws {
        let settings = [
            "batch=4", "batch=8", "importance.alpha=.inf", "model.encoder.strides=[4, 8, 16]",
            "augmentation.loudness=null",
            "data.groups={speech: [a, b]}", "device=cpu",
        ]
        let configuration = try TrainingConfiguration(
            preset: "paper", settings: settings + ["model.decoder.strides=[16, 8, 4]"])
        #expect(configuration.batch == 8)
        #expect(configuration.importance.alpha == .infinity)
        #expect(configuration.model.architecture.encoder == .pyramid(width: 64, strides: [4, 8, 16]))
        #expect(configuration.augmentation.loudness == nil)
        #expect(configuration.data.groups == ["speech": ["a", "b"]])
        #expect(configuration.device == "cpu")
    }

    @Test(arguments: [
        ("batch", "--set batch: write KEY=VALUE, for example batch=8"),
        ("=4", "--set =4: write KEY=VALUE, for example batch=8"),
        ("batch=", "--set: batch must be an integer, not null"),
        ("batch.x=4", "--set: batch must be an integer, not a group of keys"),
        ("bacth=4", "--set: unknown key 'bacth'; the nearest is 'batch'"),
        ("model.encoder.widht=4", "--set: unknown key 'model.encoder.widht'; the nearest is 'model.encoder.width'"),
        ("model..x=4", "--set: unknown key 'model.'; the nearest is 'model'"),
    ]) func badSettingsAreNamed(setting: String, message: String) {
        #expect(throws: ConfigurationError(message)) {
            try TrainingConfiguration(preset: "paper", settings: [setting])
        }
    }

    @Test func unknownPresetsAreNamed() {
        #expect(throws: ConfigurationError("--preset: there is no preset 'smal'; the nearest is 'small'")) {
            try TrainingConfiguration(preset: "smal")
        }
    }

    @Test func groupsMergeAndListsAreReplaced() throws {
        let configuration = try TrainingConfiguration(
            text: "include: [paper, no-lufs]\nobjective: {mel: {windows: [512], bands: [80]}}\n", source: "f.yaml")
        #expect(configuration.objective.mel.windows == [512])
        #expect(configuration.objective.mel.weight == 15)
        #expect(configuration.augmentation.loudness == nil)
        #expect(configuration.description == "the paper's setting without loudness normalisation")
    }

    @Test func aPresetOfTheNetworkReplacesWhatCameBefore() throws {
        let configuration = try TrainingConfiguration(
            text: "include: n16\nmodel: {preset: small, latent: 32}\n", source: "f.yaml")
        var expected = Architecture.small
        expected.latent = 32
        #expect(configuration.model.architecture == expected)
    }

    @Test func numbersOfStagesAndKindsCarryWhatTheyNeed() throws {
        let more = try TrainingConfiguration(preset: "small", settings: ["model.quantizer.stages=12"])
        #expect(more.model.architecture.quantizer.dimensions == Array(repeating: 8, count: 12))
        let fewer = try TrainingConfiguration(preset: "small", settings: ["model.quantizer.dimensions=[4, 2]"])
        #expect(fewer.model.architecture.quantizer.stages == 2)
        let subnet = try TrainingConfiguration(preset: "cbr", settings: ["model.importance.form=released"])
        #expect(subnet.model.architecture.importance == .released())
    }

    @Test func filesIncludeFilesBesideThem() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "vrvq-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("include: b.yaml\nsteps: 7\n".utf8).write(to: folder.appendingPathComponent("a.yaml"))
        try Data("include: small\nbatch: 3\nsteps: 5\n".utf8).write(to: folder.appendingPathComponent("b.yaml"))
        try Data("include: ./circle.yaml\n".utf8).write(to: folder.appendingPathComponent("circle.yaml"))
        try Data([0x61, 0x3A, 0xFF]).write(to: folder.appendingPathComponent("bytes.yaml"))
        let configuration = try TrainingConfiguration(file: folder.path + "/a.yaml", settings: ["seed=2"])
        #expect((configuration.steps, configuration.batch, configuration.seed) == (7, 3, 2))
        for name in ["circle.yaml", "bytes.yaml", "missing.yaml"] {
            #expect(throws: ConfigurationError.self) { try TrainingConfiguration(file: folder.path + "/" + name) }
        }
    }
}
