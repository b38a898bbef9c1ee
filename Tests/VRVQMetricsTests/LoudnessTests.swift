import Foundation
import TestSupport
import Testing
import VRVQMetrics

@Suite struct LoudnessTests {
    private func sine(_ hertz: Double, amplitude: Double, seconds: Double, rate: Int = 48000) -> [Double] {
        (0..<Int(seconds * Double(rate))).map { amplitude * sin(2 * .pi * hertz * Double($0) / Double(rate)) }
    }

    /// BS.1770-4: a 997 Hz sine at full scale in one channel reads -3.01 LUFS. The cookbook's shelf comes within 0.1.
    @Test func fullScaleTone() {
        let loudness = Loudness(sampleRate: 48000).integrated([sine(997, amplitude: 1, seconds: 3)])
        #expect(abs(loudness + 3.01) < 0.1, "\(loudness)")
    }

    @Test(arguments: [16000, 22050, 32000, 44100, 48000, 96000])
    func theRateHardlyMatters(_ rate: Int) {
        let loudness = Loudness(sampleRate: rate).integrated([sine(440, amplitude: 0.1, seconds: 2, rate: rate)])
        let expected = Loudness(sampleRate: 48000).integrated([sine(440, amplitude: 0.1, seconds: 2)])
        #expect(abs(loudness - expected) < 0.05, "\(loudness) at \(rate) Hz, \(expected) at 48000 Hz")
    }

    @Test func gainShiftsBySameDecibels() {
        let meter = Loudness(sampleRate: 44100)
        let loud = sine(300, amplitude: 0.5, seconds: 1)
        let difference = meter.integrated([loud]) - meter.integrated([loud.map { $0 / 10 }])
        #expect(abs(difference - 20) < 1e-9)
    }

    /// Equal power in two channels adds 3.01 dB; in the fourth channel it weighs 1.41.
    @Test func channelsAddUp() {
        let meter = Loudness(sampleRate: 48000)
        let (tone, silence) = (sine(997, amplitude: 0.3, seconds: 1), [Double](repeating: 0, count: 48000))
        let one = meter.integrated([tone])
        #expect(abs(meter.integrated([tone, tone]) - one - 10 * log10(2)) < 1e-9)
        #expect(abs(meter.integrated([silence, silence, silence, tone]) - one - 10 * log10(1.41)) < 1e-9)
        #expect(abs(meter.integrated([silence, silence, silence, silence, silence, tone]) - one) < 1e-9)
    }

    /// The gate leaves out a pause: half a minute of silence does not make a programme quieter.
    @Test func pausesDoNotCount() {
        let meter = Loudness(sampleRate: 48000)
        let tone = sine(997, amplitude: 0.3, seconds: 10)
        let paused = tone + [Double](repeating: 0, count: 48000 * 30)
        #expect(abs(meter.integrated([paused]) - meter.integrated([tone])) < 0.15)
    }

    @Test func silenceAndNonsenseGiveNumbers() {
        let meter = Loudness(sampleRate: 44100)
        #expect(meter.integrated([[Float]]()) == Loudness.floor)
        #expect(meter.integrated([[Float]()]) == Loudness.floor)
        #expect(meter.integrated([[Float](repeating: 0, count: 100_000)]) == Loudness.floor)
        #expect(meter.integrated([[Float](repeating: 1e-6, count: 100_000)]) == Loudness.floor)
        #expect(meter.integrated([[0.1, Float.nan, 0.1]]).isNaN)
        #expect(meter.integrated([[0.1, Float.infinity, 0.1]]).isNaN)
    }

    /// 0.2 s count as half a second with zeros behind.
    @Test func shortSignalsAreLengthened() {
        let meter = Loudness(sampleRate: 48000)
        let short = sine(997, amplitude: 0.5, seconds: 0.2)
        let long = short + [Double](repeating: 0, count: 24000 - short.count)
        #expect(meter.integrated([short]) == meter.integrated([long]))
    }
}
