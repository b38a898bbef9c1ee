/// AdamW for both networks.
package struct OptimiserSettings: Equatable, Sendable, SettingGroup {
    package var generator = AdamWSettings(clip: 1000)
    package var discriminator = AdamWSettings(clip: 10)
    package var schedule = ScheduleSettings()
    package var groups: [RateGroup] = []

    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.group("generator", &generator, "AdamW of the codec")
        try walker.group("discriminator", &discriminator, "AdamW of the discriminators")
        try walker.group("schedule", &schedule, "how both rates go on")
        try walker.value(
            "groups", &groups,
            "factors on the codec's rate by parameter name, as {pattern: NAME*, factor: F}; the first that fits rules")
    }

    /// The factor on the learning rate of a parameter: that of the first pattern that fits, else 1.
    package func rateFactor(of name: String) -> Double {
        groups.first { $0.fits(name) }?.factor ?? 1
    }
}

/// One AdamW.
package struct AdamWSettings: Equatable, Sendable, SettingGroup {
    package var rate = 1e-4
    package var betas = [0.8, 0.99]
    package var epsilon = 1e-8
    package var decay = 0.01
    /// Largest norm of all gradients together.
    package var clip: Double

    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.value("rate", &rate, .positive, "learning rate")
        try walker.value("betas", &betas, .each(0...0.999999, count: 2...2), "decay of the two moments")
        try walker.value("epsilon", &epsilon, .positive, "added to the root of the second moment")
        try walker.value("decay", &decay, .notNegative, "weight decay, on every parameter")
        try walker.value("clip", &clip, .positiveOrInfinite, "largest norm of all gradients together; .inf for none")
    }
}

/// Factor on the learning rates over the steps.
package struct ScheduleSettings: Equatable, Sendable, SettingGroup {
    package enum Form: String, SettingChoice, CaseIterable {
        case constant, exponential, cosine
    }

    package var form = Form.exponential
    package var gamma = 0.999996
    package var final = 0.05
    package var warmup = 0

    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.value(
            "form", &form, "constant; exponential: gamma to the power of the step; cosine: down to `final`")
        try walker.value("gamma", &gamma, .within(0...1), "exponential: factor of each step")
        try walker.value("final", &final, .within(0...1), "cosine: share of the rate that is left at the last step")
        try walker.value("warmup", &warmup, .atLeast(0), "steps over which the rates rise linearly first")
    }

    /// The factor for the update of a step, counted from 0, in a run of `steps`.
    package func factor(step: Int, of steps: Int) -> Double {
        let rise = step < warmup ? Double(step + 1) / Double(warmup) : 1
        switch form {
        case .constant: return rise
        case .exponential: return rise * power(gamma, Double(step))
        case .cosine:
            let done = min(1, Double(step) / Double(max(steps, 1)))
            return rise * (final + (1 - final) * 0.5 * (1 + cosine(.pi * done)))
        }
    }
}

/// A factor on the learning rate of the parameters whose names fit a pattern.
package struct RateGroup: Equatable, Sendable, SettingValue {
    package static var typeName: String { "{pattern, factor}" }

    /// A parameter's name; `*` stands for any letters, none included.
    package var pattern: String
    package var factor: Double

    package init(pattern: String, factor: Double) {
        self.pattern = pattern
        self.factor = factor
    }

    package init?(_ tree: SettingTree) {
        guard case .table(let entries) = tree.content, entries.count == 2,
            let pattern = tree.child("pattern").flatMap(String.init(_:)),
            let factor = tree.child("factor").flatMap(Double.init(_:)), factor.isFinite, factor >= 0
        else { return nil }
        self.init(pattern: pattern, factor: factor)
    }

    package var tree: SettingTree {
        SettingTree(.table([.init(key: "pattern", value: pattern.tree), .init(key: "factor", value: factor.tree)]))
    }

    /// Whether the whole name fits the pattern.
    package func fits(_ name: String) -> Bool {
        let pattern = Array(pattern.utf8), name = Array(name.utf8), star = UInt8(ascii: "*")
        var p = 0, n = 0
        // The last star and how much of the name it has taken: on a mismatch it takes one letter more.
        var retry: (pattern: Int, name: Int)?
        while n < name.count {
            if p < pattern.count, pattern[p] == star {
                retry = (p, n)
                p += 1
            } else if p < pattern.count, pattern[p] == name[n] {
                (p, n) = (p + 1, n + 1)
            } else if let last = retry {
                retry = (last.pattern, last.name + 1)
                (p, n) = (last.pattern + 1, last.name + 1)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == star }
    }
}
