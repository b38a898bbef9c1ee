import Testing
import Torch

@testable import Training

@Suite(.needsTorch) struct AdamWTests {
    private static func parameters() throws -> [(name: String, tensor: Tensor)] {
        [("a.weight", try Tensor([1.0, -2, 3]).requiringGrad()), ("b.weight", try Tensor([0.5]).requiringGrad())]
    }

    private static func advance(
        _ optimiser: AdamW, _ steps: Range<Int>, _ parameters: [(name: String, tensor: Tensor)]
    ) throws {
        for step in steps {
            for (index, entry) in parameters.enumerated() {
                try entry.tensor.setGrad(entry.tensor.detach() * Double(index + step + 1))
            }
            try optimiser.step(rate: 0.01)
        }
    }

    @Test(arguments: AdamW.Kernel.allCases) func resumesFromItsState(_ kernel: AdamW.Kernel) throws {
        let rates = AdamRates(learningRate: 0, beta1: 0.8, beta2: 0.99)
        let whole = try Self.parameters(), first = try Self.parameters()
        try Self.advance(try AdamW(whole, rates, kernel: kernel), 0..<6, whole)
        let before = try AdamW(first, rates, kernel: kernel)
        try Self.advance(before, 0..<3, first)
        var state: [String: Tensor] = [:]
        for (name, tensor) in try before.state() { state[name] = try tensor.clone() }
        let resumed = try AdamW(first, rates, kernel: kernel)
        try resumed.restore(state)
        try Self.advance(resumed, 3..<6, first)
        for (a, b) in zip(whole, first) { #expect(try a.tensor.doubles() == b.tensor.doubles()) }
    }

    @Test func refusesAnotherState() throws {
        let optimiser = try AdamW(Self.parameters(), AdamRates(learningRate: 0))
        var state = Dictionary(uniqueKeysWithValues: try optimiser.state().map { ($0.name, $0.tensor) })
        state["a.weight.mean"] = try Tensor([1.0])
        #expect(throws: TorchError.self) { try optimiser.restore(state) }
        #expect(throws: TorchError.self) { try optimiser.restore([:]) }
    }

    @Test(arguments: AdamW.Kernel.allCases)
    func factorsAndMissingGradients(_ kernel: AdamW.Kernel) throws {
        let parameters = try Self.parameters()
        let rates = AdamRates(learningRate: 0, beta1: 0.8, beta2: 0.99, weightDecay: 0)
        let optimiser = try AdamW(parameters, rates, kernel: kernel) { $0.hasPrefix("a") ? 0.1 : 1 }
        try parameters[0].tensor.setGrad(Tensor([1.0, 1, 1]))
        try optimiser.step(rate: 0.5)
        // The first step of Adam is the learning rate against the gradient's sign.
        let moved = zip(try parameters[0].tensor.doubles(), [1.0, -2, 3]).map { $1 - $0 }
        #expect(moved.allSatisfy { abs($0 - 0.05) < 1e-6 })
        #expect(try parameters[1].tensor.item() == 0.5, "no gradient, no step")
        #expect(try optimiser.gradients().count == 1)
        try optimiser.zeroGradients()
        #expect(try optimiser.gradients().isEmpty)
        #expect(throws: TorchError.self) { try optimiser.clipGradients(to: 1) }
    }

    @Test func averageFollowsTheWeights() throws {
        let weights = try Self.parameters()
        let average = try WeightAverage(weights, decay: 0.999)
        _ = try Torch.noGrad { try weights[1].tensor.fill_(1.5) }
        try average.update(step: 1)
        // 2/11 of the start stays.
        #expect(abs(try average.averages[1].tensor.item() - (1.5 - 2.0 / 11)) < 1e-12)
        try average.update(step: 100_000)
        #expect(abs(try average.averages[1].tensor.item() - (1.5 - 2.0 / 11 * 0.999)) < 1e-12)
        #expect(throws: TorchError.self) { try average.restore([:]) }
    }
}
