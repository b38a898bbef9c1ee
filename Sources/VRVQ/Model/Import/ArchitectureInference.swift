import VRVQNetwork

/// Reads a network's architecture off the shapes of its arrays. What shapes do not tell (sample rate, look-up,
/// dilations and look-ahead at frame rate) comes from the file's metadata, or from the preset whose shapes these are.
struct ArchitectureInference {
    let weights: ForeignWeights
    let hints: ArchitectureHints
    private(set) var notes: [String] = []

    init(_ source: ImportSource) {
        weights = source.weights
        hints = source.hints
    }

    mutating func architecture() throws(VRVQError) -> Architecture {
        if let architecture = hints.architecture { return architecture }
        let first = try kernel("encoder.block.0")
        guard first[1] == 1 else { throw failure("encoder.block.0 does not take one channel of samples") }
        let result = try first[2] == 7 ? pyramid(width: first[0]) : frameRate(first)
        try result.check()
        compareClaims(result)
        return result
    }

    private func failure(_ reason: String) -> VRVQError {
        VRVQError(.badModel, "the network's architecture cannot be read off its arrays: \(reason)")
    }

    /// Shape of a kernel, which must have three axes within reason.
    private func kernel(_ layer: String) throws(VRVQError) -> [Int] {
        guard let shape = weights.kernelShape(layer) else { throw failure("there is no \(layer)") }
        guard shape.count == 3, shape.allSatisfy({ (1...1 << 20).contains($0) }) else {
            throw failure("\(layer) has shape \(shape)")
        }
        return shape
    }

    /// Kernels of `layer(first)`, `layer(first + 1)` and so on, as many as there are.
    private func kernels(from first: Int, _ layer: (Int) -> String) throws(VRVQError) -> [[Int]] {
        var list: [[Int]] = []
        while list.count < 64, weights.kernelShape(layer(first + list.count)) != nil {
            list.append(try kernel(layer(first + list.count)))
        }
        return list
    }

    /// Half of each kernel: the published strides.
    private func strides(_ kernels: [[Int]]) throws(VRVQError) -> [Int] {
        guard !kernels.isEmpty, kernels.allSatisfy({ $0[2] % 2 == 0 }) else {
            throw failure("the strided convolutions are missing or their kernels are odd")
        }
        return kernels.map { $0[2] / 2 }
    }
}

// MARK: - The two kinds of network

extension ArchitectureInference {
    private mutating func pyramid(width: Int) throws(VRVQError) -> Architecture {
        let down = try strides(kernels(from: 1) { "encoder.block.\($0).block.4" })
        let up = try strides(kernels(from: 1) { "decoder.model.\($0).block.1" })
        let last = try kernel("encoder.block.\(down.count + 2)")
        let wide = try kernel("decoder.model.0")[0]
        let quantizer = try quantizer(lookup: hints.lookup ?? .cosine)
        return Architecture(
            sampleRate: try sampleRate(strides: down, stages: quantizer.stages),
            encoder: .pyramid(width: width, strides: down), decoder: .pyramid(width: wide, strides: up),
            latent: last[0], quantizer: quantizer, importance: try importance())
    }

    private mutating func frameRate(_ first: [Int]) throws(VRVQError) -> Architecture {
        let encoderUnits = try kernels(from: 1) { "encoder.block.\($0).block.1" }
        let decoderUnits = try kernels(from: 1) { "decoder.model.\($0).block.1" }
        guard let hidden = encoderUnits.first?[0], let decoderHidden = decoderUnits.first?[0] else {
            throw failure("it has no residual units")
        }
        let last = try kernel("decoder.model.\(decoderUnits.count + 1)")
        let (down, up) = (try strides([first])[0], try strides([last])[0])
        let latent = try kernel("encoder.block.\(encoderUnits.count + 1)")[0]
        let wide = try kernel("decoder.model.0")[0]
        let unknown = try frameRateHints(encoderUnits: encoderUnits.count, decoderUnits: decoderUnits.count)
        return Architecture(
            sampleRate: unknown.sampleRate,
            encoder: .frameRate(
                stride: down, channels: first[0], hidden: hidden, dilations: unknown.encoder, ahead: unknown.ahead),
            decoder: .frameRate(
                stride: up, channels: wide, hidden: decoderHidden, dilations: unknown.decoder, ahead: unknown.ahead),
            latent: latent, quantizer: try quantizer(lookup: unknown.lookup), importance: try importance())
    }

    private func quantizer(lookup: Architecture.Lookup) throws(VRVQError) -> Architecture.Quantizer {
        let projections = try kernels(from: 0) { "quantizer.quantizers.\($0).in_proj" }
        guard !projections.isEmpty else { throw failure("it has no quantizers") }
        let first = "quantizer.quantizers.0.codebook.weight"
        guard let entries = weights.shape(of: first)?.first else { throw failure("there is no \(first)") }
        return Architecture.Quantizer(dimensions: projections.map { $0[0] }, entries: entries, lookup: lookup)
    }

    private func importance() throws(VRVQError) -> Architecture.Importance? {
        let prefix = "quantizer.imp_subnet"
        let inputBlock = weights.kernelShape("\(prefix).in_block.1") != nil
        let blocks = try kernels(from: 0) { "\(prefix).blocks.\($0).1" }
        guard inputBlock || !blocks.isEmpty else { return nil }
        guard blocks.last?[0] == 1 else { throw failure("the importance subnet does not end in one channel") }
        let input = inputBlock ? [try kernel("\(prefix).in_block.1")] : []
        return Architecture.Importance(
            channels: blocks.dropLast().map { $0[0] }, kernels: (input + blocks).map { $0[2] }, inputBlock: inputBlock)
    }
}

// MARK: - What shapes do not tell

extension ArchitectureInference {
    private mutating func sampleRate(strides: [Int], stages: Int) throws(VRVQError) -> Int {
        if let rate = hints.sampleRate { return rate }
        let rate: Int
        switch strides {
        case [2, 4, 8, 8]: rate = 44_100
        case [2, 4, 5, 8]: rate = stages == 32 ? 24_000 : 16_000
        default:
            throw VRVQError(
                .badModel, "the file does not say its sample rate and its strides are of no published model")
        }
        notes.append("the file does not say its sample rate: \(rate) Hz, as published with these strides")
        return rate
    }

    private struct FrameRateHints {
        var sampleRate: Int
        var lookup: Architecture.Lookup
        var encoder: [Int]
        var decoder: [Int]
        var ahead: Int
    }

    private mutating func frameRateHints(
        encoderUnits: Int, decoderUnits: Int
    ) throws(VRVQError) -> FrameRateHints {
        if let cycle = hints.dilations, !cycle.isEmpty, let ahead = hints.ahead, let rate = hints.sampleRate {
            func dilations(_ units: Int) -> [Int] { (0..<units).map { cycle[$0 % cycle.count] } }
            return FrameRateHints(
                sampleRate: rate, lookup: hints.lookup ?? .euclidean, encoder: dilations(encoderUnits),
                decoder: dilations(decoderUnits), ahead: ahead)
        }
        let small = Architecture.small
        guard case .frameRate(_, _, _, let encoder, let ahead) = small.encoder, encoder.count == encoderUnits,
            case .frameRate(_, _, _, let decoder, _) = small.decoder, decoder.count == decoderUnits
        else { throw failure("it does not say its dilations, its look-ahead or its sample rate") }
        notes.append("the file does not say its dilations, look-ahead and sample rate: those of the preset small")
        return FrameRateHints(
            sampleRate: hints.sampleRate ?? small.sampleRate, lookup: hints.lookup ?? small.quantizer.lookup,
            encoder: encoder, decoder: decoder, ahead: ahead)
    }

    /// The constructor's arguments in a checkpoint are partly defaults that were never used: shapes decide, and what
    /// the file claims otherwise is said.
    private mutating func compareClaims(_ architecture: Architecture) {
        var facts: [String: JSON] = [
            "latent": .integer(architecture.latent), "latent_dim": .integer(architecture.latent),
        ]
        facts["n_codebooks"] = .integer(architecture.quantizer.stages)
        facts["stages"] = facts["n_codebooks"]
        facts["codebook_size"] = .integer(architecture.quantizer.entries)
        facts["codebook_dim"] = .integer(architecture.quantizer.dimensions[0])
        facts["model_type"] = .string(architecture.importance == nil ? "CBR" : "VBR")
        facts["sample_rate"] = .integer(architecture.sampleRate)
        switch architecture.encoder {
        case .pyramid(let width, let strides):
            facts["encoder_dim"] = .integer(width)
            facts["encoder_rates"] = .integers(strides)
        case .frameRate(_, let channels, let hidden, let dilations, _):
            facts["channels"] = .integer(channels)
            facts["hidden"] = .integer(hidden)
            facts["encoder_units"] = .integer(dilations.count)
        }
        switch architecture.decoder {
        case .pyramid(let width, let strides):
            facts["decoder_dim"] = .integer(width)
            facts["decoder_rates"] = .integers(strides)
        case .frameRate(_, _, _, let dilations, _): facts["decoder_units"] = .integer(dilations.count)
        }
        for (name, claim) in hints.claims.sorted(by: { $0.key < $1.key }) {
            guard let fact = facts[name], claim != fact, claim != .null else { continue }
            notes.append(
                "the file says \(name) = \(claim.text.printable), its arrays say \(fact.text): the arrays are believed")
        }
    }
}
