/// What is measured at validation.
package struct ValidationSettings: Equatable, Sendable, SettingGroup {
    package var clips = 64
    package var seconds = 5.0
    package var scales = [4.0, 8, 16, 24]
    package var depths: [Int] = []
    package var samples = 8

    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.value("clips", &clips, .within(1...100_000), "excerpts of each group")
        try walker.value("seconds", &seconds, .within(0.05...3600), "length of an excerpt")
        try walker.value(
            "scales", &scales, .each(1e-6...1e6, count: 0...64), "scales (or gammas) at which all is measured")
        try walker.value(
            "depths", &depths, .each(1...64, count: 0...64), "constant depths at which all is measured too")
        try walker.value("samples", &samples, .within(0...64), "decoded excerpts and maps kept for listening")
    }
}

/// Arithmetic on the accelerator.
package struct PrecisionSettings: Equatable, Sendable, SettingGroup {
    package var tf32 = true
    package var bf16 = false

    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.value("tf32", &tf32, "products on CUDA with 10-bit mantissas; the CPU does not know it")
        try walker.value(
            "bf16", &bf16, "products of wide convolutions and discriminators in bfloat16; parameters stay float32")
    }
}

/// Where the weights come from at step 0.
package struct StartSettings: Equatable, Sendable, SettingGroup {
    package enum Origin: String, SettingChoice, CaseIterable {
        /// Random values, as the published networks begin.
        case random
        /// A lapped transform with k-means codebooks, fitted to the data.
        case lappedTransform = "lapped-transform"
        /// A checkpoint of another run.
        case checkpoint
        /// A model file or an imported checkpoint of DAC or VRVQ.
        case weights
    }

    package var origin = Origin.random
    package var path = ""
    package var optimiserState = true
    package var discriminatorState = true
    package var frozenSteps = 0
    package var lapped = LappedTransformSettings()

    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.value("origin", &origin, "where the weights of step 0 come from")
        try walker.value("path", &path, "of the checkpoint or the weights; codebooks are dropped or added to fit")
        try walker.value("optimiser_state", &optimiserState, "checkpoint: take the optimisers' state too")
        try walker.value("discriminator_state", &discriminatorState, "checkpoint: take the discriminators too")
        try walker.value(
            "frozen_steps", &frozenSteps, .atLeast(0),
            "steps that train the discriminators alone, for new ones to catch up")
        try walker.group("lapped", &lapped, "the lapped-transform start")
    }
}

/// Constants of the lapped-transform start.
package struct LappedTransformSettings: Equatable, Sendable, SettingGroup {
    package var exponent = 0.35
    package var level = 0.3
    package var smoothing = 9
    package var floor = 2e-4
    package var excerpts = 480
    package var importanceBias = -0.5

    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.value(
            "exponent", &exponent, .within(0...1), "bins are weighted by their level to this power, inverted")
        try walker.value("level", &level, .positive, "root mean square of the weighted bins")
        try walker.value("smoothing", &smoothing, .within(1...255), "bins over which levels are averaged; odd")
        try walker.value("floor", &floor, .positive, "added to a bin's level")
        try walker.value("excerpts", &excerpts, .within(1...1_000_000), "excerpts that levels and directions come from")
        try walker.value("importance_bias", &importanceBias, .within(-20...20), "of the subnet's last convolution")
    }
}
