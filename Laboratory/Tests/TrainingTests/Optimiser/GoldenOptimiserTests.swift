import TestSupport
import Testing
import Torch

@testable import Training

/// AdamW with exponential decay of the rate and clipped gradients against PyTorch's in double precision.
@Suite(.needsTorch) struct GoldenOptimiserTests {
    @Test func thereAreCases() { #expect(!GoldenFolder.trainingCases("optimiser").isEmpty) }

    @Test(arguments: GoldenFolder.trainingCases("optimiser"), GoldenFolder.precisions)
    func steps(_ golden: GoldenCase, _ dtype: DType) throws {
        for kernel in AdamW.Kernel.allCases { try steps(golden, dtype, kernel) }
    }

    private func steps(_ golden: GoldenCase, _ dtype: DType, _ kernel: AdamW.Kernel) throws {
        let files = try GoldenFiles(golden)
        let parameters = try files.parameters(dtype).sorted { $0.key < $1.key }.map { (name: $0.key, tensor: $0.value) }
        let betas = try golden.require("betas", [Double].self)
        let rates = try AdamRates(
            learningRate: 0, beta1: betas[0], beta2: betas[1], epsilon: golden.require("eps"),
            weightDecay: golden.require("decay"))
        let optimiser = try AdamW(parameters, rates, kernel: kernel)
        var rows: [String: [Tensor]] = [:]
        for step in 0..<(try #require(golden.outputs.first).shape[0]) {
            for (name, parameter) in parameters {
                try parameter.setGrad(files.tensor("gradient.\(name)", dtype).select(0, step).clone())
            }
            rows["norm", default: []].append(try optimiser.clipGradients(to: golden.require("clip")))
            let rate: Double = try golden.require("rate"), gamma: Double = try golden.require("gamma")
            try optimiser.step(rate: rate * power(gamma, Double(step)))
            for (name, parameter) in parameters { rows[name, default: []].append(try parameter.detach().clone()) }
        }
        try golden.check(rows.mapValues { try Tensor.stack($0) }, files, dtype)
    }
}
