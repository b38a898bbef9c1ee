import Torch
import VRVQ
import VRVQNetwork

// From other runs and other programs.
extension Start {
    /// A checkpoint of another run, whose optimisers and discriminators are taken over where that is asked for.
    func continued() throws -> Trainer {
        let path = configuration.start.path
        let checkpoint = try Checkpoint(reading: StartSource(path).checkpoint ?? path)
        let arrays = try checkpoint.arrays("weights")
        let isFactored = arrays.keys.contains { $0.hasSuffix(".basis") }
        let store = try Self.empty(configuration, isFactored: isFactored, device)
        let added = try take(arrays, into: store.entries)
        try cluster(store, added)
        let trainer = try Trainer(configuration, store: store, device: device, team: team)
        try takeDiscriminators(checkpoint, trainer)
        if configuration.start.optimiserState { try takeOptimisers(checkpoint, trainer) }
        if let average = trainer.averagedStore, checkpoint.files["average"] != nil {
            try take(checkpoint.arrays("average"), into: average.entries)
        }
        report("weights of step \(checkpoint.manifest["step"]?.integerValue ?? 0) of \(path)" + Self.note(added))
        return trainer
    }

    /// The other run's discriminators; new ones where it had none.
    private func takeDiscriminators(_ checkpoint: Checkpoint, _ trainer: Trainer) throws {
        guard configuration.start.discriminatorState, let discriminators = trainer.discriminators else { return }
        guard checkpoint.files["discriminators"] != nil else { return report("discriminators are new") }
        try hinting("start.discriminator_state=false starts with new ones") {
            try Trainer.copy(checkpoint.arrays("discriminators"), into: discriminators.parameters)
        }
    }

    /// Moments and steps of the optimisers, and averages of codebooks.
    private func takeOptimisers(_ checkpoint: Checkpoint, _ trainer: Trainer) throws {
        try hinting("start.optimiser_state=false starts the optimisers anew") {
            let state = try checkpoint.arrays("optimisers")
            try trainer.generatorOptimiser.restore(state.stripped("generator"))
            if configuration.start.discriminatorState, checkpoint.files["discriminators"] != nil {
                try trainer.discriminatorOptimiser?.restore(state.stripped("discriminators"))
            }
            try trainer.codebooks.adopt(checkpoint.arrays("codebooks"))
        }
    }

    /// What does not fit is a matter of settings: the error says which one.
    private func hinting(_ advice: String, _ body: () throws -> Void) throws {
        do { try body() } catch {
            throw RunError(.usage, "\(configuration.start.path): \(RunError(error).description); --set \(advice)")
        }
    }

    /// Weights of a model file or of a checkpoint of the published code.
    func imported() throws -> Trainer {
        let path = configuration.start.path
        let store = try Self.untrained(configuration, device)
        let (model, notes) = try Self.model(path)
        try checkFit(model.architecture)
        let network = Network(configuration.model.architecture)
        let added = network.parameters.map(\.name).filter { model.weights.shape(of: $0) == nil }
        try store.load(ImportedWeights(model: model.weights, own: try store.exported()))
        try cluster(store, added)
        for note in notes { report("\(path): \(note)") }
        report("weights of \(path), \(model.name)" + Self.note(added))
        return try Trainer(configuration, store: store, device: device, team: team)
    }

    /// The file's model, of which every array must be there. Arrays that no codec has, such as an optimiser's, may be.
    private static func model(_ path: String) throws -> (Model, notes: [String]) {
        var options = ImportOptions()
        options.allowPartial = true
        let result: ImportResult
        do { result = try ModelImport.read(ModelBytes(Files.read(path)), options: options) } catch {
            let reason = RunError(error)
            throw RunError(reason.kind, reason.kind == .damaged ? "\(path): \(reason.description)" : reason.description)
        }
        if let name = result.report.missing.first ?? result.report.mismatched.first?.name {
            throw RunError(.damaged, "\(path): \(name) is missing or misshapen")
        }
        return (try result.model(), result.report.notes)
    }

    /// Codebooks may be fewer or more, and the importance subnet new; all else must be the same network.
    private func checkFit(_ theirs: Architecture) throws {
        let own = configuration.model.architecture
        if theirs.sampleRate != own.sampleRate {
            report("\(configuration.start.path): was trained at \(theirs.sampleRate) Hz, goes on at \(own.sampleRate)")
        }
        let common = min(own.quantizer.stages, theirs.quantizer.stages)
        let parts: [(key: String, fits: Bool)] = [
            ("encoder", theirs.encoder == own.encoder), ("decoder", theirs.decoder == own.decoder),
            ("latent", theirs.latent == own.latent),
            ("quantizer.entries", theirs.quantizer.entries == own.quantizer.entries),
            ("quantizer.lookup", theirs.quantizer.lookup == own.quantizer.lookup),
            (
                "quantizer.dimensions",
                theirs.quantizer.dimensions.prefix(common) == own.quantizer.dimensions.prefix(common)
            ),
            ("importance", own.importance == nil || theirs.importance == nil || theirs.importance == own.importance),
        ]
        guard let misfit = parts.first(where: { !$0.fits }) else { return }
        throw RunError(
            .usage, "\(configuration.start.path): is of another network; set model.\(misfit.key) to what it has")
    }

    /// Codebooks may be added, and an importance subnet: they keep what they have.
    /// - Returns: names of the arrays that are not stored.
    @discardableResult
    private func take(_ stored: [String: Tensor], into entries: [(name: String, tensor: Tensor)]) throws -> [String] {
        var added: [String] = []
        try Torch.noGrad {
            for (name, tensor) in entries {
                guard let value = stored[name] else {
                    guard name.hasPrefix("quantizer.") else {
                        throw RunError(
                            .usage, "\(configuration.start.path): lacks \(name); it is of another configuration")
                    }
                    added.append(name)
                    continue
                }
                guard value.shape == tensor.shape else {
                    throw RunError(
                        .usage, "\(configuration.start.path): \(name) has shape \(value.shape), not \(tensor.shape)")
                }
                try tensor.copy_(value)
            }
        }
        return added
    }

    /// Starts the added codebooks from k-means over what the others leave, where k-means is asked for.
    private func cluster(_ store: ParameterStore, _ added: [String]) throws {
        guard configuration.quantizer.kmeans.enabled, let first = added.compactMap(Self.stage).min() else { return }
        _ = try clusters(store, from: first)
    }

    /// The stage that an array belongs to, if any.
    private static func stage(_ name: String) -> Int? {
        let parts = name.split(separator: ".")
        return parts.count > 2 && parts[1] == "quantizers" ? Int(parts[2]) : nil
    }

    /// `; new: 2 codebooks, importance subnet`
    private static func note(_ added: [String]) -> String {
        let stages = Set(added.compactMap(stage)).count
        var parts = stages > 0 ? ["\(stages) codebook\(stages == 1 ? "" : "s")"] : []
        if added.contains(where: { stage($0) == nil }) { parts.append("importance subnet") }
        return parts.isEmpty ? "" : "; new: " + parts.joined(separator: ", ")
    }
}

/// Weights of a file, and a store's own where the file has none.
private struct ImportedWeights: WeightSource {
    let model: any WeightSource
    let own: WeightDictionary

    private func source(of name: String) -> any WeightSource { model.shape(of: name) == nil ? own : model }

    func shape(of name: String) -> [Int]? { source(of: name).shape(of: name) }

    func values(of name: String) throws(WeightError) -> [Float] { try source(of: name).values(of: name) }
}
