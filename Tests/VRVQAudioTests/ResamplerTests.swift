import Foundation
import Testing
import VRVQAudio

private let rates = [8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000, 96000, 192_000]

@Suite("Resampling")
struct ResamplerTests {
    @Test func lengthIsTheExactCeiling() throws {
        var random = SplitMix(17)
        for _ in 0..<200 {
            let (from, to) = (rates.randomElement(using: &random)!, rates.randomElement(using: &random)!)
            let count = Int.random(in: 0...3000, using: &random)
            let output = try Resampler.resample([random.samples(count)], from: from, to: to)
            #expect(
                output[0].count == (count * to + from - 1) / from, "seed \(random.seed): \(count) from \(from) to \(to)"
            )
        }
        #expect(Resampler.outputFrames(1 << 50, from: 44100, to: 768_000) == ((1 << 50) * 2560 + 146) / 147)
    }

    @Test func blocksDoNotChangeABit() throws {
        var random = SplitMix(23)
        for (from, to) in [
            (44100, 48000), (48000, 44100), (96000, 44100), (8000, 44100), (44100, 44100), (44101, 16000),
        ] {
            let planar = [random.samples(30011), random.samples(30011)]
            let whole = try Resampler.resample(planar, from: from, to: to)
            let resampler = try Resampler(from: from, to: to, channels: 2)
            var joined: [[Float]] = [[], []]
            var start = 0
            while start < 30011 {
                let end = min(30011, start + Int.random(in: 0...9000, using: &random))
                let part = try resampler.push(planar.map { Array($0[start..<end]) })
                for channel in 0..<2 { joined[channel] += part[channel] }
                start = end
            }
            let rest = try resampler.finish()
            for channel in 0..<2 { joined[channel] += rest[channel] }
            #expect(joined == whole, "seed \(random.seed): \(from) to \(to)")
        }
    }

    /// A sine stays that sine: no delay, no change of gain, nothing added above -90 dB.
    @Test(arguments: [(44100, 48000), (48000, 44100), (44100, 16000), (16000, 44100), (96000, 44100), (8000, 44100)])
    func sineIsKept(from: Int, to: Int) throws {
        let frequency = 1000.3
        func sine(_ rate: Int, _ count: Int) -> [Float] {
            (0..<count).map { 0.7 * Float(sin(2 * Double.pi * frequency * Double($0) / Double(rate))) }
        }
        let output = try Resampler.resample([sine(from, from)], from: from, to: to)[0]
        let expected = sine(to, to)
        // The jumps at both ends are not a sine.
        let inner = to / 10..<to - to / 10
        let signal = inner.reduce(0.0) { $0 + pow(Double(expected[$1]), 2) }
        let noise = inner.reduce(0.0) { $0 + pow(Double(output[$1] - expected[$1]), 2) }
        #expect(10 * log10(signal / noise) > 120)
    }

    @Test func equalRatesPassUntouched() throws {
        let odd: [[Float]] = [[.nan, 3e38, -0.0, 1]]
        let resampler = try Resampler(from: 44100, to: 44100, channels: 1)
        #expect(try resampler.push(odd)[0].map(\.bitPattern) == odd[0].map(\.bitPattern))
        #expect(try resampler.finish() == [[]])
    }

    @Test func ratesTooFarApartAreRefused() throws {
        #expect(code { _ = try Resampler(from: 1, to: 768_000, channels: 1) } == .unsupported)
        #expect(code { _ = try Resampler(from: 768_000, to: 44100, channels: 64) } == nil)
        let extreme = try Resampler.resample([[1, 0.5, 0.25]], from: 1000, to: 256_000)
        #expect(extreme[0].count == 768)
    }
}
