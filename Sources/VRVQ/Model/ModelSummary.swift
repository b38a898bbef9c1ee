import VRVQNetwork

/// All that can be said of a model without running it.
public struct ModelSummary: Equatable, Sendable {
    /// What one part costs.
    public struct Part: Equatable, Sendable {
        /// The part.
        public let part: Parameter.Part
        /// Values, kernels folded.
        public let parameters: Int
        /// Multiply-accumulates per second of audio, in 10^9.
        public let gigaMultiplyAccumulates: Double
    }

    /// Name of the model.
    public let name: String
    /// Names the network and its weights.
    public let fingerprint: Fingerprint
    /// The shape of the network.
    public let architecture: Architecture
    /// The parts in the order encoder, quantizer, importance, decoder.
    public let parts: [Part]
    /// Values of all parts, kernels folded.
    public let parameters: Int
    /// Values with magnitude and direction of each kernel apart, as published checkpoints hold them.
    public let storedParameters: Int
    /// Bytes of the arrays as held.
    public let weightBytes: Int
    /// Frames before and after a frame's own on which its codes depend.
    public let encoderReach: NetworkReport.FrameReach
    /// The same for its importance; nil in a constant-rate model.
    public let importanceReach: NetworkReport.FrameReach?
    /// Frames before and after on which a frame's samples depend.
    public let decoderReach: NetworkReport.FrameReach
    /// Samples from a frame's first to the last that its codes depend on.
    public let codeLookAhead: Int
    /// Samples from a frame's first to the last that its codes or its importance depend on.
    public let encoderLookAhead: Int
    /// The context model for coding 4; nil where there is none, or one that is no good.
    public let contextModel: Fingerprint?
    /// What the maker says.
    public let card: ModelCard

    /// Multiply-accumulates per second of audio of all parts, in 10^9.
    public var gigaMultiplyAccumulates: Double { parts.reduce(0) { $0 + $1.gigaMultiplyAccumulates } }
    /// Frames per second.
    public var framesPerSecond: Double { Double(architecture.sampleRate) / Double(architecture.hop) }
    /// Kilobits per second of all codes, with nothing beside them.
    public var fullRate: Double { Self.fullRate(of: architecture) }
    /// `encoderLookAhead` in milliseconds.
    public var lookAheadMilliseconds: Double { Double(encoderLookAhead) / Double(architecture.sampleRate) * 1000 }
}

extension ModelSummary {
    /// Kilobits per second of all codes of an architecture.
    public static func fullRate(of architecture: Architecture) -> Double {
        let bits = Double(architecture.quantizer.stages * architecture.bitsPerCode)
        return Double(architecture.sampleRate) / Double(architecture.hop) * bits / 1000
    }

    /// What each part of a network costs.
    public static func parts(of network: Network) -> [Part] { parts(network.report()) }

    fileprivate static func parts(_ report: NetworkReport) -> [Part] {
        Parameter.Part.allCases.compactMap { part in
            guard let count = report.parameters[part] else { return nil }
            let cost = report.multiplyAccumulatesPerSecond[part] ?? 0
            return Part(part: part, parameters: count, gigaMultiplyAccumulates: cost / 1e9)
        }
    }
}

extension Model {
    /// What the model is and costs. Asks for the fingerprint, which reads all weights once.
    public func summary() -> ModelSummary {
        let report = network.report()
        let parameters = network.parameters
        return ModelSummary(
            name: name, fingerprint: fingerprint, architecture: architecture, parts: ModelSummary.parts(report),
            parameters: parameters.reduce(0) { $0 + $1.count },
            storedParameters: parameters.reduce(0) { $0 + $1.storedCount },
            weightBytes: parameters.reduce(0) { $0 + $1.count * (stored.elementType(of: $1.name)?.size ?? 0) },
            encoderReach: report.encoderReach, importanceReach: report.importanceReach,
            decoderReach: report.decoderReach, codeLookAhead: report.codeLookAhead,
            encoderLookAhead: report.encoderLookAhead, contextModel: (try? contextModel)?.fingerprint, card: card)
    }
}

// MARK: - For people and programs

extension ModelSummary {
    /// The configuration as pairs of a label and a value.
    public var configuration: [(label: String, value: String)] {
        let quantizer = architecture.quantizer
        let dimensions = Set(quantizer.dimensions).count == 1 ? "\(quantizer.dimensions[0])" : "\(quantizer.dimensions)"
        var lines = [
            ("sample rate", "\(architecture.sampleRate) Hz"), ("samples per frame", "\(architecture.hop)"),
            ("encoder", architecture.encoder.sentence), ("decoder", architecture.decoder.sentence),
            ("latent", "\(architecture.latent) channels"),
            (
                "quantizer",
                "\(quantizer.stages) stages of \(quantizer.entries) entries in \(dimensions) dimensions, "
                    + "\(quantizer.lookup.rawValue) look-up"
            ),
        ]
        if let importance = architecture.importance {
            let block = importance.inputBlock ? ", with an input block" : ""
            lines.append(("importance", "kernels \(importance.kernels), channels \(importance.channels)\(block)"))
        } else {
            lines.append(("importance", "none: constant rate only"))
        }
        lines.append(("entropy model", contextModel?.description ?? "none"))
        return lines
    }

    /// The summary as JSON.
    public var json: JSON {
        .object([
            "name": .string(name), "fingerprint": .string(fingerprint.description), "architecture": architecture.json,
            "frames_per_second": .number(framesPerSecond), "kilobits_per_second": .number(fullRate),
            "parts": .array(parts.map(\.json)), "parameters": .integer(parameters),
            "stored_parameters": .integer(storedParameters), "weight_bytes": .integer(weightBytes),
            "gmac_per_second": .number(gigaMultiplyAccumulates), "encoder_reach": encoderReach.json,
            "importance_reach": importanceReach?.json ?? .null, "decoder_reach": decoderReach.json,
            "code_look_ahead_samples": .integer(codeLookAhead), "look_ahead_samples": .integer(encoderLookAhead),
            "look_ahead_milliseconds": .number(lookAheadMilliseconds),
            "entropy_model": contextModel.map { .string($0.description) } ?? .null, "card": card.json,
        ])
    }
}

extension ModelSummary.Part {
    fileprivate var json: JSON {
        .object([
            "part": .string(part.rawValue), "parameters": .integer(parameters),
            "gmac_per_second": .number(gigaMultiplyAccumulates),
        ])
    }
}

extension NetworkReport.FrameReach {
    fileprivate var json: JSON { .object(["frames_back": .integer(back), "frames_ahead": .integer(ahead)]) }
}

extension Architecture.Coder {
    fileprivate var sentence: String {
        switch self {
        case .pyramid(let width, let strides): "pyramid, width \(width), strides \(strides)"
        case .frameRate(let stride, let channels, let hidden, let dilations, let ahead):
            "frame rate, stride \(stride), \(channels) channels (\(hidden) hidden), "
                + "dilations \(dilations), \(ahead) ahead"
        }
    }
}
