import Foundation
import Testing
import VRVQMetrics

@testable import Training

@Suite struct AugmentationTests {
    private let rate = 16000

    private func tone(_ hertz: Double, _ amplitude: Double, phase: Double = 0, count: Int = 16000) -> [Double] {
        (0..<count).map { amplitude * cos(2 * .pi * hertz * Double($0) / Double(rate) + phase) }
    }

    private func applied(_ chain: [Augmentation], to signal: [Double], seed: UInt64) -> [Float] {
        var random = KeyedRandom([seed])
        return Augmenter(chain, sampleRate: rate).apply(to: signal.map { Float($0) }, &random)
    }

    /// Every frequency moves on by the same angle, away from the ends.
    @Test(arguments: [0.3, 1.0, -2.5, 3.14])
    func phaseMovesOn(_ angle: Double) {
        let signal = zip(tone(440, 0.3), tone(1500, 0.2)).map { $0 + $1 }
        let expected = zip(tone(440, 0.3, phase: angle), tone(1500, 0.2, phase: angle)).map { $0 + $1 }
        let shifted = PhaseShift(sampleRate: rate).shifted(signal, by: angle)
        #expect(shifted.count == signal.count)
        let worst = (1000..<15000).reduce(0) { max($0, abs(shifted[$1] - expected[$1])) }
        #expect(worst < 1e-3, "off by \(worst)")
    }

    @Test(arguments: [0, 1, 2, 3, 100, 511, 512, 513])
    func shortSignalsKeepTheirLength(_ count: Int) {
        let signal = tone(440, 0.3, count: count)
        let shift = PhaseShift(sampleRate: rate)
        for (angle, sign) in [(0.0, 1.0), (Double.pi, -1.0)] {
            let shifted = shift.shifted(signal, by: angle)
            #expect(shifted.count == count)
            #expect(zip(shifted, signal).allSatisfy { abs($0 - sign * $1) < 1e-12 })
        }
    }

    @Test(arguments: seeds(3))
    func volumeReachesItsTarget(_ seed: UInt64) {
        let changed = applied([.volume(loudness: -16 ... -16)], to: tone(440, 0.01), seed: seed)
        #expect(abs(Loudness(sampleRate: rate).integrated([changed]) + 16) < 1e-4)
        let silence = [Double](repeating: 0, count: 1000)
        #expect(applied([.volume(loudness: -16 ... -16)], to: silence, seed: seed).allSatisfy { $0 == 0 })
    }

    @Test(arguments: seeds(5))
    func gainStaysInItsRange(_ seed: UInt64) {
        let signal = tone(440, 0.1)
        let changed = applied([.gain(decibels: -12...6)], to: signal, seed: seed)
        let decibels = 20 * log10(Double(changed[0]) / signal[0])
        #expect((-12.001...6.001).contains(decibels), "seed \(seed)")
        let other = applied([.gain(decibels: -12...6)], to: signal, seed: seed + 1)
        #expect(other != changed, "seed \(seed)")
    }

    @Test func peaksAreLimitedOnlyAboveOne() {
        #expect(applied([.peakLimit], to: [0.5, -4, 2], seed: 1) == [0.125, -1, 0.5])
        #expect(applied([.peakLimit], to: [0.5, -0.9], seed: 1) == [0.5, -0.9])
    }

    @Test func partsFallSilentAsOftenAsAsked() {
        let signal = [Double](repeating: 1, count: 500)
        var (touched, silent) = (0, 0)
        for seed in 0..<2000 {
            let changed = applied([.partialSilence(probability: 0.25)], to: signal, seed: UInt64(seed))
            let zeros = changed.indices.filter { changed[$0] == 0 }
            touched += zeros.isEmpty ? 0 : 1
            silent += zeros.count
            #expect(zeros.isEmpty || zeros.count == zeros.last! - zeros.first! + 1)
            #expect(changed.allSatisfy { $0 == 0 || $0 == 1 })
        }
        #expect((430...570).contains(touched))
        // Two points of a line are a third of it apart on average.
        #expect((0.28...0.39).contains(Double(silent) / Double(touched * 500)))
    }

    @Test(arguments: seeds(3))
    func stepsDrawTheSameWhateverCameBefore(_ seed: UInt64) {
        let signal = tone(440, 0.1)
        let never = applied([.partialSilence(probability: 0), .gain(decibels: -12...6)], to: signal, seed: seed)
        let always = applied([.partialSilence(probability: 1), .gain(decibels: -12...6)], to: signal, seed: seed)
        #expect(zip(never, always).allSatisfy { $1 == 0 || $0 == $1 }, "seed \(seed)")
    }
}
