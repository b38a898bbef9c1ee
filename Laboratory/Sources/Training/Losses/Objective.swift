import Torch

/// The generator's loss: weighted terms of one pass.
package struct Objective: Sendable {
    /// One term of the sum.
    package struct Term {
        /// As in the journal and under `objective` in the configuration.
        package let name: String
        /// Of no dimension, not weighted.
        package let value: Tensor
        /// At 0 the term is logged alone, and outside of the graph.
        package let weight: Double
    }

    private let settings: ObjectiveSettings
    private let mel: MelLoss
    private let stft: STFTLoss
    private let similarity: BandSimilarity?

    /// - Parameter dtype: that of the audio to come.
    package init(
        _ settings: ObjectiveSettings, sampleRate: Int, _ dtype: DType = .float32, on device: Device = .cpu
    ) throws {
        self.settings = settings
        mel = try MelLoss(
            sampleRate: sampleRate, windows: settings.mel.windows, bands: settings.mel.bands,
            floor: settings.mel.floor, dtype, on: device)
        stft = try STFTLoss(windows: settings.stft.windows, floor: settings.stft.floor, dtype, on: device)
        similarity =
            settings.similarity.weight > 0
            ? try BandSimilarity(settings.similarity, sampleRate: sampleRate, dtype, on: device) : nil
    }

    /// All terms of a pass.
    /// - Parameters:
    ///   - reference: the audio that was coded, [batch, 1, samples].
    ///   - maps: the discriminators' feature maps of estimate and reference; nil leaves their terms out.
    ///   - step: of the training, for the rate term's start.
    ///   - logsAll: also computes the terms whose weight is 0.
    package func terms(
        _ pass: CodecPass, _ reference: Tensor, items: [ItemDepth],
        maps: (estimate: [[Tensor]], reference: [[Tensor]])? = nil, step: Int, logsAll: Bool = false
    ) throws -> [Term] {
        var terms = Terms(logsAll: logsAll)
        try terms.add("mel", settings.mel.weight) { try mel(pass.estimate, reference) }
        try terms.add("stft", settings.stft.weight) { try stft(pass.estimate, reference) }
        if let similarity {
            try terms.add("similarity", settings.similarity.weight) { try similarity(pass.estimate, reference) }
        }
        try terms.add("waveform", settings.waveform) { try WaveformLosses.absolute(pass.estimate, reference) }
        try terms.add("energy_ratio", settings.energyRatio.weight) {
            try WaveformLosses.energyRatio(pass.estimate, reference, floor: settings.energyRatio.floor)
        }
        if let maps {
            try terms.add("adversarial", settings.adversarial) {
                try AdversarialLosses.adversarial(estimate: maps.estimate)
            }
            try terms.add("feature", settings.feature) {
                try AdversarialLosses.featureMatching(estimate: maps.estimate, reference: maps.reference)
            }
        }
        try terms.add("commitment", settings.commitment) {
            try StageErrors.loss(pass.errors.commitment, mask: pass.mask)
        }
        try terms.add("codebook", settings.codebook) { try StageErrors.loss(pass.errors.codebook, mask: pass.mask) }
        if let importance = pass.importance, let rate = try RateLoss.mean(importance, items: items) {
            // Not left out at the start of its rise, where its weight is 0: the journal shows it from the first step.
            terms.list.append(Term(name: "rate", value: rate, weight: settings.rate.weight(atStep: step)))
        }
        return terms.list
    }

    /// The weighted sum of the terms, of no dimension.
    package static func total(_ terms: [Term]) throws(TorchError) -> Tensor {
        var weighted: [Tensor] = []
        for term in terms where term.weight != 0 { weighted.append(try term.value * term.weight) }
        guard !weighted.isEmpty else { throw TorchError("every term of the objective has weight 0") }
        return try Tensor.total(weighted)
    }

    private struct Terms {
        let logsAll: Bool
        var list: [Term] = []

        mutating func add(_ name: String, _ weight: Double, _ value: () throws -> Tensor) throws {
            if weight != 0 { return list.append(Term(name: name, value: try value(), weight: weight)) }
            guard logsAll else { return }
            list.append(Term(name: name, value: try Torch.noGrad { try value() }, weight: 0))
        }
    }
}
