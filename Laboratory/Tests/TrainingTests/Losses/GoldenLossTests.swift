import Testing
import Torch
import VRVQNetwork

@testable import Training

/// Spectral and waveform losses, their gradients, filters and transforms against the published code.
@Suite(.needsTorch) struct GoldenLossTests {
    @Test func thereAreCases() {
        for kind in ["loss", "stft", "mel_filters"] { #expect(!GoldenTraining.cases(kind).isEmpty, "no \(kind)") }
    }

    @Test(arguments: GoldenTraining.cases("loss"), GoldenPrecision.allCases)
    func losses(_ golden: GoldenTrainingCase, _ precision: GoldenPrecision) throws {
        let arrays = try golden.arrays()
        let estimate = try arrays["in.estimate"].to(precision.dtype).clone().requiringGrad()
        let reference = try arrays["in.reference"].to(precision.dtype)
        let mel = try MelLoss(sampleRate: golden.value("sample_rate"), precision.dtype)
        let stft = try STFTLoss(precision.dtype)

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
        try checkGolden(golden, arrays, computed, precision)
    }

    @Test(arguments: GoldenTraining.cases("stft"), GoldenPrecision.allCases)
    func transforms(_ golden: GoldenTrainingCase, _ precision: GoldenPrecision) throws {
        let arrays = try golden.arrays()
        let audio = try arrays["in.audio"].to(precision.dtype)
        let spectrogram = try Spectrogram(size: golden.value("window"), precision.dtype)
        let mel = try MelLoss(
            sampleRate: golden.value("sample_rate"), windows: [golden.value("mel_window")],
            bands: [golden.value("mel_bands")], precision.dtype)
        let plain = try spectrogram.complex(audio).transpose(1, 2).viewAsReal()
        let matched = try spectrogram.matched(audio).transpose(1, 2).viewAsReal()
        try #expect(spectrogram.hop == golden.value("hop"))
        let computed = [
            "real": try plain.select(-1, 0), "imaginary": try plain.select(-1, 1),
            "matched_real": try matched.select(-1, 0), "matched_imaginary": try matched.select(-1, 1),
            "mel": try mel.mel(audio, scale: 0).transpose(1, 2),
        ]
        try checkGolden(golden, arrays, computed, precision)
    }

    @Test(arguments: GoldenTraining.cases("mel_filters"))
    func filters(_ golden: GoldenTrainingCase) throws {
        let arrays = try golden.arrays()
        let windows: [Int] = try golden.value("windows"), bands: [Int] = try golden.value("bands")
        var computed: [String: Tensor] = [:]
        for (window, count) in zip(windows, bands) {
            let filters = try MelFilters(sampleRate: golden.value("sample_rate"), size: window, bands: count)
            let table = try Tensor(filters.values, [filters.bands, filters.bins])
            computed["filters_\(count)"] = table
            computed["band_sums_\(count)"] = try table.sum([1])
            computed["bin_sums_\(count)"] = try table.sum([0])
        }
        try checkGolden(golden, arrays, computed, .double)
    }

    @Test(arguments: GoldenTraining.cases("surrogate"), GoldenPrecision.allCases)
    func surrogates(_ golden: GoldenTrainingCase, _ precision: GoldenPrecision) throws {
        let arrays = try golden.arrays()
        let form = try #require(Surrogate(rawValue: golden.value("form")))
        let alphas: [String] = try golden.value("alphas")
        var computed: [String: Tensor] = [:]
        for (input, suffix) in [("x", ""), ("x_extreme", "_extreme")] {
            let x = try arrays["in.\(input)"].to(precision.dtype).clone().requiringGrad()
            let values = try alphas.map { try form.value(x, sharpness: #require(Double($0))) }
            let slopes = try values.map { try #require(Torch.gradients(of: [$0.sum()], with: [x])[0]) }
            computed["value\(suffix)"] = try Tensor.stack(values)
            computed["slope\(suffix)"] = try Tensor.stack(slopes)
        }
        try checkGolden(golden, arrays, computed, precision)
    }

    @Test(arguments: GoldenTraining.cases("mask.gradient"), GoldenPrecision.allCases)
    func masks(_ golden: GoldenTrainingCase, _ precision: GoldenPrecision) throws {
        let arrays = try golden.arrays()
        let form = try #require(Surrogate(rawValue: golden.value("form")))
        let p = try arrays["in.p"].to(precision.dtype).clone().requiringGrad()
        let upstream = try arrays["in.upstream"].to(precision.dtype)
        let items = try arrays["in.scales"].doubles().map { ItemDepth.importance(parameter: $0) }
        var computed: [String: Tensor] = [:]
        for (name, alpha) in [("1", 1), ("2", 2), ("inf", Double.infinity)] {
            let mask = try DepthMask(smoothing: (form, alpha), stages: golden.value("stages"))(p, items: items)
            computed["mask"] = mask
            computed["gradient.alpha_\(name)"] = try Torch.gradients(of: [(mask * upstream).sum()], with: [p])[0]
        }
        try checkGolden(golden, arrays, computed, precision)
    }
}
