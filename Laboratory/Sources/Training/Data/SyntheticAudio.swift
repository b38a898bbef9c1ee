import VRVQAudio

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Audio made of chords, chirps, noise and pauses, for trials of the training without any recording. The same seed
/// gives the same samples.
package struct SyntheticAudio: Sendable {
    /// Hertz.
    package let sampleRate: Int
    private let seed: UInt64

    package init(seed: UInt64 = 0, sampleRate: Int = 44100) {
        precondition(sampleRate > 0)
        self.seed = seed
        self.sampleRate = sampleRate
    }

    private enum Sound: Int, CaseIterable { case chord, chirp, noise, pause }

    /// Mono samples within -1 ... 1. `piece` tells pieces of one seed apart.
    package func samples(_ count: Int, piece: Int = 0) -> [Float] {
        var random = KeyedRandom([0x7379_6E74, seed, UInt64(piece)])
        var samples: [Float] = []
        samples.reserveCapacity(count)
        while samples.count < count {
            let length = Int(Double(sampleRate) * random.uniform(0.1...0.6)) + 1
            // The first sound is never a pause: short pieces are not silent.
            let kinds = samples.isEmpty ? 3 : Sound.allCases.count
            samples += event(Sound(rawValue: random.below(kinds))!, length, &random)
        }
        return Array(samples.prefix(count))
    }

    /// Writes pieces as 16-bit WAV files `0000.wav`, ... into a folder that exists; returns their paths. Throws when
    /// they cannot be written.
    package func write(pieces: Int, seconds: Double, to folder: String) throws(AudioError) -> [String] {
        var paths: [String] = []
        for piece in 0..<pieces {
            let number = String(piece)
            let path = "\(folder)/" + String(repeating: "0", count: max(0, 4 - number.count)) + number + ".wav"
            let writer = try AudioWriter(
                path: path, format: AudioFormat(sampleRate: sampleRate, channels: 1), overwrite: true)
            try writer.write([samples(Int(seconds * Double(sampleRate)), piece: piece)])
            try writer.finish()
            paths.append(path)
        }
        return paths
    }

    private func event(_ sound: Sound, _ length: Int, _ random: inout KeyedRandom) -> [Float] {
        let level = pow(10, random.uniform(-24 ... -8) / 20)
        let wave: [Double] =
            switch sound {
            case .chord: chord(length, &random)
            case .chirp: chirp(length, &random)
            case .noise: noise(length, &random)
            case .pause: [Double](repeating: 0, count: length)
            }
        let edge = Double(max(1, min(length / 2, sampleRate / 200)))
        return wave.indices.map { index in
            Float(level * wave[index] * min(1, Double(index) / edge, Double(length - 1 - index) / edge))
        }
    }

    /// A triad whose notes have a few overtones and fade.
    private func chord(_ length: Int, _ random: inout KeyedRandom) -> [Double] {
        let root = 80 * pow(2, random.uniform(0...3))
        let (third, fade) = (random.below(2) == 0 ? 1.25 : 1.2, random.uniform(1...6))
        return tones(length) { time in
            var sum = 0.0
            for note in [root, root * third, root * 1.5] {
                for overtone in 1...4 where note * Double(overtone) < Double(sampleRate) / 2 {
                    sum += sin(2 * .pi * note * Double(overtone) * time) / Double(overtone * overtone)
                }
            }
            return exp(-fade * time) * sum / 4.5
        }
    }

    /// A tone that glides by up to three octaves either way.
    private func chirp(_ length: Int, _ random: inout KeyedRandom) -> [Double] {
        let (start, octaves) = (150 * pow(2, random.uniform(0...4)), random.uniform(-3...3))
        let duration = Double(length) / Double(sampleRate)
        let rate = octaves * log(2) / duration
        return tones(length) { time in
            let phase = abs(rate) < 1e-9 ? start * time : start * (exp(rate * time) - 1) / rate
            return sin(2 * .pi * phase)
        }
    }

    /// Noise behind a low pass of one pole.
    private func noise(_ length: Int, _ random: inout KeyedRandom) -> [Double] {
        let (keep, gain) = (random.uniform(0...0.95), 0.7)
        var last = 0.0
        return (0..<length).map { _ in
            last = keep * last + (1 - keep) * random.uniform(-1...1)
            return gain * last
        }
    }

    private func tones(_ length: Int, _ value: (Double) -> Double) -> [Double] {
        (0..<length).map { value(Double($0) / Double(sampleRate)) }
    }
}
