import Testing
import VRVQNetwork

@testable import Training

@Suite struct PresetTests {
    /// The paper's and the released code's constants, as published (paper: sections 3 to 5; the parent codec's training
    /// settings where the paper says that it follows them).
    static let published: [String: String] = [
        "model.preset": "vrvq-44k-paper", "model.sample_rate": "44100", "model.latent": "1024",
        "model.encoder.width": "64", "model.encoder.strides": "[2, 4, 8, 8]", "model.decoder.width": "1536",
        "model.decoder.strides": "[8, 8, 4, 2]", "model.quantizer.stages": "8", "model.quantizer.entries": "1024",
        "model.quantizer.dimensions": "[8, 8, 8, 8, 8, 8, 8, 8]", "model.quantizer.lookup": "cosine",
        "model.importance.form": "paper", "model.importance.kernels": "[5, 3, 3, 3, 1]",
        "model.importance.channels": "[512, 128, 32, 8]", "model.weight_norm": "true",
        "excerpt.samples": "16758", "excerpt.floor": "-40.0", "excerpt.tries": "8", "excerpt.measure": "loudness",
        "augmentation.loudness": "-16.0", "augmentation.phase_shift": "true", "augmentation.peak_limit": "true",
        "augmentation.gain": "[0.0, 0.0]", "batch": "32", "steps": "300000", "seed": "0",
        "objective.mel.weight": "15.0", "objective.mel.windows": "[32, 64, 128, 256, 512, 1024, 2048]",
        "objective.mel.bands": "[5, 10, 20, 40, 80, 160, 320]", "objective.mel.floor": "1e-05",
        "objective.stft.weight": "0.0", "objective.stft.windows": "[2048, 512]", "objective.waveform": "0.0",
        "objective.adversarial": "1.0", "objective.feature": "2.0", "objective.commitment": "0.25",
        "objective.codebook": "1.0", "objective.rate.weight": "2.0", "objective.rate.warmup": "0",
        "objective.energy_ratio.weight": "0.0", "quantizer.learning": "gradient", "quantizer.kmeans.enabled": "false",
        "quantizer.full_share": "0.0", "quantizer.dropout_share": "0.0", "importance.surrogate": "paper",
        "importance.operator": "linear", "importance.scale.minimum": "1.0", "importance.scale.maximum": "48.0",
        "importance.scale.distribution": "uniform", "importance.gamma.minimum": "0.1",
        "importance.gamma.maximum": "6.0", "importance.gamma.distribution": "log-uniform",
        "importance.detach": "false", "discriminators.enabled": "true", "discriminators.start_step": "0",
        "discriminators.mpd.periods": "[2, 3, 5, 7, 11]", "discriminators.mpd.channels": "[32, 128, 512, 1024, 1024]",
        "discriminators.mrd.windows": "[2048, 1024, 512]", "discriminators.mrd.channels": "32",
        "discriminators.mrd.edges": "[0.0, 0.1, 0.25, 0.5, 0.75, 1.0]", "discriminators.msd.rates": "[]",
        "discriminators.msd.channels": "[16, 64, 256, 1024, 1024, 1024]",
        "discriminators.msd.groups": "[1, 4, 16, 64, 256, 1]", "optimiser.generator.rate": "0.0001",
        "optimiser.generator.betas": "[0.8, 0.99]", "optimiser.generator.epsilon": "1e-08",
        "optimiser.generator.decay": "0.01", "optimiser.generator.clip": "1000.0",
        "optimiser.discriminator.rate": "0.0001", "optimiser.discriminator.betas": "[0.8, 0.99]",
        "optimiser.discriminator.epsilon": "1e-08", "optimiser.discriminator.decay": "0.01",
        "optimiser.discriminator.clip": "10.0", "optimiser.schedule.form": "exponential",
        "optimiser.schedule.gamma": "0.999996", "optimiser.schedule.warmup": "0", "optimiser.groups": "[]",
        "averaging": "0.0", "precision.bf16": "false", "validate_every": "10000", "validation.seconds": "5.0",
        "start.origin": "random",
    ]

    @Test func defaultsAreThePublishedNumbers() {
        let values = Self.values(TrainingConfiguration())
        for (path, value) in Self.published { #expect(values[path] == value, "\(path)") }
    }

    private static let n16 = [
        "model.quantizer.stages": "16",
        "model.quantizer.dimensions": "[\(Array(repeating: "8", count: 16).joined(separator: ", "))]",
    ]
    private static let releasedSubnet = [
        "model.importance.form": "released", "model.importance.kernels": "[3, 3, 3, 3, 3, 3]",
        "model.importance.input_block": "true",
    ]
    private static let constantRate = [
        "model.importance": "null", "quantizer.dropout_share": "0.5", "objective.rate.weight": "0.0",
        "validation.scales": "[]",
    ]
    private static let released = both(
        releasedSubnet,
        [
            "model.preset": "vrvq-44k", "importance.surrogate": "released", "augmentation.loudness": "null",
            "quantizer.full_share": "0.25",
        ])
    private static let gammas = ["validation.scales": "[0.1, 0.5, 1.0, 4.0, 8.0]"]

    /// All that an experiment changes against the defaults: nothing less and nothing more.
    static let differences: [String: [String: String]] = [
        "paper": [:], "alpha-2": [:], "alpha-0.25": ["importance.alpha": "0.25"],
        "alpha-0.5": ["importance.alpha": "0.5"], "alpha-1": ["importance.alpha": "1.0"],
        "alpha-4": ["importance.alpha": "4.0"], "alpha-inf": ["importance.alpha": ".inf"],
        "cbr": both(constantRate, ["validation.depths": "[2, 4, 6, 8]"]),
        "cbr-n16": both(both(constantRate, n16), ["validation.depths": "[2, 4, 8, 12, 16]"]),
        "n16": both(n16, ["validation.scales": "[8.0, 16.0, 24.0, 48.0]"]),
        "full-25": ["quantizer.full_share": "0.25"], "no-lufs": ["augmentation.loudness": "null"],
        "hard": ["importance.surrogate": "hard"], "importance-released": releasedSubnet,
        "s-exp": both(gammas, ["importance.operator": "exponential"]),
        "s-t": both(gammas, ["importance.operator": "piecewise"]), "a2": released,
        "a2_dt": both(released, ["importance.detach": "true", "objective.rate.weight": "4.0"]),
        "a2_lufs": both(
            released,
            ["importance.alpha": "4.0", "objective.rate.weight": "3.0", "augmentation.loudness": "-16.0"]),
    ]

    @Test(arguments: differences.keys.sorted()) func experimentsDifferAsTheReferenceSays(name: String) throws {
        let defaults = Self.values(TrainingConfiguration())
        let values = Self.values(try TrainingConfiguration(preset: name))
        // A difference that equals the default again (a2_lufs brings the loudness back) is none.
        let expected = Self.differences[name]!.filter { defaults[$0.key] != $0.value }
        let changed = values.filter { $0.key != "description" && defaults[$0.key] != $0.value }
        #expect(changed == expected)
    }

    /// The small model's recipe.
    static let recipe: [String: String] = [
        "model.preset": "small", "excerpt.samples": "\(96 * 512)", "excerpt.floor": "-45.0", "excerpt.measure": "rms",
        "augmentation.loudness": "null", "augmentation.gain": "[-12.0, 6.0]", "augmentation.silence_share": "0.05",
        "augmentation.phase_shift": "false", "batch": "6", "importance.surrogate": "paper", "importance.alpha": "1.0",
        "importance.scale.minimum": "1.0", "importance.scale.maximum": "48.0",
        "importance.scale.distribution": "uniform", "quantizer.learning": "average", "quantizer.decay": "0.99",
        "quantizer.restart.below": "0.03", "quantizer.restart.every": "200", "quantizer.kmeans.enabled": "true",
        "quantizer.kmeans.rounds": "12", "quantizer.kmeans.frames": "60000", "objective.mel.weight": "2.0",
        "objective.mel.windows": "[32, 64, 128, 256, 512, 1024, 2048]", "objective.energy_ratio.weight": "1.0",
        "objective.energy_ratio.floor": "1e-07", "objective.commitment": "0.5", "objective.rate.weight": "0.5",
        "objective.rate.warmup": "1000", "discriminators.enabled": "false", "optimiser.generator.rate": "0.0005",
        "optimiser.generator.betas": "[0.8, 0.99]", "optimiser.generator.decay": "0.001",
        "optimiser.generator.clip": "20.0", "optimiser.schedule.form": "cosine", "optimiser.schedule.final": "0.05",
        "optimiser.schedule.warmup": "100", "averaging": "0.999", "start.origin": "lapped-transform",
        "start.lapped.exponent": "0.35", "start.lapped.level": "0.3", "start.lapped.smoothing": "9",
        "start.lapped.floor": "0.0002", "start.lapped.importance_bias": "-0.5",
    ]

    @Test func theSmallModelFollowsItsRecipe() throws {
        let configuration = try TrainingConfiguration(preset: "small")
        let values = Self.values(configuration)
        for (path, value) in Self.recipe { #expect(values[path] == value, "\(path)") }
        #expect(configuration.model.architecture == .small)
        #expect(try TrainingConfiguration(preset: "micro").model.architecture == .micro)
    }

    /// What each preset's network is, by the network's own table.
    @Test func presetsNameTheirNetworks() throws {
        let networks: [String: Architecture] = [
            "paper": .published(importance: .paper()), "a2": .published(), "a2_dt": .published(),
            "a2_lufs": .published(), "importance-released": .published(), "cbr": .published(importance: nil),
            "n16": .published(stages: 16, importance: .paper()), "cbr-n16": .published(stages: 16, importance: nil),
        ]
        for (name, network) in networks {
            #expect(try TrainingConfiguration(preset: name).model.architecture == network, "\(name)")
        }
    }

    @Test func surrogatesResolve() throws {
        for (name, alpha) in [("alpha-0.25", 0.25), ("alpha-inf", .infinity), ("paper", 2)] {
            let smoothing = try TrainingConfiguration(preset: name).importance.smoothing
            #expect(smoothing?.form == .paper && smoothing?.alpha == alpha, "\(name)")
        }
        #expect(try TrainingConfiguration(preset: "a2").importance.smoothing?.form == .released)
        #expect(try TrainingConfiguration(preset: "hard").importance.smoothing == nil)
        let identity = try TrainingConfiguration(preset: "paper", settings: ["importance.surrogate=identity"])
        #expect(identity.importance.smoothing?.alpha == .infinity)
    }

    /// Every preset can be made narrow enough for a quick run, and still is a network.
    @Test(arguments: TrainingPresets.names) func presetsSurviveNarrowing(name: String) throws {
        let whole = try TrainingConfiguration(preset: name)
        #expect(whole.defect == nil && whole.model.architecture.defect == nil)
        var settings = ["model.latent=64", "model.quantizer.entries=16", "batch=2", "steps=10"]
        if whole.model.architecture.importance?.channels.count == 4 {
            settings.append("model.importance.channels=[32, 16, 8, 4]")
        }
        switch whole.model.architecture.encoder {
        case .pyramid: settings += ["model.encoder.width=4", "model.decoder.width=48"]
        case .frameRate:
            for part in ["encoder", "decoder"] {
                settings += ["model.\(part).channels=16", "model.\(part).hidden=8", "model.\(part).dilations=[1]"]
            }
        }
        let narrow = try TrainingConfiguration(preset: name, settings: settings)
        #expect(narrow.model.architecture.defect == nil)
        let parameters = Network(narrow.model.architecture).report().parameters.values.reduce(0, +)
        #expect(parameters > 0 && parameters < 300_000, "\(parameters)")
        #expect(parameters < Network(whole.model.architecture).report().parameters.values.reduce(0, +))
    }

    @Test func everyExperimentIsShippedAndDescribed() throws {
        let listing = try TrainingPresets.listing().split(separator: "\n")
        #expect(listing.count == TrainingPresets.names.count)
        #expect(Set(TrainingPresets.names) == Set(Self.differences.keys).union(["small", "micro"]))
        for (line, name) in zip(listing, TrainingPresets.names) {
            #expect(line.hasPrefix(name + " ") && line.count > name.count + 20 && line.count <= 120, "\(line)")
        }
        #expect(Set(listing.map { $0.drop { $0 != " " } }).count == listing.count, "two presets are described alike")
    }

    /// Values as they are written, by path; an absent group is `null`.
    private static func values(_ configuration: TrainingConfiguration) -> [String: String] {
        var values: [String: String] = [:]
        func add(_ tree: SettingTree, _ path: String) {
            guard case .table(let entries) = tree.content, !entries.isEmpty else {
                values[path] = String(SettingTree(.list([tree])).yaml.dropFirst().dropLast(2))
                return
            }
            for entry in entries { add(entry.value, path.isEmpty ? entry.key : "\(path).\(entry.key)") }
        }
        add(SettingWriter.tree(configuration), "")
        return values
    }

    private static func both(_ a: [String: String], _ b: [String: String]) -> [String: String] {
        a.merging(b) { $1 }
    }
}
