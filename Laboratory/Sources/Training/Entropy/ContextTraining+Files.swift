import VRVQ

extension ContextTraining {
    /// Trains the context model of a model file, a run or a checkpoint and writes the model with it; gives a line about it.
    /// - Parameters:
    ///   - report: takes lines about how it goes.
    ///   - table: takes the lines of the table.
    package static func write(
        _ source: String, to path: String, data: [String], validation: [String], options: Options, overwrite: Bool,
        report: @escaping (String) -> Void, table: (String) -> Void
    ) throws -> String {
        try options.validate()
        if Files.exists(path) && !overwrite {
            throw RunError(.output, "\(path): exists already; choose another name or give --force")
        }
        let training = try ContextTraining(try model(source), options, report: report)
        let result = try training.run(
            data: data.map { DataSource(path: $0) }, validation: validation.map { DataSource(path: $0) })
        for line in result.report.lines { table(line) }
        let bytes = result.model.serialized()
        try Files.replace(path, with: bytes)
        let fingerprint = try result.model.contextModel?.fingerprint.description ?? "none"
        return "\(path): \(result.model.name), \(decimal(Double(bytes.count) / 1e6, 2)) MB, "
            + "entropy model \(fingerprint)"
    }

    private static func model(_ source: String) throws -> Model {
        if source.hasSuffix(".safetensors") { return try Model(try Files.read(source)) }
        return try ExportedModel.read(RunFolder(source).checkpoint(named: nil))
    }
}
