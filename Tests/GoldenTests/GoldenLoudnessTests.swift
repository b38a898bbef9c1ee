import TestSupport
import Testing
import VRVQMetrics

/// Loudness in double precision against the published code.
@Suite struct GoldenLoudnessTests {
    @Test(arguments: GoldenFolder.cases(of: ["loudness"]))
    func agrees(_ golden: GoldenCase) throws {
        let files = try GoldenFiles(golden)
        let audio = try files.input("audio")
        let rate = try #require(golden.configuration.int("sample_rate"))
        let channels = (0..<audio.shape[0]).map { audio[$0].values }
        let loudness = Loudness(sampleRate: rate).integrated(channels)
        GoldenComparison(golden: golden, files: files, isDouble: true).check(["lufs": GoldenArray([], [loudness])])
    }

    /// The overload that audio files use gives the same number: what the files hold is exact in single precision.
    @Test(arguments: GoldenFolder.cases(of: ["loudness"]))
    func singlePrecisionInputIsTheSame(_ golden: GoldenCase) throws {
        let audio = try GoldenFiles(golden).input("audio")
        let meter = Loudness(sampleRate: try #require(golden.configuration.int("sample_rate")))
        let channels = (0..<audio.shape[0]).map { audio[$0].values }
        #expect(meter.integrated(channels.map { $0.map { Float($0) } }) == meter.integrated(channels))
    }
}
