import Torch
import VRVQNetwork

extension TrainingConfiguration {
    /// Bytes of decoded short files that are kept in memory.
    private static let cacheBytes = 1 << 30

    /// What a data set is made with.
    package var dataConfiguration: DataConfiguration {
        DataConfiguration(
            sampleRate: model.architecture.sampleRate, excerpt: excerpt.samples, batch: batch, seed: UInt64(seed),
            salience: salience, tries: excerpt.tries, augmentations: augmentations, cacheBytes: Self.cacheBytes)
    }

    private var salience: Salience {
        guard let floor = excerpt.floor else { return .any }
        return excerpt.measure == .loudness ? .loudness(above: floor) : .level(above: floor)
    }

    private var augmentations: [Augmentation] {
        var chain: [Augmentation] = []
        if let loudness = augmentation.loudness { chain.append(.volume(loudness: loudness...loudness)) }
        let gain = augmentation.gain
        if gain != [0, 0] { chain.append(.gain(decibels: gain[0]...gain[1])) }
        if augmentation.silenceShare > 0 { chain.append(.partialSilence(probability: augmentation.silenceShare)) }
        if augmentation.peakLimit { chain.append(.peakLimit) }
        if augmentation.phaseShift { chain.append(.phaseShift) }
        return chain
    }

    /// Folders and lists to train on.
    package var trainingSources: [DataSource] {
        data.sources.map { DataSource(path: $0) }
            + data.groups.sorted { $0.key < $1.key }.flatMap { name, paths in
                paths.map { DataSource(path: $0, group: name) }
            }
    }

    /// Folders and lists to validate on.
    package var validationSources: [DataSource] {
        data.validation.isEmpty ? trainingSources : data.validation.map { DataSource(path: $0) }
    }
}

extension Batch {
    /// The samples as [items, 1, samples].
    func tensor(on device: Device) throws(TorchError) -> Tensor {
        try Tensor(samples, [items, 1, excerpt]).to(device, nonBlocking: true)
    }

}
