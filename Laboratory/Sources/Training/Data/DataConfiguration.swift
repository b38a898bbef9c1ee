/// When an excerpt has enough in it to be worth training on.
package enum Salience: Equatable, Sendable {
    /// Everything is.
    case any
    /// Louder than this, in LUFS, over all channels at the file's own rate (published: -40).
    case loudness(above: Double)
    /// Root mean square of all channels' samples above this, in decibels to full scale (small recipe: -45).
    case level(above: Double)
}

/// What is taken from the audio files, and how it is changed.
package struct DataConfiguration: Equatable, Sendable {
    /// Hertz of the excerpts.
    package var sampleRate: Int
    /// Samples per excerpt. Shorter files are followed by zeros.
    package var excerpt: Int
    /// Items per step, over all processes.
    package var batch: Int
    /// What everything random depends on, together with step and item.
    package var seed: UInt64
    /// Which excerpts are taken.
    package var salience: Salience
    /// Excerpts tried for one item; the last is taken whatever it holds.
    package var tries: Int
    /// What is done to each excerpt, in order.
    package var augmentations: [Augmentation]
    /// Bytes of decoded audio that may be kept in memory, 0 for none. Files of up to an eighth of it are decoded whole
    /// and kept as long as there is room; of longer ones only the excerpt is read.
    package var cacheBytes: Int

    /// The published values, for excerpts of `excerpt` samples.
    package init(
        sampleRate: Int = 44100, excerpt: Int, batch: Int, seed: UInt64 = 0,
        salience: Salience = .loudness(above: -40), tries: Int = 8,
        augmentations: [Augmentation] = Augmentation.published(), cacheBytes: Int = 0
    ) {
        self.sampleRate = sampleRate
        self.excerpt = excerpt
        self.batch = batch
        self.seed = seed
        self.salience = salience
        self.tries = tries
        self.augmentations = augmentations
        self.cacheBytes = cacheBytes
    }

    /// Samples of `seconds` at the rate, rounded down as published (0.38 s at 44.1 kHz: 16758).
    package static func samples(seconds: Double, sampleRate: Int) -> Int { Int(seconds * Double(sampleRate)) }

    /// The part of each batch that one process of several makes.
    package struct Share: Equatable, Sendable {
        /// This process, from 0.
        package var rank: Int
        /// All processes.
        package var processes: Int

        package init(rank: Int = 0, processes: Int = 1) {
            self.rank = rank
            self.processes = processes
        }
    }

    /// Positions in the global batch that a process makes.
    func positions(_ share: Share) -> Range<Int> {
        let count = batch / share.processes
        return share.rank * count..<(share.rank + 1) * count
    }

    /// Throws when a value makes no sense.
    func validate(_ share: Share) throws(DataError) {
        func demand(_ holds: Bool, _ message: String) throws(DataError) { if !holds { throw DataError(message) } }
        try demand((4000...768_000).contains(sampleRate), "a sample rate of \(sampleRate) Hz; take 4000 to 768000")
        try demand((1...1 << 26).contains(excerpt), "excerpts of \(excerpt) samples; take 1 to \(1 << 26)")
        try demand((1...1 << 16).contains(batch), "a batch of \(batch) items; take 1 to \(1 << 16)")
        try demand((1...1000).contains(tries), "\(tries) tries for an excerpt; take 1 to 1000")
        try demand(cacheBytes >= 0, "a cache of \(cacheBytes) bytes; take 0 or more")
        try demand(
            share.processes > 0 && (0..<share.processes).contains(share.rank),
            "rank \(share.rank) of \(share.processes) processes does not exist")
        try demand(
            batch % share.processes == 0,
            "a batch of \(batch) items cannot be shared evenly by \(share.processes) processes")
        for augmentation in augmentations { try augmentation.validate() }
    }
}

extension Augmentation {
    fileprivate func validate() throws(DataError) {
        switch self {
        case .volume(let range), .gain(let range):
            guard range.lowerBound.isFinite, range.upperBound.isFinite else {
                throw DataError("an augmentation's range \(range) is not finite")
            }
        case .partialSilence(let probability):
            guard (0...1).contains(probability) else {
                throw DataError("a probability of \(probability) for partial silence; take 0 to 1")
            }
        case .peakLimit, .phaseShift: break
        }
    }
}
