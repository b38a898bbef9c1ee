import Torch

/// AdamW over named parameters (decoupled weight decay on every one of them), with a factor on the learning rate of each.
///
/// As in PyTorch a parameter without a gradient is left alone, moments and decay included, and its step is not counted.
/// Everything runs on the parameters' device without waiting for it.
package final class AdamW {
    /// How a step is computed. The last bits differ.
    package enum Kernel: String, CaseIterable, Sendable {
        /// PyTorch's fused kernel: one pass over memory.
        case fused
        /// Composed of operations on lists; in float64 exactly the textbook's formula.
        case composed
    }

    private struct Entry {
        let name: String
        let parameter: Tensor
        let rateFactor: Double
        let mean: Tensor
        let square: Tensor
        /// Steps done, float32 of no dimension as the fused kernel wants it, and on the host.
        let stepTensor: Tensor
        var steps = 0
    }

    private var entries: [Entry] = []
    private let rates: AdamRates
    private let kernel: Kernel

    /// - Parameters:
    ///   - parameters: leaves that require gradients.
    ///   - rates: all but the learning rate, which `step` is given.
    ///   - rateFactor: factor on the learning rate by parameter name.
    package init(
        _ parameters: [(name: String, tensor: Tensor)], _ rates: AdamRates, kernel: Kernel = .fused,
        rateFactor: (String) -> Double = { _ in 1 }
    ) throws(TorchError) {
        self.rates = rates
        self.kernel = kernel
        for (name, tensor) in parameters {
            let entry = Entry(
                name: name, parameter: tensor, rateFactor: rateFactor(name), mean: try tensor.detach().zerosLike(),
                square: try tensor.detach().zerosLike(), stepTensor: try Tensor.zeros([], on: tensor.device))
            entries.append(entry)
        }
    }

    /// The parameters in order.
    package var parameters: [(name: String, tensor: Tensor)] { entries.map { ($0.name, $0.parameter) } }

    /// Gradients of the parameters that have one, in order.
    package func gradients() throws(TorchError) -> [Tensor] {
        var found: [Tensor] = []
        for entry in entries { if let gradient = try entry.parameter.grad() { found.append(gradient) } }
        return found
    }

    /// Drops all gradients.
    package func zeroGradients() throws(TorchError) {
        for entry in entries { try entry.parameter.setGrad(nil) }
    }

    /// Shrinks all gradients so that their common norm is at most `limit`; infinity leaves them as they are.
    /// - Returns: the norm before, of no dimension, not waited for.
    @discardableResult
    package func clipGradients(to limit: Double) throws(TorchError) -> Tensor {
        let gradients = try gradients()
        guard !gradients.isEmpty else { throw TorchError("no parameter has a gradient") }
        guard limit.isFinite else { return try Tensor.stack(Foreach.norms(gradients)).norm() }
        return try Torch.noGrad { () throws(TorchError) in try Foreach.clipNorm_(gradients, limit: limit) }
    }

    /// One step along the gradients.
    /// - Parameter rate: learning rate of a parameter with factor 1, schedule included.
    package func step(rate: Double) throws(TorchError) {
        var lists: [Key: Lists] = [:]
        for index in entries.indices {
            guard let gradient = try entries[index].parameter.grad() else { continue }
            entries[index].steps += 1
            let entry = entries[index]
            // The fused kernel reads each parameter's own step; the composed one has one step for a list.
            let key = Key(factor: entry.rateFactor, steps: kernel == .fused ? 0 : entry.steps)
            lists[key, default: Lists()].append(entry, gradient)
        }
        try Torch.noGrad { () throws(TorchError) in
            for (key, list) in lists.sorted(by: { $0.key < $1.key }) { try step(list, key, rate: rate * key.factor) }
        }
    }

    private func step(_ list: Lists, _ key: Key, rate: Double) throws(TorchError) {
        var rates = rates
        rates.learningRate = rate
        try Foreach.add_(list.steps, 1)
        switch kernel {
        case .fused:
            try Foreach.fusedAdamW_(
                list.parameters, gradients: list.gradients, means: list.means, squares: list.squares,
                steps: list.steps, rates)
        case .composed:
            try Foreach.adamW_(
                list.parameters, gradients: list.gradients, means: list.means, squares: list.squares,
                step: key.steps, rates)
        }
    }

    /// Parameters that one call can step.
    private struct Key: Hashable, Comparable {
        let factor: Double
        let steps: Int

        static func < (a: Key, b: Key) -> Bool { (a.factor, a.steps) < (b.factor, b.steps) }
    }

    private struct Lists {
        var parameters: [Tensor] = []
        var gradients: [Tensor] = []
        var means: [Tensor] = []
        var squares: [Tensor] = []
        var steps: [Tensor] = []

        mutating func append(_ entry: Entry, _ gradient: Tensor) {
            parameters.append(entry.parameter)
            gradients.append(gradient)
            means.append(entry.mean)
            squares.append(entry.square)
            steps.append(entry.stepTensor)
        }
    }
}

// Checkpoints.
extension AdamW {
    /// The state as tensors: `NAME.mean`, `NAME.square` and the parameters' `steps`. They share memory with the optimiser.
    package func state() throws(TorchError) -> [(name: String, tensor: Tensor)] {
        let moments = entries.flatMap { [("\($0.name).mean", $0.mean), ("\($0.name).square", $0.square)] }
        return moments + [("steps", try Tensor(entries.map(\.steps)))]
    }

    /// Takes a state back. All of it must be there: a partial state is an error and changes nothing.
    package func restore(_ state: [String: Tensor]) throws(TorchError) {
        for entry in entries {
            for name in ["\(entry.name).mean", "\(entry.name).square"] where state[name]?.shape != entry.mean.shape {
                throw TorchError("the optimiser's state has no fitting \(name); it is of another configuration")
            }
        }
        guard let steps = try state["steps"]?.ints(), steps.count == entries.count else {
            throw TorchError("the optimiser's state has other parameters; it is of another configuration")
        }
        try Torch.noGrad { () throws(TorchError) in
            for index in entries.indices {
                let entry = entries[index]
                try entry.mean.copy_(state["\(entry.name).mean"]!)
                try entry.square.copy_(state["\(entry.name).square"]!)
                try entry.stepTensor.fill_(Double(steps[index]))
                entries[index].steps = steps[index]
            }
        }
    }
}
