/// Terms of the generator's loss; a weight of 0 leaves a term out of the sum.
package struct ObjectiveSettings: Equatable, Sendable, SettingGroup {
    package var mel = MelSettings()
    package var stft = STFTSettings()
    package var similarity = SimilaritySettings()
    package var rate = RateSettings()
    package var energyRatio = EnergyRatioSettings()
    /// Weight of the mean absolute difference of samples.
    package var waveform = 0.0
    package var adversarial = 1.0
    package var feature = 2.0
    package var commitment = 0.25
    package var codebook = 1.0

    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.group("mel", &mel, "distance of log-mel spectra, summed over windows")
        try walker.group("stft", &stft, "distance of magnitude spectra, logarithmic and linear, summed over windows")
        try walker.group("similarity", &similarity, "how unlike the levels of auditory bands move; not in the paper")
        try walker.value("waveform", &waveform, .notNegative, "weight of the mean absolute difference of samples")
        try walker.value(
            "adversarial", &adversarial, .notNegative,
            "weight of the least-squares adversarial term; needs discriminators")
        try walker.value("feature", &feature, .notNegative, "weight of feature matching; needs discriminators")
        try walker.value("commitment", &commitment, .notNegative, "weight of the latents' distance to their entries")
        try walker.value(
            "codebook", &codebook, .notNegative,
            "weight of the entries' distance to their latents; with gradient codebooks")
        try walker.group("rate", &rate, "the rate loss: the mean importance, whatever the scale")
        try walker.group("energy_ratio", &energyRatio, "log10 of error energy over signal energy for each item")
    }
}

/// Multi-scale log-mel distance.
package struct MelSettings: Equatable, Sendable, SettingGroup {
    package var weight = 15.0
    package var windows = [32, 64, 128, 256, 512, 1024, 2048]
    package var bands = [5, 10, 20, 40, 80, 160, 320]
    package var floor = 1e-5

    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.value("weight", &weight, .notNegative, "weight of the term")
        try walker.value(
            "windows", &windows, .each(8...65536, count: 1...16), "window lengths; the hop is a quarter; even")
        try walker.value("bands", &bands, .each(1...4096, count: 1...16), "mel bands of each window")
        try walker.value("floor", &floor, .positive, "magnitudes below this count as this")
    }
}

/// Multi-scale magnitude distance.
package struct STFTSettings: Equatable, Sendable, SettingGroup {
    package var weight = 0.0
    package var windows = [2048, 512]
    package var floor = 1e-5

    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.value("weight", &weight, .notNegative, "weight of the term; at 0 it is still logged and validated")
        try walker.value(
            "windows", &windows, .each(8...65536, count: 1...16), "window lengths; the hop is a quarter; even")
        try walker.value("floor", &floor, .positive, "magnitudes below this count as this in the logarithm")
    }
}

/// Movement of the levels of auditory bands over windows of 80 ms or more.
package struct SimilaritySettings: Equatable, Sendable, SettingGroup {
    package var weight = 0.0
    package var bands = 32
    package var treble = 1.0
    package var range = 90.0
    package var least = 0.05

    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.value("weight", &weight, .notNegative, "weight of the term")
        try walker.value("bands", &bands, .within(3...256), "auditory bands")
        try walker.value("treble", &treble, .positive, "weight of a band above 7 kHz over that of a lower one")
        try walker.value("range", &range, .positive, "decibels below a frame's loudest band that count")
        try walker.value("least", &least, .positive, "variance that counts as none, in squared half decibels")
    }
}

/// The paper's equation 10: beta and how it starts.
package struct RateSettings: Equatable, Sendable, SettingGroup {
    package var weight = 2.0
    package var warmup = 0

    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.value("weight", &weight, .notNegative, "the paper's beta; unused without importance subnet")
        try walker.value("warmup", &warmup, .atLeast(0), "steps over which it rises from 0")
    }

    /// Beta at a step, counted from 0.
    package func weight(atStep step: Int) -> Double {
        step < warmup ? weight * Double(step) / Double(warmup) : weight
    }
}

/// The small model's hold on the waveform, where no discriminator does it.
package struct EnergyRatioSettings: Equatable, Sendable, SettingGroup {
    package var weight = 0.0
    package var floor = 1e-7

    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.value("weight", &weight, .notNegative, "weight of the term")
        try walker.value("floor", &floor, .positive, "added to both energies; it bounds the ratio")
    }
}
