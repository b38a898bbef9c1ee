import Torch

/// A checkpoint measured from outside of its run.
package enum ValidatedCheckpoint {
    /// The table of a checkpoint.
    /// - Parameters:
    ///   - sources: folders and lists instead of the run's own; none takes those.
    ///   - settings: laid over the checkpoint's configuration, such as other scales.
    package static func rows(
        _ folder: String, sources: [String] = [], settings: [String] = [], threads: Int = 1
    ) throws -> [Validation.Row] {
        if let reason = Torch.unavailableReason { throw RunError(.torch, reason.description) }
        let model = try ExportedModel.read(folder)
        var configuration = try TrainingConfiguration(file: "\(folder)/configuration.yaml", settings: settings)
        if !sources.isEmpty { configuration.data.validation = sources }
        return try Validation(configuration).rows(model, threads: threads)
    }
}
