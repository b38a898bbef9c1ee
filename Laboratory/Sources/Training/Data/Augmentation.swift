import VRVQMetrics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One change made to every excerpt before it is trained on. A list of them is applied in its order.
package enum Augmentation: Equatable, Sendable {
    /// A gain that brings the excerpt to a loudness drawn from the range, in LUFS. What is at or below -70 LUFS is
    /// left alone: there is nothing to measure a gain by.
    case volume(loudness: ClosedRange<Double>)
    /// A gain drawn from the range, in decibels.
    case gain(decibels: ClosedRange<Double>)
    /// Divides by the peak where the peak is above 1.
    case peakLimit
    /// Turns all phases by one angle drawn from -pi to pi (``PhaseShift``).
    case phaseShift
    /// With this probability, silences the stretch between two points drawn from the excerpt.
    case partialSilence(probability: Double)

    /// The published chain: DAC brings the loudness to -16 LUFS first, VRVQ does not.
    package static func published(loudness: Double? = nil) -> [Augmentation] {
        (loudness.map { [.volume(loudness: $0...$0)] } ?? []) + [.peakLimit, .phaseShift]
    }

    /// The chain of the small model's recipe.
    package static let small: [Augmentation] = [
        .gain(decibels: -12...6), .partialSilence(probability: 0.05), .peakLimit,
    ]
}

/// Applies a chain of augmentations at one sample rate.
package struct Augmenter: Sendable {
    private let chain: [Augmentation]
    private let meter: Loudness
    private let phase: PhaseShift

    package init(_ chain: [Augmentation], sampleRate: Int) {
        self.chain = chain
        meter = Loudness(sampleRate: sampleRate)
        phase = PhaseShift(sampleRate: sampleRate)
    }

    /// The samples changed by the whole chain. What is drawn comes from `random`, in the order of the chain.
    package func apply(to samples: [Float], _ random: inout KeyedRandom) -> [Float] {
        if chain.isEmpty { return samples }
        var signal = samples.map { Double($0) }
        for augmentation in chain { apply(augmentation, to: &signal, &random) }
        return signal.map { Float($0) }
    }

    private func apply(_ augmentation: Augmentation, to signal: inout [Double], _ random: inout KeyedRandom) {
        switch augmentation {
        case .volume(let range): setLoudness(random.uniform(range), of: &signal)
        case .gain(let range): scale(&signal, by: pow(10, random.uniform(range) / 20))
        case .peakLimit: limitPeak(&signal)
        case .phaseShift: signal = phase.shifted(signal, by: random.uniform(-Double.pi...Double.pi))
        case .partialSilence(let probability): silence(&signal, probability, &random)
        }
    }

    /// Brings the signal to a loudness in LUFS.
    package func setLoudness(_ target: Double, of signal: inout [Double]) {
        let loudness = meter.integrated([signal])
        if loudness > Loudness.floor { scale(&signal, by: pow(10, (target - loudness) / 20)) }
    }

    /// Divides by the peak where that is above 1.
    package func limitPeak(_ signal: inout [Double]) {
        let peak = signal.reduce(0) { max($0, $1.magnitude) }
        if peak > 1 { signal = signal.map { $0 / peak } }
    }

    /// Turns all phases by an angle in radians.
    package func shiftPhase(of signal: inout [Double], by angle: Double) { signal = phase.shifted(signal, by: angle) }

    private func silence(_ signal: inout [Double], _ probability: Double, _ random: inout KeyedRandom) {
        // Drawn in any case, so that what later steps draw does not depend on the outcome.
        let (share, one, other) = (random.uniform(), random.below(signal.count + 1), random.below(signal.count + 1))
        guard share < probability else { return }
        for index in min(one, other)..<max(one, other) { signal[index] = 0 }
    }

    private func scale(_ signal: inout [Double], by factor: Double) { signal = signal.map { factor * $0 } }
}
