/// Where the audio comes from.
package struct DataSettings: Equatable, Sendable, SettingGroup {
    /// Folders and CSV lists that name their groups themselves.
    package var sources: [String] = []
    /// Group name to folders and CSV lists. Groups are drawn with equal probability.
    package var groups: [String: [String]] = [:]
    /// Folders and CSV lists for validation; empty takes those of training.
    package var validation: [String] = []
    /// Threads that read, resample and transform excerpts.
    package var loaders = 2
    /// Batches kept ready.
    package var prefetch = 4

    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.value(
            "sources", &sources, "folders and CSV lists; a list names its groups, a folder is a group of its own name")
        try walker.value("groups", &groups, "group name to folders and CSV lists; every group is drawn equally often")
        try walker.value(
            "validation", &validation, "folders and CSV lists for validation; empty takes those of training")
        try walker.value("loaders", &loaders, .within(1...256), "threads that read, resample and cut excerpts")
        try walker.value("prefetch", &prefetch, .within(1...1024), "batches kept ready")
    }
}

/// How an excerpt is cut from a file.
package struct ExcerptSettings: Equatable, Sendable, SettingGroup {
    /// How the level of an excerpt is measured.
    package enum Measure: String, SettingChoice, CaseIterable {
        /// BS.1770 loudness, LUFS.
        case loudness
        /// Root mean square, dB of full scale.
        case rms
    }

    /// Length at the model's rate; 16 758 is 0.38 s at 44.1 kHz.
    package var samples = 16_758
    /// Excerpts at or below this are drawn again.
    package var floor: Double? = -40
    package var measure = Measure.loudness
    /// Draws before the last one is taken as it is.
    package var tries = 8

    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.value(
            "samples", &samples, .within(64...100_000_000), "length of a training excerpt at the model's rate")
        try walker.value(
            "floor", &floor, .orNull(.within(-200...0)),
            "an excerpt at or below this level is drawn again; null takes any")
        try walker.value("measure", &measure, "unit of the floor: loudness in LUFS, rms in dB of full scale")
        try walker.value("tries", &tries, .within(1...1000), "draws; the last one is used whatever its level")
    }
}

/// What is done to an excerpt before it is used.
package struct AugmentationSettings: Equatable, Sendable, SettingGroup {
    /// Level that every excerpt is brought to, LUFS.
    package var loudness: Double? = -16
    /// Random gain, dB: least and most.
    package var gain: [Double] = [0, 0]
    /// Share of excerpts of which a random part is silenced.
    package var silenceShare = 0.0
    /// Whether excerpts whose peak is above 1 are divided by it.
    package var peakLimit = true
    /// Whether all frequencies are turned by one random angle.
    package var phaseShift = true

    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.value(
            "loudness", &loudness, .orNull(.within(-70...0)),
            "every excerpt is brought to this level, LUFS; null leaves it")
        try walker.value(
            "gain", &gain, .each(-100...100, count: 2...2), "least and most of a random gain, dB; after the loudness")
        try walker.require(gain[0] <= gain[1], "gain", "must begin with the smaller value")
        try walker.value(
            "silence_share", &silenceShare, .within(0...1), "share of excerpts of which a random part is silenced")
        try walker.value("peak_limit", &peakLimit, "an excerpt whose peak is above 1 is divided by it")
        try walker.value("phase_shift", &phaseShift, "all frequencies are turned by one random angle")
    }
}
