import VRVQ

/// What `--from` names: a run, a checkpoint, a model file, or a checkpoint of the published code.
package struct StartSource {
    package let path: String
    /// The folder of the checkpoint that is meant: the last one of a run. Nil for a file.
    package let checkpoint: String?

    package init(_ path: String) throws(RunError) {
        self.path = path
        if Files.exists("\(path)/manifest.json") {
            checkpoint = path
        } else if Files.exists("\(path)/configuration.yaml") {
            let run = RunFolder(path)
            guard let last = run.steps.last else { throw RunError(.unreadable, "\(path): has no checkpoint yet") }
            checkpoint = run.checkpoint(last)
        } else {
            guard Files.exists(path) else { throw RunError(.unreadable, "\(path): no such run, checkpoint or model") }
            checkpoint = nil
        }
    }

    /// The configuration that it was trained with, with settings laid over it.
    package func configuration(_ settings: [String]) throws -> TrainingConfiguration {
        var configuration = try recorded()
        configuration.start = StartSettings()
        for setting in settings { try configuration.set(setting) }
        if let defect = configuration.defect {
            throw ConfigurationError("the configuration cannot be used: \(defect)")
        }
        return configuration
    }

    private func recorded() throws -> TrainingConfiguration {
        if let checkpoint { return try TrainingConfiguration(file: "\(checkpoint)/configuration.yaml") }
        // A model that the trainer wrote says in its card how it was trained; its audio was on another machine.
        let card = try? Model(Files.read(path)).card.json
        guard let text = card?["training"]?["configuration"]?.stringValue else {
            throw RunError(.usage, "\(path): does not say how it was trained; name --preset or --config too")
        }
        var configuration = try TrainingConfiguration(text: text, source: path)
        (configuration.data.sources, configuration.data.groups, configuration.data.validation) = ([], [:], [])
        return configuration
    }

    /// A configuration that starts here.
    package func started(_ configuration: TrainingConfiguration) -> TrainingConfiguration {
        var configuration = configuration
        configuration.start.origin = checkpoint == nil ? .weights : .checkpoint
        configuration.start.path = path
        return configuration
    }
}
