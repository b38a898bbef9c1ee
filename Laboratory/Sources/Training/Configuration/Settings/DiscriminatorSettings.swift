/// The adversaries: which there are, how wide, from when on.
package struct DiscriminatorSettings: Equatable, Sendable, SettingGroup {
    package var enabled = true
    package var startStep = 0
    package var period = PeriodDiscriminatorSettings()
    package var band = BandDiscriminatorSettings()
    package var scale = ScaleDiscriminatorSettings()

    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.value("enabled", &enabled, "false trains without adversarial and feature terms")
        try walker.value("start_step", &startStep, .atLeast(0), "first step that trains and uses them")
        try walker.group("mpd", &period, "multi-period: the waveform folded by a period")
        try walker.group("mrd", &band, "multi-band: complex spectra, a stack of layers for each band")
        try walker.group("msd", &scale, "multi-scale: the waveform at lower rates; published but switched off")
    }
}

/// Multi-period discriminator.
package struct PeriodDiscriminatorSettings: Equatable, Sendable, SettingGroup {
    package var periods = [2, 3, 5, 7, 11]
    package var channels = [32, 128, 512, 1024, 1024]

    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.value("periods", &periods, .each(2...1024, count: 0...16), "a member for each; none switches it off")
        try walker.value("channels", &channels, .each(1...4096, count: 5...5), "width of each layer")
    }
}

/// Multi-band, multi-resolution discriminator.
package struct BandDiscriminatorSettings: Equatable, Sendable, SettingGroup {
    package var windows = [2048, 1024, 512]
    package var edges = [0, 0.1, 0.25, 0.5, 0.75, 1]
    package var channels = 32

    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.value(
            "windows", &windows, .each(16...65536, count: 0...16), "a member for each; even; none switches it off")
        try walker.value("edges", &edges, .each(0...1, count: 2...33), "bands' edges as shares of the spectrum, rising")
        try walker.require(zip(edges, edges.dropFirst()).allSatisfy { $0 < $1 }, "edges", "must rise")
        try walker.value("channels", &channels, .within(1...4096), "width of every layer")
    }
}

/// Multi-scale discriminator.
package struct ScaleDiscriminatorSettings: Equatable, Sendable, SettingGroup {
    package var rates: [Int] = []
    package var channels = [16, 64, 256, 1024, 1024, 1024]
    package var groups = [1, 4, 16, 64, 256, 1]

    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.value("rates", &rates, .each(1...64, count: 0...16), "divisors of the rate, a member for each")
        try walker.value("channels", &channels, .each(1...4096, count: 6...6), "width of each layer")
        try walker.value(
            "groups", &groups, .each(1...4096, count: 6...6), "groups of each layer; they divide its widths")
        let inputs = [1] + channels.dropLast()
        let fits = zip(zip(inputs, channels), groups).allSatisfy { $0.0 % $1 == 0 && $0.1 % $1 == 0 }
        try walker.require(fits, "groups", "must divide the width of its layer and of the one before (\(channels))")
    }
}
