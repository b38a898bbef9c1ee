/// How codebooks learn and which items are trained at which depth.
package struct QuantizerSettings: Equatable, Sendable, SettingGroup {
    /// What moves the entries.
    package enum Learning: String, SettingChoice, CaseIterable {
        /// The codebook loss, through the optimiser (published).
        case gradient
        /// Moving averages of the latents that fall on them.
        case average
    }

    package var learning = Learning.gradient
    package var decay = 0.99
    package var restart = RestartSettings()
    package var kmeans = KMeansSettings()
    package var dropoutShare = 0.0
    package var fullShare = 0.0

    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.value(
            "learning", &learning, "gradient: by the codebook loss; average: moving averages of their latents")
        try walker.value("decay", &decay, .within(0...1), "share that a moving average keeps at each step")
        try walker.group(
            "restart", &restart, "dead entries start again from latents of the batch; with moving averages")
        try walker.group("kmeans", &kmeans, "codebooks start from k-means over latents of the data")
        try walker.value(
            "dropout_share", &dropoutShare, .within(0...1),
            "share of a batch's items at a random constant depth, 1 to N: structured codebook dropout")
        try walker.value(
            "full_share", &fullShare, .within(0...1), "share of a batch's items with all codebooks and no rate loss")
    }

    /// Items of a batch for each way of choosing the depth. Shares are cut to whole items as published; in a
    /// constant-rate model the items that are not dropped have all codebooks.
    package func items(batch: Int, hasImportance: Bool) -> (importance: Int, dropout: Int, full: Int) {
        // A share like 1/6 written in decimals must not lose its item to rounding.
        let dropout = Int((Double(batch) * dropoutShare + 1e-6).rounded(.down))
        guard hasImportance else { return (0, dropout, batch - dropout) }
        let full = Int((Double(batch) * fullShare + 1e-6).rounded(.down))
        return (batch - full - dropout, dropout, full)
    }
}

/// When an entry counts as dead.
package struct RestartSettings: Equatable, Sendable, SettingGroup {
    package var below = 0.03
    package var every = 200
    package var until: Int?

    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.value(
            "below", &below, .within(0...1), "an entry used less than this share of the mean is dead; 0 for none")
        try walker.value("every", &every, .atLeast(1), "steps between restarts")
        try walker.value("until", &until, .orNull(.atLeast(0)), "no restart after this step; null never ends")
    }
}

/// The k-means start.
package struct KMeansSettings: Equatable, Sendable, SettingGroup {
    package var enabled = false
    package var rounds = 12
    package var frames = 60_000

    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.value("enabled", &enabled, "false: entries start as unit normals (published)")
        try walker.value("rounds", &rounds, .within(1...1000), "rounds of k-means")
        try walker.value("frames", &frames, .within(1...10_000_000), "frames that are clustered")
    }
}
