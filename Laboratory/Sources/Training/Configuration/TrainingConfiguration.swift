import VRVQNetwork

/// Everything that decides a training run. The defaults are the paper's; two runs with equal configurations and equal
/// data go through the same steps.
package struct TrainingConfiguration: Equatable, Sendable {
    /// One line for the list of presets.
    package var description = ""
    package var model = ModelSettings()
    package var data = DataSettings()
    package var excerpt = ExcerptSettings()
    package var augmentation = AugmentationSettings()
    /// Items of a step, over all processes together.
    package var batch = 32
    package var steps = 300_000
    package var seed = 0
    package var quantizer = QuantizerSettings()
    package var importance = ImportanceSettings()
    package var objective = ObjectiveSettings()
    package var discriminators = DiscriminatorSettings()
    package var optimiser = OptimiserSettings()
    /// Decay of the averaged weights; 0 keeps none.
    package var averaging = 0.0
    package var precision = PrecisionSettings()
    package var start = StartSettings()
    package var device = "auto"
    /// Threads of the CPU's arithmetic; 0 takes one a core.
    package var threads = 0
    package var logEvery = 10
    package var checkpointEvery = 10_000
    package var keep = 3
    package var checkpointForm = CheckpointForm.exact
    package var validateEvery = 10_000
    package var validation = ValidationSettings()
    package var tensorBoard = true

    /// The paper's main setting.
    package init() {}

    /// How resumable state is written.
    package enum CheckpointForm: String, SettingChoice, CaseIterable {
        /// Bit for bit.
        case exact
        /// bfloat16 weights and 8-bit moments: smaller, and a resumed run is no longer the same run.
        case compact
    }
}

extension TrainingConfiguration: SettingGroup {
    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.value("description", &description, "one line for the list of presets")
        try walkNetwork(&walker)
        try walkAudio(&walker)
        try walkTraining(&walker)
        try walkRun(&walker)
    }

    private mutating func walkNetwork<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.group("model", &model, "the network")
        try walker.group("quantizer", &quantizer, "how codebooks learn and which depths are trained")
        try walker.group("importance", &importance, "from importance to mask; unused without importance subnet")
    }

    private mutating func walkAudio<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.group("data", &data, "where the audio comes from")
        try walker.group("excerpt", &excerpt, "how excerpts are cut")
        try walker.group("augmentation", &augmentation, "what is done to them, in this order")
        try walker.value("batch", &batch, .within(1...65536), "items of a step, over all processes together")
    }

    private mutating func walkTraining<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.group("objective", &objective, "terms of the generator's loss")
        try walker.group("discriminators", &discriminators, "the adversaries")
        try walker.group("optimiser", &optimiser, "AdamW and its schedule")
        try walker.value(
            "averaging", &averaging, .within(0...0.999999),
            "decay of the averaged weights that are exported; 0 for none")
        try walker.value("steps", &steps, .within(0...1_000_000_000), "updates of the generator")
        try walker.value("seed", &seed, .atLeast(0), "of everything random")
        try walker.group("start", &start, "where the weights of step 0 come from")
    }

    private mutating func walkRun<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.value("device", &device, "auto, cpu, cuda or cuda:N")
        try walker.value("threads", &threads, .within(0...1024), "of the CPU's arithmetic; 0 takes one a core")
        try walker.group("precision", &precision, "arithmetic on the accelerator")
        try walker.value("log_every", &logEvery, .atLeast(1), "steps between lines of the journal")
        try walker.value(
            "checkpoint_every", &checkpointEvery, .atLeast(1), "steps between checkpoints; also at the end")
        try walker.value("keep", &keep, .within(1...10_000), "last checkpoints that stay, besides the best")
        try walker.value(
            "checkpoint_form", &checkpointForm, "exact: resumes bit for bit; compact: bfloat16 weights, 8-bit moments")
        try walker.value("validate_every", &validateEvery, .atLeast(1), "steps between validations; also at the end")
        try walker.group("validation", &validation, "what is measured there")
        try walker.value("tensorboard", &tensorBoard, "write TensorBoard event files")
    }
}

extension TrainingConfiguration {
    /// Why no run can be made from these settings together, with the keys to change, or nil. The bounds of each value
    /// by itself hold already.
    package var defect: String? {
        if let defect = model.defect { return "model: \(defect)" }
        return defectOfQuantizer ?? defectOfWindows ?? defectOfStart ?? defectOfDevice
    }

    private var defectOfQuantizer: String? {
        if quantizer.dropoutShare + quantizer.fullShare > 1 {
            return "quantizer.dropout_share and quantizer.full_share must not exceed 1 together"
        }
        if let deep = validation.depths.first(where: { $0 > model.architecture.quantizer.stages }) {
            return "validation.depths has \(deep), but model.quantizer.stages is \(model.architecture.quantizer.stages)"
        }
        return nil
    }

    /// Reflection at the edges needs more samples than half a window; spectra need even windows.
    private var defectOfWindows: String? {
        if objective.mel.windows.count != objective.mel.bands.count {
            return "objective.mel.windows and objective.mel.bands must have equally many values"
        }
        let windows =
            objective.mel.windows + objective.stft.windows
            + (discriminators.enabled ? discriminators.band.windows : [])
        if let odd = windows.first(where: { $0 % 4 != 0 }) { return "window \(odd) must be divisible by 4" }
        if let longest = windows.max(), excerpt.samples <= longest {
            return "excerpt.samples (\(excerpt.samples)) must be above the longest window (\(longest))"
        }
        let window = BandSimilarity.windowSize(sampleRate: model.architecture.sampleRate)
        guard objective.similarity.weight > 0, excerpt.samples <= window else { return nil }
        return "excerpt.samples (\(excerpt.samples)) must be above \(window) for objective.similarity"
    }

    private var defectOfStart: String? {
        if start.frozenSteps > 0, !discriminators.enabled || discriminators.startStep > 0 {
            return "start.frozen_steps needs discriminators.enabled, and discriminators.start_step 0"
        }
        switch start.origin {
        case .random: return nil
        case .checkpoint, .weights:
            return start.path.isEmpty ? "start.path must name the file that start.origin asks for" : nil
        case .lappedTransform:
            if case .frameRate = model.architecture.encoder { return nil }
            return "start.origin lapped-transform needs model.encoder.kind frame-rate"
        }
    }

    private var defectOfDevice: String? {
        let isNumbered = device.hasPrefix("cuda:") && UInt16(device.dropFirst(5)) != nil
        return ["auto", "cpu", "cuda"].contains(device) || isNumbered
            ? nil : "device must be auto, cpu, cuda or cuda:N, not '\(device)'"
    }
}
