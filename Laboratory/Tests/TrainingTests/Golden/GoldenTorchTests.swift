import TestSupport
import Testing
import Torch
import Training
import VRVQNetwork

/// The network on libtorch against the published systems.
@Suite(.needsTorch) struct GoldenTorchTests {
    @Test(arguments: GoldenFolder.cases(of: GoldenFolder.kinds))
    func folded(_ golden: GoldenCase) throws {
        try check(TorchMachine<DoublePrecision>(kernels: .folded), golden)
        try check(TorchMachine<SinglePrecision>(kernels: .folded), golden)
    }

    /// As in training: magnitude and direction, straight-through entries, everything requiring gradients.
    @Test(arguments: GoldenFolder.cases(of: GoldenFolder.kinds))
    func training(_ golden: GoldenCase) throws {
        try check(TorchMachine<DoublePrecision>(kernels: .normalized, isTraining: true), golden)
        try check(TorchMachine<SinglePrecision>(kernels: .normalized, isTraining: true), golden)
    }

    private func check<Machine: GoldenMachine>(_ machine: Machine, _ golden: GoldenCase) throws {
        let files = try GoldenFiles(golden)
        let outputs = try GoldenEvaluation(machine: machine, golden: golden, files: files).outputs()
        GoldenComparison(golden: golden, files: files, isDouble: Machine.isDouble).check(outputs)
    }
}

/// Masks, surrogates and their gradients on tensors.
@Suite(.needsTorch) struct GoldenTorchMaskTests {
    @Test(arguments: GoldenFolder.cases(of: ["surrogate"]))
    func surrogate(_ golden: GoldenCase) throws {
        let files = try GoldenFiles(golden)
        let form = try #require(Surrogate(rawValue: golden.configuration.text("form") ?? ""))
        let texts = try #require(golden.configuration.object["alphas"] as? [String])
        let alphas = try texts.map { try #require(Double($0)) }
        var outputs: [String: GoldenArray] = [:]
        for (input, suffix) in [("x", ""), ("x_extreme", "_extreme")] {
            let x = try files.input(input)
            var (values, slopes): ([GoldenArray], [GoldenArray]) = ([], [])
            for alpha in alphas {
                let leaf = try Tensor(x.values, x.shape).requiringGrad()
                let value = try form.value(leaf, sharpness: alpha)
                values.append(GoldenArray(x.shape, try value.doubles()))
                try value.sum().backward()
                slopes.append(GoldenArray(x.shape, try #require(try leaf.grad()).doubles()))
            }
            outputs["value\(suffix)"] = .stack(values)
            outputs["slope\(suffix)"] = .stack(slopes)
        }
        GoldenComparison(golden: golden, files: files, isDouble: true).check(outputs)
    }

    @Test(arguments: GoldenFolder.cases(of: ["mask.gradient"]))
    func straightThrough(_ golden: GoldenCase) throws {
        let files = try GoldenFiles(golden)
        let form = try #require(Surrogate(rawValue: golden.configuration.text("form") ?? ""))
        let stages = try #require(golden.configuration.int("stages"))
        let (p, scales, upstream) = (try files.input("p"), try files.input("scales"), try files.input("upstream"))
        var outputs: [String: GoldenArray] = [:]
        for output in golden.outputs where output.name.hasPrefix("gradient.alpha_") {
            let alpha = try #require(Double(output.name.dropFirst("gradient.alpha_".count)))
            let leaf = try Tensor(p.values, p.shape).requiringGrad()
            let mask = try DepthMask.straightThrough(
                importance: leaf, scale: Tensor(scales.values), stages: stages, surrogate: form, sharpness: alpha)
            try (mask * Tensor(upstream.values, upstream.shape)).sum().backward()
            outputs["mask"] = GoldenArray(mask.shape, try mask.doubles().map { ($0 * 0x1p40).rounded() / 0x1p40 })
            outputs[output.name] = GoldenArray(p.shape, try #require(try leaf.grad()).doubles())
        }
        GoldenComparison(golden: golden, files: files, isDouble: true).check(outputs)
    }
}
