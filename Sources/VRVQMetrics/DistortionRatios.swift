#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Ratios of signal to distortion in decibels, of signals of one length, in Double.
///
/// `reference` is what was to be reproduced, `estimate` what came out.
public enum DistortionRatios {
    /// What keeps ratios of silence finite: that of single precision, which the published numbers were computed in.
    public static let epsilon = 1.19e-7

    /// Energy of the reference over energy of the difference.
    public static func signalToNoise(
        reference: [Double], estimate: [Double], epsilon: Double = Self.epsilon
    ) -> Double {
        let noise = sum(reference, estimate) { ($0 - $1) * ($0 - $1) }
        return decibels((sum(reference, reference) { $0 * $1 } + epsilon) / (noise + epsilon))
    }

    /// SI-SDR without removal of means (``scaleInvariantSDR(reference:estimate:)`` has the formula).
    public static func scaleInvariant(
        reference: [Double], estimate: [Double], epsilon: Double = Self.epsilon
    ) -> Double {
        let energy = sum(reference, reference) { $0 * $1 }
        let scale = (sum(reference, estimate) { $0 * $1 } + epsilon) / (energy + epsilon)
        let distortion = sum(reference, estimate) { x, y in (scale * x - y) * (scale * x - y) }
        return decibels((scale * scale * energy + epsilon) / (distortion + epsilon))
    }

    /// SI-SDR with means removed first, as the published training library logs it.
    public static func scaleInvariantZeroMean(reference: [Double], estimate: [Double]) -> Double {
        let (x, y, epsilon) = (centred(reference), centred(estimate), 1e-8)
        let energy = sum(x, x) { $0 * $1 }
        let scale = (sum(x, y) { $0 * $1 } + epsilon) / (energy + epsilon)
        let distortion = sum(x, y) { x, y in (y - scale * x) * (y - scale * x) }
        return decibels(scale * scale * energy / distortion + epsilon)
    }

    /// The ratio of BSS Eval: whatever a filter of `taps` taps makes of the reference counts as signal.
    ///
    /// With r the reference's autocorrelation and b its correlation with the estimate (both scaled to unit energy), the
    /// best filter solves the Toeplitz system R h = b, explains c = b h of the energy, and the ratio is c / (1 - c).
    /// NaN when either signal is silent. Source: Scheibler, "SDR - medium rare with fast computations"
    /// (arXiv 2110.06440).
    public static func filtered(reference: [Double], estimate: [Double], taps: Int = 512) -> Double {
        precondition(reference.count == estimate.count, "reference and estimate differ in length")
        let (x, y) = (normalised(reference), normalised(estimate))
        guard let x, let y else { return .nan }
        let (autocorrelation, correlation) = correlations(x, y, lags: taps)
        let filter = solveToeplitz(autocorrelation, correlation)
        let explained = sum(correlation, filter) { $0 * $1 }
        return decibels(explained / (1 - explained))
    }

    private static func decibels(_ ratio: Double) -> Double { 10 * log10(ratio) }

    @inline(__always)
    private static func sum(_ a: [Double], _ b: [Double], _ term: (Double, Double) -> Double) -> Double {
        precondition(a.count == b.count, "reference and estimate differ in length")
        var total = 0.0
        for index in a.indices { total += term(a[index], b[index]) }
        return total
    }

    private static func centred(_ signal: [Double]) -> [Double] {
        let mean = signal.reduce(0, +) / Double(max(1, signal.count))
        return signal.map { $0 - mean }
    }

    private static func normalised(_ signal: [Double]) -> [Double]? {
        let norm = sum(signal, signal) { $0 * $1 }.squareRoot()
        return norm > 0 ? signal.map { $0 / norm } : nil
    }

    /// sum over n of x[n] x[n + lag], and of x[n] y[n + lag], for lags from 0. One transform carries both signals.
    private static func correlations(_ x: [Double], _ y: [Double], lags: Int) -> ([Double], [Double]) {
        var size = 1
        while size < x.count + lags { size *= 2 }
        let transform = FourierTransform(size: size)
        let padding = [Double](repeating: 0, count: size - x.count)
        var (real, imaginary) = (x + padding, y + padding)
        transform.forward(&real, &imaginary)
        // Both results are real sequences, so they too fit into one transform: |X|^2 + i conj(X) Y.
        var (re, im) = (real, imaginary)
        for k in 0..<size {
            let mirror = (size - k) % size
            let a = ((real[k] + real[mirror]) / 2, (imaginary[k] - imaginary[mirror]) / 2)
            let b = ((imaginary[k] + imaginary[mirror]) / 2, (real[mirror] - real[k]) / 2)
            let cross = (a.0 * b.0 + a.1 * b.1, a.0 * b.1 - a.1 * b.0)
            re[k] = a.0 * a.0 + a.1 * a.1 - cross.1
            im[k] = cross.0
        }
        transform.inverse(&re, &im)
        return (Array(re.prefix(lags)), Array(im.prefix(lags)))
    }

    /// Solves T h = b, where T[i][j] = r[|i - j|], by Levinson's recursion.
    private static func solveToeplitz(_ r: [Double], _ b: [Double]) -> [Double] {
        var (predictor, solution) = ([1.0], [b[0] / r[0]])
        var error = r[0]
        for order in 1..<r.count {
            let reflection = -(0..<order).reduce(0) { $0 + predictor[$1] * r[order - $1] } / error
            let padded = predictor + [0]
            predictor = (0...order).map { padded[$0] + reflection * padded[order - $0] }
            error *= 1 - reflection * reflection
            let missing = b[order] - (0..<order).reduce(0) { $0 + solution[$1] * r[order - $1] }
            let step = missing / error
            solution = (0...order).map { ($0 < order ? solution[$0] : 0) + step * predictor[order - $0] }
        }
        return solution
    }
}
