import TestSupport
import Testing
import Torch
import VRVQMetrics
import VRVQNetwork

@testable import Training

/// Spectral and waveform losses, their gradients, filters and transforms against the published code.
@Suite(.needsTorch) struct GoldenLossTests {
    @Test func thereAreCases() {
        for kind in ["loss", "stft", "mel_filters"] { #expect(!GoldenFolder.trainingCases(kind).isEmpty, "no \(kind)") }
    }

    @Test(arguments: GoldenFolder.trainingCases("loss"), GoldenFolder.precisions)
    func losses(_ golden: GoldenCase, _ dtype: DType) throws {
        let files = try GoldenFiles(golden)
        let estimate = try files.tensor("estimate", dtype).requiringGrad()
        let reference = try files.tensor("reference", dtype)
        let mel = try MelLoss(sampleRate: golden.require("sample_rate"), dtype)
        let stft = try STFTLoss(dtype)

        let melTerms = try mel.terms(estimate, reference), stftTerms = try stft.terms(estimate, reference)
        var computed: [String: Tensor] = [
            "mel_per_window": try Tensor.stack(melTerms),
            "stft_terms": try Tensor.stack(stftTerms.map { try Tensor.stack([$0.logarithm, $0.magnitude]) }),
        ]
        let sums = [
            "mel": try mel(estimate, reference), "stft": try stft(estimate, reference),
            "waveform": try WaveformLosses.absolute(estimate, reference),
        ]
        for (name, loss) in sums {
            computed[name] = loss
            computed["\(name)_gradient"] = try Torch.gradients(of: [loss], with: [estimate])[0]
        }
        try golden.check(computed, files, dtype)
    }

    @Test(arguments: GoldenFolder.trainingCases("stft"), GoldenFolder.precisions)
    func transforms(_ golden: GoldenCase, _ dtype: DType) throws {
        let files = try GoldenFiles(golden)
        let audio = try files.tensor("audio", dtype)
        let spectrogram = try Spectrogram(size: golden.require("window"), dtype)
        let mel = try MelLoss(
            sampleRate: golden.require("sample_rate"), windows: [golden.require("mel_window")],
            bands: [golden.require("mel_bands")], dtype)
        let plain = try spectrogram.complex(audio).transpose(1, 2).viewAsReal()
        let matched = try spectrogram.matched(audio).transpose(1, 2).viewAsReal()
        try #expect(spectrogram.hop == golden.require("hop"))
        let computed = [
            "real": try plain.select(-1, 0), "imaginary": try plain.select(-1, 1),
            "matched_real": try matched.select(-1, 0), "matched_imaginary": try matched.select(-1, 1),
            "mel": try mel.mel(audio, scale: 0).transpose(1, 2),
        ]
        try golden.check(computed, files, dtype)
    }

    @Test(arguments: GoldenFolder.trainingCases("mel_filters"))
    func filters(_ golden: GoldenCase) throws {
        let files = try GoldenFiles(golden)
        let windows: [Int] = try golden.require("windows"), bands: [Int] = try golden.require("bands")
        var computed: [String: Tensor] = [:]
        for (window, count) in zip(windows, bands) {
            let filters = try MelFilters(bands: count, window: window, sampleRate: golden.require("sample_rate"))
            let table = try Tensor(filters.table, [filters.bands, filters.bins])
            computed["filters_\(count)"] = table
            computed["band_sums_\(count)"] = try table.sum([1])
            computed["bin_sums_\(count)"] = try table.sum([0])
        }
        try golden.check(computed, files, .float64)
    }

    @Test(arguments: GoldenFolder.trainingCases("mask.gradient"), GoldenFolder.precisions)
    func masks(_ golden: GoldenCase, _ dtype: DType) throws {
        let files = try GoldenFiles(golden)
        let form = try #require(Surrogate(rawValue: golden.require("form")))
        let p = try files.tensor("p", dtype).requiringGrad()
        let upstream = try files.tensor("upstream", dtype)
        let items = try files.input("scales").values.map { ItemDepth.importance(parameter: $0) }
        var computed: [String: Tensor] = [:]
        for (name, alpha) in [("1", 1), ("2", 2), ("inf", Double.infinity)] {
            let mask = try TrainingMask(smoothing: (form, alpha), stages: golden.require("stages"))(p, items: items)
            computed["mask"] = mask
            computed["gradient.alpha_\(name)"] = try Torch.gradients(of: [(mask * upstream).sum()], with: [p])[0]
        }
        try golden.check(computed, files, dtype)
    }
}
