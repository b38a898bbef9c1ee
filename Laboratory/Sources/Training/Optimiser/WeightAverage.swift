import Torch

/// Exponential moving average of weights: what is validated and exported. Early on it forgets faster, so that the start
/// does not linger.
package struct WeightAverage {
    /// The averages, in the order of the weights.
    package let averages: [(name: String, tensor: Tensor)]
    private let weights: [Tensor]
    private let decay: Double

    /// Starts at the weights' values, in memory of its own.
    /// - Parameter decay: share of the average that a step keeps, in 0 ..< 1.
    package init(_ weights: [(name: String, tensor: Tensor)], decay: Double) throws(TorchError) {
        var averages: [(name: String, tensor: Tensor)] = []
        for (name, tensor) in weights { averages.append((name, try tensor.detach().clone())) }
        self.init(weights, averages: averages, decay: decay)
    }

    /// Averages that exist already, such as a copy of the network's parameters that is validated as it is.
    /// - Precondition: the same names in the same order.
    package init(
        _ weights: [(name: String, tensor: Tensor)], averages: [(name: String, tensor: Tensor)], decay: Double
    ) {
        precondition(weights.map(\.name) == averages.map(\.name), "averages of other weights")
        precondition((0..<1).contains(decay), "a decay of \(decay)")
        self.weights = weights.map(\.tensor)
        self.averages = averages
        self.decay = decay
    }

    /// Moves the averages towards the weights.
    /// - Parameter step: steps done, from 1.
    package func update(step: Int) throws(TorchError) {
        let keep = min(decay, Double(1 + step) / Double(10 + step))
        try Torch.noGrad { () throws(TorchError) in
            try Foreach.lerp_(averages.map(\.tensor), weights, 1 - keep)
        }
    }

    /// Takes averages back from a checkpoint.
    package func restore(_ state: [String: Tensor]) throws(TorchError) {
        try Torch.noGrad { () throws(TorchError) in
            for (name, tensor) in averages {
                guard let stored = state[name], stored.shape == tensor.shape else {
                    throw TorchError("the averaged weights lack a fitting \(name); they are of another configuration")
                }
                try tensor.copy_(stored)
            }
        }
    }
}
