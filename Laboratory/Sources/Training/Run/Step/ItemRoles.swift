import VRVQNetwork

/// Which items of a step train which depths.
package enum ItemRoles {
    private static let depthPurpose: UInt64 = 0xD3_9714

    /// What decides the depth of each item of a step, over all processes.
    ///
    /// Roles are laid out in runs (importance, dropout, all stages) that move by one item a step: positions take groups
    /// of audio in turn, and so every group meets every role. Scale and depth depend on seed, step and item alone.
    package static func items(_ configuration: TrainingConfiguration, step: Int) -> [ItemDepth] {
        let batch = configuration.batch
        let stages = configuration.model.architecture.quantizer.stages
        let hasImportance = configuration.model.architecture.importance != nil
        let counts = configuration.quantizer.items(batch: batch, hasImportance: hasImportance)
        let seed = UInt64(configuration.seed)
        return (0..<batch).map { item in
            let place = (item + step) % batch
            if place < counts.importance {
                return .importance(
                    parameter: configuration.importance.parameter(seed: seed, step: step, item: item))
            }
            guard place < counts.importance + counts.dropout else { return .stages(stages) }
            var random = KeyedRandom([depthPurpose, seed, UInt64(step), UInt64(item)])
            return .stages(1 + random.below(stages))
        }
    }
}
