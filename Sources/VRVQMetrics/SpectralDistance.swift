#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Distances between two signals of one length by their spectra, and by their samples; in Double. For batches, take the
/// mean over the items.
public enum SpectralDistance {
    /// Least magnitude, before logarithms.
    public static let floor = 1e-5
    /// Windows of the log-mel distance with their numbers of bands.
    public static let melWindows = [(32, 5), (64, 10), (128, 20), (256, 40), (512, 80), (1024, 160), (2048, 320)]
    /// Windows of the linear and logarithmic distances.
    public static let windows = [2048, 512]

    /// "Log mel": the mean |log10 mel(x) - log10 mel(y)| over bands and frames, summed over seven windows. It is the
    /// published training loss.
    public static func logMel(reference: [Double], estimate: [Double], sampleRate: Int) -> Double {
        melWindows.reduce(0) { total, setting in
            let spectrogram = Spectrogram(window: setting.0)
            let filters = MelFilters(bands: setting.1, window: setting.0, sampleRate: sampleRate)
            let levels = [reference, estimate].map { signal in
                let bins = spectrogram.magnitudes(of: lengthened(signal, for: setting.0))
                return stride(from: 0, to: bins.count, by: spectrogram.bins).flatMap { start in
                    filters.apply(bins[start..<start + spectrogram.bins]).map { log10(max($0, floor)) }
                }
            }
            return total + meanDifference(levels[0], levels[1])
        }
    }

    /// Mean |X - Y| of the magnitudes, summed over ``windows``.
    public static func magnitude(reference: [Double], estimate: [Double]) -> Double {
        overWindows(reference, estimate) { meanDifference($0, $1) }
    }

    /// Mean |X - Y| of the magnitudes plus mean difference of their log10 squares, summed over ``windows``.
    public static func logMagnitude(reference: [Double], estimate: [Double]) -> Double {
        overWindows(reference, estimate) { x, y in
            meanDifference(x, y)
                + meanDifference(x.map { 2 * log10(max($0, floor)) }, y.map { 2 * log10(max($0, floor)) })
        }
    }

    /// Mean |x - y| of the samples.
    public static func waveform(reference: [Double], estimate: [Double]) -> Double {
        meanDifference(reference, estimate)
    }

    private static func overWindows(
        _ reference: [Double], _ estimate: [Double], _ distance: ([Double], [Double]) -> Double
    ) -> Double {
        windows.reduce(0) { total, window in
            let spectrogram = Spectrogram(window: window)
            return total
                + distance(
                    spectrogram.magnitudes(of: lengthened(reference, for: window)),
                    spectrogram.magnitudes(of: lengthened(estimate, for: window)))
        }
    }

    /// Followed by zeros where it is too short to be reflected.
    private static func lengthened(_ signal: [Double], for window: Int) -> [Double] {
        signal + [Double](repeating: 0, count: max(0, window / 2 + 1 - signal.count))
    }

    private static func meanDifference(_ x: [Double], _ y: [Double]) -> Double {
        precondition(x.count == y.count, "reference and estimate differ in length")
        if x.isEmpty { return 0 }
        var sum = 0.0
        for index in x.indices { sum += abs(x[index] - y[index]) }
        return sum / Double(x.count)
    }
}
