import TestSupport
import Testing
import VRVQMetrics

/// Measures in double precision against the published ones, which take their epsilon from the precision they run in.
@Suite struct GoldenMetricsTests {
    @Test(arguments: GoldenFolder.cases(of: ["metrics"]))
    func agrees(_ golden: GoldenCase) throws {
        let files = try GoldenFiles(golden)
        let (reference, estimate) = (try files.input("reference"), try files.input("estimate"))
        let rate = try #require(golden.configuration.int("sample_rate"))
        let pairs = (0..<reference.shape[0]).map { (reference[$0].values, estimate[$0].values) }

        func each(_ measure: ([Double], [Double]) -> Double) -> GoldenArray {
            GoldenArray([pairs.count], pairs.map { measure($0.0, $0.1) })
        }
        func mean(_ measure: ([Double], [Double]) -> Double) -> GoldenArray {
            GoldenArray([], [each(measure).values.reduce(0, +) / Double(pairs.count)])
        }
        let outputs = [
            "si_sdr": each { DistortionRatios.scaleInvariant(reference: $0, estimate: $1, epsilon: .ulpOfOne) },
            "si_sdr_zero_mean": each { DistortionRatios.scaleInvariantZeroMean(reference: $0, estimate: $1) },
            "snr": each { DistortionRatios.signalToNoise(reference: $0, estimate: $1, epsilon: .ulpOfOne) },
            "sdr_512": each { DistortionRatios.filtered(reference: $0, estimate: $1) },
            "log_mel_l1": mean { SpectralDistance.logMel(reference: $0, estimate: $1, sampleRate: rate) },
            "magnitude_l1": mean { SpectralDistance.magnitude(reference: $0, estimate: $1) },
            "stft_loss": mean { SpectralDistance.logMagnitude(reference: $0, estimate: $1) },
            "waveform_l1": mean { SpectralDistance.waveform(reference: $0, estimate: $1) },
        ]
        GoldenComparison(golden: golden, files: files, isDouble: true).check(outputs)
    }
}
