#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Integrated loudness in LUFS by ITU-R BS.1770-4, with the filters that the published training code uses.
///
/// The two weighting filters follow the audio equaliser cookbook (high shelf +4 dB at 1500 Hz with Q 1/sqrt 2, high pass
/// at 38 Hz with Q 1/2) at any sample rate, where the recommendation tabulates 48 kHz only. Power is taken over blocks
/// of 400 ms every 100 ms; zeros complete the last block. Blocks at or below -70 LUFS, then those 10 or more below the
/// mean of the others, do not count. Signals under half a second are lengthened to it with zeros. Nothing is quieter
/// than ``floor``. All arithmetic is in Double.
public struct Loudness: Sendable {
    /// The loudness of silence, and the least that is ever returned.
    public static let floor = -70.0
    /// Rates below this have no room for the shelf.
    public static let lowestSampleRate = 4000

    private let shelf: Biquad
    private let highPass: Biquad
    private let sampleRate: Int
    private let block: Int
    private let hop: Int

    /// A meter for signals of `sampleRate` hertz, at least ``lowestSampleRate``.
    public init(sampleRate: Int) {
        precondition(sampleRate >= Self.lowestSampleRate, "no loudness below \(Self.lowestSampleRate) Hz")
        self.sampleRate = sampleRate
        shelf = .highShelf(decibels: 4, quality: 0.5.squareRoot(), hertz: 1500, sampleRate: sampleRate)
        highPass = .highPass(quality: 0.5, hertz: 38, sampleRate: sampleRate)
        block = Int(0.4 * Double(sampleRate))
        hop = Int(0.4 * Double(sampleRate) * 0.25)
    }

    /// Loudness of `channels`, `[channel][sample]` of one length, full scale 1. Channels four and five weigh 1.41, all
    /// others 1. A sample that is not finite gives NaN.
    public func integrated(_ channels: [[Float]]) -> Double { measure(channels) { Double($0) } }

    /// The same of samples in double precision.
    public func integrated(_ channels: [[Double]]) -> Double { measure(channels) { $0 } }

    @inline(__always)
    private func measure<Sample>(_ channels: [[Sample]], _ value: (Sample) -> Double) -> Double {
        precondition(channels.allSatisfy { $0.count == channels[0].count }, "channels differ in length")
        let frames = max(channels.first?.count ?? 0, sampleRate / 2)
        let blocks = (max(frames - block, 0) + hop - 1) / hop + 1
        var powers = [Double](repeating: 0, count: blocks)
        for (index, samples) in channels.enumerated() {
            let gain = index == 3 || index == 4 ? 1.41 : 1
            addPowers(of: samples, value, frames: frames, gain: gain, to: &powers)
        }
        return gated(powers)
    }

    /// Adds the weighted power of one channel, lengthened to `frames` by zeros, to each block.
    @inline(__always)
    private func addPowers<Sample>(
        of samples: [Sample], _ value: (Sample) -> Double, frames: Int, gain: Double, to powers: inout [Double]
    ) {
        // A block is `whole` hops and the head of the next one, where rates do not divide evenly.
        let (whole, head) = (block / hop, block % hop)
        let hops = powers.count + whole
        var sums = [(whole: Double, head: Double)](repeating: (0, 0), count: hops)
        var state = WeightingState()
        samples.withUnsafeBufferPointer { samples in
            for index in 0..<hops where index * hop < frames {
                let start = index * hop
                sums[index].head = energy(samples, start..<min(start + head, frames), value, &state)
                let rest = min(start + head, frames)..<min(start + hop, frames)
                sums[index].whole = sums[index].head + energy(samples, rest, value, &state)
                state.flush()
            }
        }
        for index in powers.indices {
            let sum = sums[index..<index + whole].reduce(sums[index + whole].head) { $0 + $1.whole }
            powers[index] += gain * sum / (0.4 * Double(sampleRate))
        }
    }

    /// Sum of squares of a stretch behind both filters.
    @inline(__always)
    private func energy<Sample>(
        _ samples: UnsafeBufferPointer<Sample>, _ range: Range<Int>, _ value: (Sample) -> Double,
        _ state: inout WeightingState
    ) -> Double {
        var sum = 0.0
        for index in range {
            let sample = index < samples.count ? value(samples[index]) : 0
            let weighted = highPass.step(shelf.step(sample, &state.shelf), &state.highPass)
            sum += weighted * weighted
        }
        return sum
    }

    private func gated(_ powers: [Double]) -> Double {
        if powers.contains(where: { !$0.isFinite }) { return .nan }
        let audible = powers.filter { Self.level($0) > Self.floor }
        guard !audible.isEmpty else { return Self.floor }
        let threshold = Self.level(audible.reduce(0, +) / Double(audible.count)) - 10
        let counted = audible.filter { Self.level($0) > threshold }
        return max(Self.floor, Self.level(counted.reduce(0, +) / Double(counted.count)))
    }

    private static func level(_ power: Double) -> Double { -0.691 + 10 * log10(power) }
}

/// Memories of the two weighting filters.
private struct WeightingState {
    var shelf = Biquad.State()
    var highPass = Biquad.State()

    /// Ends the decay in digital silence before it reaches numbers that processors are slow with.
    mutating func flush() {
        shelf.flush()
        highPass.flush()
    }
}

/// A second-order filter, a0 = 1, in the transposed second direct form.
struct Biquad: Sendable {
    struct State {
        fileprivate var first = 0.0
        fileprivate var second = 0.0

        fileprivate mutating func flush() {
            if first.magnitude < 1e-150 { first = 0 }
            if second.magnitude < 1e-150 { second = 0 }
        }
    }

    let b: (Double, Double, Double)
    let a: (Double, Double)

    private init(_ b: (Double, Double, Double), _ a: (Double, Double, Double)) {
        self.b = (b.0 / a.0, b.1 / a.0, b.2 / a.0)
        self.a = (a.1 / a.0, a.2 / a.0)
    }

    /// Raises what lies above `hertz` by `decibels`.
    static func highShelf(decibels: Double, quality: Double, hertz: Double, sampleRate: Int) -> Biquad {
        let (gain, angle) = (pow(10, decibels / 40), 2 * Double.pi * hertz / Double(sampleRate))
        let (cosine, slope) = (cos(angle), gain.squareRoot() * sin(angle) / quality)
        let (up, down) = (gain + 1, gain - 1)
        return Biquad(
            (
                gain * (up + down * cosine + slope), -2 * gain * (down + up * cosine),
                gain * (up + down * cosine - slope)
            ),
            (up - down * cosine + slope, 2 * (down - up * cosine), up - down * cosine - slope))
    }

    /// Takes away what lies below `hertz`.
    static func highPass(quality: Double, hertz: Double, sampleRate: Int) -> Biquad {
        let angle = 2 * Double.pi * hertz / Double(sampleRate)
        let (cosine, slope) = (cos(angle), sin(angle) / (2 * quality))
        return Biquad(
            ((1 + cosine) / 2, -(1 + cosine), (1 + cosine) / 2), (1 + slope, -2 * cosine, 1 - slope))
    }

    @inline(__always)
    func step(_ input: Double, _ state: inout State) -> Double {
        let output = b.0 * input + state.first
        state.first = b.1 * input - a.0 * output + state.second
        state.second = b.2 * input - a.1 * output
        return output
    }
}
