import VRVQNetwork

/// The network to train: a preset's architecture, changed key by key.
package struct ModelSettings: Equatable, Sendable, SettingGroup {
    /// Name of the architecture that the keys below start from.
    package var preset = "vrvq-44k-paper"
    package var architecture = Architecture.published(importance: .paper())
    /// Whether convolutions are trained as magnitude and direction (published).
    package var weightNorm = true

    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        try walker.value(
            "preset", &preset, .oneOf(Architecture.presets.map(\.name)),
            "architecture to start from; giving it replaces every other key of the network except weight_norm")
        if walker.gives("preset"), let named = Architecture.preset(preset) { architecture = named }
        try walker.value("weight_norm", &weightNorm, "convolutions are trained as magnitude and direction")
        try walker.value("sample_rate", &architecture.sampleRate, .within(1000...768_000), "samples per second")
        try walker.value("latent", &architecture.latent, .within(1...16384), "channels between encoder and decoder")
        try walker.group("encoder", &architecture.encoder, "from samples to features at frame rate")
        try walker.group("decoder", &architecture.decoder, "from latents to samples")
        try walker.group("quantizer", &architecture.quantizer, "the factorised residual quantizer")
        try walker.optional(
            "importance", &architecture.importance, fallback: .paper(),
            "the importance subnet; null makes a constant-rate model")
    }
}

extension ModelSettings {
    /// Why no network can be built, or nil.
    var defect: String? {
        // Before anything multiplies the strides.
        for coder in [architecture.encoder, architecture.decoder] {
            guard case .pyramid(_, let strides) = coder else { continue }
            var hop = 1
            for stride in strides where hop <= 65536 { hop *= stride }
            if hop > 65536 { return "the strides multiply to more than 65536 samples per frame" }
        }
        return architecture.defect
    }
}

/// The two kinds of `Architecture.Coder`.
private enum CoderKind: String, SettingChoice, CaseIterable {
    case pyramid
    case frameRate = "frame-rate"
}

extension Architecture.Coder: SettingGroup {
    private var kind: CoderKind {
        switch self {
        case .pyramid: .pyramid
        case .frameRate: .frameRate
        }
    }

    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        var kind = kind
        try walker.value(
            "kind", &kind,
            "pyramid: the published strided blocks; frame-rate: one strided convolution and residual units")
        // A change of kind starts from that kind's published or shipped shape.
        if kind != self.kind { self = kind == .pyramid ? .pyramid(width: 64, strides: [2, 4, 8, 8]) : Self.shipped }
        switch self {
        case .pyramid(var width, var strides):
            try walker.value(
                "width", &width, .within(1...16384),
                "pyramid: channels at the full rate (encoder) or frame rate (decoder)")
            try walker.value(
                "strides", &strides, .each(1...16384, count: 1...12), "pyramid: a block for each, in order")
            self = .pyramid(width: width, strides: strides)
        case .frameRate(var stride, var channels, var hidden, var dilations, var ahead):
            try walker.value("stride", &stride, .within(2...16384), "frame-rate: samples per frame; even")
            try walker.value("channels", &channels, .within(1...16384), "frame-rate: width between residual units")
            try walker.value("hidden", &hidden, .within(1...16384), "frame-rate: width inside a residual unit")
            try walker.value(
                "dilations", &dilations, .each(1...512, count: 0...64), "frame-rate: a residual unit for each, in order"
            )
            try walker.value("ahead", &ahead, .within(0...3072), "frame-rate: frames of look-ahead of each unit")
            self = .frameRate(stride: stride, channels: channels, hidden: hidden, dilations: dilations, ahead: ahead)
        }
    }

    private static let shipped = Self.frameRate(
        stride: 512, channels: 512, hidden: 256, dilations: [1, 2, 4], ahead: 1)
}

extension Architecture.Lookup: SettingChoice {
    package static var all: [Self] { [.cosine, .euclidean] }
}

extension Architecture.Quantizer: SettingGroup {
    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        var count = dimensions.count
        try walker.value(
            "stages", &count, .within(1...64), "codebooks: the paper's N; new ones copy the last's dimensions")
        if count < dimensions.count { dimensions.removeLast(dimensions.count - count) }
        if let last = dimensions.last, count > dimensions.count {
            dimensions += Array(repeating: last, count: count - dimensions.count)
        }
        try walker.value(
            "dimensions", &dimensions, .each(1...4096, count: 1...64), "dimensions of each codebook, one value a stage")
        try walker.require(
            !walker.gives("stages") || dimensions.count == count, "dimensions", "must have one value for each stage")
        try walker.value("entries", &entries, .within(2...65536), "entries of each codebook")
        try walker.value("lookup", &lookup, "how the nearest entry is found")
    }
}

/// The two published forms of the subnet.
private enum SubnetForm: String, SettingChoice, CaseIterable {
    case paper, released, custom
}

extension Architecture.Importance: SettingGroup {
    private var form: SubnetForm {
        self == .paper(channels: channels) ? .paper : self == .released(channels: channels) ? .released : .custom
    }

    package mutating func walk<W: SettingWalker>(_ walker: inout W) throws(W.Failure) {
        var form = form
        try walker.value(
            "form", &form,
            "paper: kernels 5, 3, 3, 3, 1; released: one more block in front and kernel 3 throughout; custom: as below")
        if walker.gives("form") { take(form) }
        try walker.value(
            "channels", &channels, .each(1...16384, count: 0...16),
            "widths between the convolutions, the final 1 left out")
        try walker.value("kernels", &kernels, .each(1...63, count: 1...18), "kernel of each convolution; odd")
        try walker.value("input_block", &inputBlock, "one more block at full width in front")
    }

    /// A named form brings its four widths where the present ones do not fit it.
    private mutating func take(_ form: SubnetForm) {
        let widths = channels.count == 4 ? channels : [512, 128, 32, 8]
        switch form {
        case .paper: self = .paper(channels: widths)
        case .released: self = .released(channels: widths)
        case .custom: break
        }
    }
}
