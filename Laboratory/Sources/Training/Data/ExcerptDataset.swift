import Synchronization
import VRVQ
import VRVQAudio
import VRVQMetrics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Excerpts of audio files as a function of step and position.
///
/// Item i = step * batch + position takes group i mod G of the G groups (so all are drawn from equally often) and
/// element j = i div G of it: file j mod n of the group's n files, in an order shuffled once by the seed. Offset and
/// augmentations are drawn from a generator keyed by seed, step and position. There is no other state: an item is the
/// same whoever asks for it, in whatever order, and a run is resumed by its step alone.
///
/// A file that cannot be used is named in ``broken`` and the next one of its group takes its place.
package final class ExcerptDataset: Sendable {
    /// What is taken and how.
    package let configuration: DataConfiguration
    /// The groups.
    package let groups: [AudioGroup]

    private let orders: [[Int]]
    private let files: AudioFiles
    private let augmenter: Augmenter
    private let failures = Mutex<[String: String]>([:])
    private let report: @Sendable (BrokenFile) -> Void

    /// Tells the sequences of this generator from those of others under the same seed.
    private static let (orderKey, itemKey): (UInt64, UInt64) = (0x6F72_6465, 0x6974_656D)

    /// A data set over groups that hold at least one file each. `report` is told once of each file that cannot be used,
    /// from any thread.
    package init(
        _ groups: [AudioGroup], _ configuration: DataConfiguration,
        report: @escaping @Sendable (BrokenFile) -> Void = { _ in }
    ) throws(DataError) {
        try configuration.validate(.init())
        if groups.isEmpty { throw DataError("no training data: there is no group of files") }
        for group in groups where group.files.isEmpty { throw DataError("group \(group.name): no files") }
        self.groups = groups
        self.configuration = configuration
        self.report = report
        orders = groups.indices.map { group in
            var random = KeyedRandom([Self.orderKey, configuration.seed, UInt64(group)])
            return random.permutation(groups[group].files.count)
        }
        files = AudioFiles(cacheBytes: configuration.cacheBytes)
        augmenter = Augmenter(configuration.augmentations, sampleRate: configuration.sampleRate)
    }

    /// Files found unusable so far, sorted by path.
    package var broken: [BrokenFile] {
        failures.withLock { $0 }.map { BrokenFile(path: $0.key, reason: $0.value) }.sorted { $0.path < $1.path }
    }

    /// Bytes of samples kept in memory.
    package var cachedBytes: Int { files.keptBytes }

    /// A number that changes with the groups, their files' names and order, and with everything of the configuration
    /// that decides which samples a step gets. A resumed run compares it with that of its start: equal numbers mean
    /// equal batches, wherever the files now lie.
    package var fingerprint: UInt64 {
        let names = groups.flatMap { [$0.name] + $0.files.map { String($0.split(separator: "/").last ?? "") } }
        let counts = groups.map { String($0.files.count) }
        let text = (names + counts + ["\(configuration)"]).joined(separator: "\0")
        var hash = KeyedRandom(text.utf8.map { UInt64($0) })
        return hash.next()
    }

    /// The item at a position of the global batch of a step. Throws when no file of its group can be used.
    package func item(step: Int, position: Int) throws(DataError) -> Excerpt {
        precondition(step >= 0 && (0..<configuration.batch).contains(position))
        let index = step * configuration.batch + position
        let (group, element) = (index % groups.count, index / groups.count)
        let (names, order) = (groups[group].files, orders[group])
        for shift in 0..<order.count {
            let path = names[order[(element + shift) % order.count]]
            var random = KeyedRandom(
                [Self.itemKey, configuration.seed, UInt64(step), UInt64(position), UInt64(shift)])
            do throws(AudioError) {
                return try excerpt(of: path, group: groups[group].name, position, &random)
            } catch { note(BrokenFile(path: path, reason: error.message)) }
        }
        throw DataError(
            "group \(groups[group].name): none of its \(order.count) files can be used; \(example(of: group))")
    }

    private func example(of group: Int) -> String {
        let path = groups[group].files[orders[group][0]]
        return failures.withLock { $0[path] ?? path }
    }

    private func note(_ file: BrokenFile) {
        let isNew = failures.withLock { $0.updateValue(file.reason, forKey: file.path) == nil }
        if isNew { report(file) }
    }

    private func excerpt(
        of path: String, group: String, _ position: Int, _ random: inout KeyedRandom
    ) throws(AudioError) -> Excerpt {
        let recording = try files.open(path)
        let rate = recording.format.sampleRate
        guard rate >= Loudness.lowestSampleRate else {
            throw AudioError(.unsupported, "\(path): a rate of \(rate) Hz is too low to train on")
        }
        let (planar, offset) = try draw(recording, path, &random)
        let mono = try Resampler.resample([Self.mean(planar)], from: rate, to: configuration.sampleRate)[0]
        let samples = augmenter.apply(to: fitted(mono), &random)
        if firstNonFinite(in: samples) != nil {
            throw AudioError(.damaged, "\(path): samples too large to work with")
        }
        let seconds = Double(offset) / Double(rate)
        return Excerpt(samples: samples, origin: .init(group: group, file: path, seconds: seconds, position: position))
    }

    /// Draws stretches until one is salient, or the last try.
    private func draw(
        _ opened: Recording, _ path: String, _ random: inout KeyedRandom
    ) throws(AudioError) -> (planar: [[Float]], offset: Int) {
        var recording = opened
        let rate = recording.format.sampleRate
        let wanted = Resampler.outputFrames(configuration.excerpt, from: configuration.sampleRate, to: rate)
        var (length, drawn): (Int, (planar: [[Float]], offset: Int)?) = (recording.frames, nil)
        for _ in 0..<configuration.tries where length > 0 {
            let offset = random.below(max(0, length - wanted) + 1)
            let end = min(offset + wanted, length)
            let planar = try recording.read(offset..<end)
            let count = planar.first?.count ?? 0
            // Headers may claim more than there is: what was missed this time is not asked for again. A decoder that was
            // led astray may not come back, so the file is opened anew.
            if offset + count < end {
                length = offset + count
                recording = try files.open(path)
            }
            guard count > 0 else { continue }
            guard planar.allSatisfy({ firstNonFinite(in: $0) == nil }) else {
                throw AudioError(.damaged, "\(path): holds samples that are not numbers")
            }
            drawn = (planar, offset)
            if isSalient(planar, rate: rate) { break }
        }
        guard let drawn else { throw AudioError(.damaged, "\(path): holds no samples, or far fewer than it claims") }
        return drawn
    }

    private func isSalient(_ planar: [[Float]], rate: Int) -> Bool {
        switch configuration.salience {
        case .any: true
        case .loudness(let threshold): Loudness(sampleRate: rate).integrated(planar) > threshold
        case .level(let threshold): Self.level(planar) > threshold
        }
    }

    /// Root mean square in decibels to full scale.
    private static func level(_ planar: [[Float]]) -> Double {
        let sum = planar.reduce(0.0) { $1.reduce($0) { $0 + Double($1) * Double($1) } }
        return 10 * log10(sum / Double(planar.count * planar[0].count))
    }

    private static func mean(_ planar: [[Float]]) -> [Float] {
        if planar.count == 1 { return planar[0] }
        var sum = planar[0]
        for channel in planar.dropFirst() { for index in sum.indices { sum[index] += channel[index] } }
        let scale = 1 / Float(planar.count)
        return sum.map { $0 * scale }
    }

    /// Cut to the excerpt's length, or followed by zeros.
    private func fitted(_ samples: [Float]) -> [Float] {
        let zeros = max(0, configuration.excerpt - samples.count)
        return Array(samples.prefix(configuration.excerpt)) + [Float](repeating: 0, count: zeros)
    }
}
