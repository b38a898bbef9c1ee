import TestSupport
import Testing
import Torch
import VRVQNetwork

@testable import Training

/// The generator's whole loss and its gradients, and five steps of training, against the published code.
@Suite(.needsTorch) struct GoldenGradientTests {
    @Test func thereAreCases() {
        for kind in ["gradients", "trajectory"] { #expect(!GoldenFolder.trainingCases(kind).isEmpty, "no \(kind)") }
    }

    @Test(arguments: GoldenFolder.trainingCases("gradients"), GoldenFolder.precisions)
    func gradients(_ golden: GoldenCase, _ dtype: DType) throws {
        let training = try GoldenTraining(golden, dtype)
        let pass = try training.pass()
        let maps = try training.discriminators(pass.estimate, training.audio)
        let terms = try training.terms(pass, maps)
        let total = try Objective.total(terms)
        try total.backward()

        var computed = Dictionary(uniqueKeysWithValues: terms.map { ($0.name, $0.value) })
        computed["total"] = total
        computed["estimate"] = pass.estimate
        computed["codes"] = try pass.stages.codes()
        computed["depth"] = try pass.mask.sum([1])
        computed["importance"] = try pass.importance?.narrow(0, 0, training.masked)
        computed["grad_norm"] = try training.generator.clipGradients(to: .infinity)
        for (name, parameter) in training.store.entries { computed["gradient.\(name)"] = try parameter.grad() }
        try golden.check(computed, training.files, dtype)
    }

    @Test(arguments: GoldenFolder.trainingCases("trajectory"), GoldenFolder.precisions)
    func trajectory(_ golden: GoldenCase, _ dtype: DType) throws {
        for kernel in AdamW.Kernel.allCases { try trajectory(golden, dtype, kernel) }
    }

    private func trajectory(_ golden: GoldenCase, _ dtype: DType, _ kernel: AdamW.Kernel) throws {
        let training = try GoldenTraining(golden, dtype, kernel)
        var rows: [String: [Tensor]] = [:]
        var computed: [String: Tensor] = [:]
        for step in 0..<5 {
            let (scalars, codes) = try training.step(step)
            for (name, value) in scalars { rows[name, default: []].append(try value.detach()) }
            computed["codes.\(step)"] = codes
            for (name, parameter) in training.store.entries + training.discriminators.parameters {
                computed["after_\(step + 1).\(name)"] = try parameter.detach().clone()
            }
        }
        for (name, values) in rows { computed[name] = try Tensor.stack(values) }
        try golden.check(computed, training.files, dtype)
    }
}

/// Both networks of a golden case, ready to train.
struct GoldenTraining {
    let files: GoldenFiles
    let audio: Tensor
    let items: [ItemDepth]
    /// Items at the front whose depth the importance decides.
    let masked: Int
    let store: ParameterStore
    let discriminators: Discriminators
    let generator: AdamW
    let adversary: AdamW

    private let network: Network
    private let mask: TrainingMask
    private let detaches: Bool
    private let objective: Objective
    private let schedule: [String: Any]

    init(_ golden: GoldenCase, _ dtype: DType, _ kernel: AdamW.Kernel = .composed) throws {
        let configuration = golden.configuration.object
        files = try GoldenFiles(golden)
        audio = try files.tensor("audio", dtype)
        (items, masked) = try Self.items(golden, files)
        var architecture = try GoldenGeometry.architecture(Configuration(golden.require("codec", [String: Any].self)))
        // With constant depths for all, the subnet whose weights the file has is not used.
        if masked == 0 { architecture.importance = nil }
        network = Network(architecture)
        store = try ParameterStore(network, from: files.weights, kernels: .normalized, dtype: dtype)
        try store.requireGrad()
        discriminators = try Discriminators(
            DiscriminatorArchitecture(golden: golden.require("discriminator")),
            weights: files.parameters(dtype, under: "discriminators."))
        mask = TrainingMask(smoothing: try Self.smoothing(configuration), stages: architecture.quantizer.stages)
        detaches = configuration["detach_feature"] as? Bool ?? false
        objective = try Objective(Self.settings(golden), sampleRate: architecture.sampleRate, dtype)
        schedule = configuration["optimiser"] as? [String: Any] ?? [:]
        let rates = Self.rates(schedule)
        generator = try AdamW(store.entries, rates, kernel: kernel)
        adversary = try AdamW(discriminators.parameters, rates, kernel: kernel)
    }

    func pass() throws -> CodecPass {
        try CodecPass(
            audio, items: items, mask: mask, detachesFeature: detaches, network: network, on: TorchBackend(store))
    }

    func terms(_ pass: CodecPass, _ maps: ([[Tensor]], [[Tensor]])) throws -> [Objective.Term] {
        try objective.terms(pass, audio, items: items, maps: maps, step: 0)
    }

    /// One step: the discriminators on the detached estimate, then the generator against the new discriminators.
    func step(_ step: Int) throws -> (scalars: [String: Tensor], codes: Tensor) {
        let rate = try #require(schedule["rate"] as? Double) * power(#require(schedule["gamma"] as? Double), Double(step))
        let pass = try pass()
        let (fake, real) = try discriminators(pass.estimate.detach(), audio)
        let loss = try AdversarialLosses.discriminator(estimate: fake, reference: real)
        var scalars = ["discriminator": loss]
        try adversary.zeroGradients()
        try loss.backward()
        scalars["grad_norm_d"] = try adversary.clipGradients(to: #require(schedule["clip_discriminator"] as? Double))
        try adversary.step(rate: rate)

        let terms = try terms(pass, discriminators(pass.estimate, audio))
        for term in terms { scalars[term.name] = term.value }
        let total = try Objective.total(terms)
        scalars["total"] = total
        try generator.zeroGradients()
        try total.backward()
        scalars["grad_norm_g"] = try generator.clipGradients(to: #require(schedule["clip_generator"] as? Double))
        try generator.step(rate: rate)
        return (scalars, try pass.stages.codes())
    }

    private static func items(_ golden: GoldenCase, _ files: GoldenFiles) throws -> ([ItemDepth], Int) {
        if let stages = files.inputs["stages"] { return (stages.values.map { .stages(Int($0)) }, 0) }
        let scales = try files.input("scales").values
        let masked = scales.count - (try golden.require("full_items", Int.self))
        let items: [ItemDepth] = scales.enumerated().map {
            $0.offset < masked ? .importance(parameter: $0.element) : .stages(.max)
        }
        return (items, masked)
    }

    private static func smoothing(_ configuration: [String: Any]) throws -> (form: Surrogate, alpha: Double)? {
        guard let text = configuration["surrogate"] as? String else { return nil }
        let form = try #require(Surrogate(rawValue: text))
        return (form, try #require((configuration["alpha"] as? String).flatMap(Double.init)))
    }

    private static func settings(_ golden: GoldenCase) throws -> ObjectiveSettings {
        let weights = try golden.require("lambdas", [String: Double].self)
        var settings = ObjectiveSettings()
        settings.mel.weight = weights["mel"] ?? 0
        settings.adversarial = weights["adversarial"] ?? 0
        settings.feature = weights["feature"] ?? 0
        settings.commitment = weights["commitment"] ?? 0
        settings.codebook = weights["codebook"] ?? 0
        settings.rate.weight = weights["rate"] ?? 0
        return settings
    }

    private static func rates(_ optimiser: [String: Any]) -> AdamRates {
        let betas = optimiser["betas"] as? [Double] ?? [0.9, 0.999]
        return AdamRates(
            learningRate: 0, beta1: betas[0], beta2: betas[1], epsilon: optimiser["eps"] as? Double ?? 1e-8,
            weightDecay: optimiser["decay"] as? Double ?? 0)
    }
}
