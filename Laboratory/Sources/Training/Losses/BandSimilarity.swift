import Torch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// How much the levels of auditory bands move alike in two signals: 1 less the mean neurogram similarity (NSIM; Hines and
/// Harte, Speech Communication 54, 2012) of their gammatone spectrograms.
///
/// Log-mel distances of narrow bands are content with a wrong level of a wide band as long as its bins are right one by
/// one and on average. This term looks at wide bands over long windows, and at whether they rise and fall together in
/// time and in frequency, whatever their level.
///
/// The high bands can count for more: the regression of ViSQOL's audio mode gives nearly all its weight to bands above
/// 7 kHz (Documentation/MODELS.md).
package struct BandSimilarity: Sendable {
    /// Samples of a window: at least 80 ms.
    package let size: Int
    private let spectrogram: Spectrogram
    /// Powers of the bands' filters [bins, bands].
    private let filters: Tensor
    /// Weights of a neighbourhood [1, 1, 3, 3], a Gaussian of deviation 0.5.
    private let neighbourhood: Tensor
    /// Weights of the bands, of mean 1, without the outermost two, which are neighbours only.
    private let weights: Tensor
    private let settings: SimilaritySettings

    /// Where the high bands begin, in hertz.
    static let treble = 7000.0

    /// - Parameter dtype: that of the signals to come.
    package init(
        _ settings: SimilaritySettings, sampleRate: Int, _ dtype: DType = .float32, on device: Device = .cpu
    ) throws(TorchError) {
        self.settings = settings
        size = Self.windowSize(sampleRate: sampleRate)
        spectrogram = try Spectrogram(size: size, dtype, on: device)
        let values = Self.filters(sampleRate: sampleRate, size: size, bands: settings.bands)
        filters = try Tensor(values, [size / 2 + 1, settings.bands]).to(dtype).to(device)
        neighbourhood = try Tensor(Self.gaussian, [1, 1, 3, 3]).to(dtype).to(device)
        weights = try Tensor(Self.weights(settings, sampleRate: sampleRate), [settings.bands - 2]).to(dtype).to(device)
    }

    /// The least power of two of at least 80 ms.
    static func windowSize(sampleRate: Int) -> Int {
        var size = 8
        while size < sampleRate * 2 / 25 { size *= 2 }
        return size
    }

    private static let gaussian: [Double] = {
        let weights = (-1...1).flatMap { i in (-1...1).map { j in exp(-Double(i * i + j * j) / 0.5) } }
        let total = weights.reduce(0, +)
        return weights.map { $0 / total }
    }()

    private static let quality = 9.26449, leastBandwidth = 24.7

    /// Centres that stand equally far apart in equivalent rectangular bandwidths (Glasberg and Moore 1990) from below
    /// half the sample rate down to 50 Hz.
    private static func centres(sampleRate: Int, bands: Int) -> [Double] {
        let offset = quality * leastBandwidth
        let top = Double(sampleRate) / 2
        let step = (log(50 + offset) - log(top + offset)) / Double(bands)
        return (1...bands).map { (top + offset) * exp(step * Double($0)) - offset }
    }

    static func weights(_ settings: SimilaritySettings, sampleRate: Int) -> [Double] {
        let inner = centres(sampleRate: sampleRate, bands: settings.bands).dropFirst().dropLast()
        let weights = inner.map { $0 > treble ? settings.treble : 1 }
        let mean = weights.reduce(0, +) / Double(weights.count)
        return weights.map { $0 / mean }
    }

    /// Squared responses of gammatone filters of order 4; [bins, bands], row-major.
    static func filters(sampleRate: Int, size: Int, bands: Int) -> [Double] {
        let centres = centres(sampleRate: sampleRate, bands: bands)
        return (0...size / 2).flatMap { bin in
            let frequency = Double(bin) * Double(sampleRate) / Double(size)
            return centres.map { centre in
                let away = (frequency - centre) / (1.019 * (leastBandwidth + centre / quality))
                return pow(1 + away * away, -4)
            }
        }
    }

    /// Levels of [batch, samples] in half decibels of power, [batch, 1, frames, bands].
    func levels(_ signal: Tensor) throws -> Tensor {
        let magnitude = try spectrogram.magnitude(signal)
        let power = try magnitude.square().matmul(filters) * (1 / Double(size * size))
        return try (power.clamp(min: 1e-10).log10() * 5).unsqueeze(1)
    }

    /// The weighted mean over frames and bands, of no dimension, from 0 (the same movement) to 2.
    /// - Parameters: both [batch, 1, samples]; the gradient reaches the estimate alone.
    package func callAsFunction(_ estimate: Tensor, _ reference: Tensor) throws -> Tensor {
        let target = try Torch.noGrad { try levels(reference.flatten(0, 1)) }
        let found = try levels(estimate.flatten(0, 1))
        // What lies this far below the loudest band of its frame counts as nothing, in both.
        let loudest = try Torch.noGrad { try target.maximum(found.detach()).amax([-1], keepDims: true) }
        let floor = try loudest - settings.range / 2
        return try 1 - (similarity(target.maximum(floor), found.maximum(floor)) * weights).mean()
    }

    /// The structure term of NSIM: covariance over deviations in every neighbourhood.
    private func similarity(_ x: Tensor, _ y: Tensor) throws -> Tensor {
        let meanX = try mean(x), meanY = try mean(y)
        let varianceX = try (mean(x.square()) - meanX.square()).clamp(min: 0)
        let varianceY = try (mean(y.square()) - meanY.square()).clamp(min: 0)
        let covariance = try mean(x * y) - meanX * meanY
        let least = settings.least
        return try (covariance + least) / ((varianceX + least) * (varianceY + least)).sqrt()
    }

    private func mean(_ x: Tensor) throws -> Tensor { try x.conv2d(neighbourhood) }
}
