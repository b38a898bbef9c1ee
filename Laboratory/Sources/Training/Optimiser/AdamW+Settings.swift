import Torch

extension AdamW {
    /// The optimiser that a configuration asks for.
    /// - Parameter rateFactor: factor on the learning rate by parameter name; `OptimiserSettings.rateFactor` for the codec.
    package convenience init(
        _ parameters: [(name: String, tensor: Tensor)], _ settings: AdamWSettings, kernel: Kernel = .fused,
        rateFactor: (String) -> Double = { _ in 1 }
    ) throws(TorchError) {
        let rates = AdamRates(
            learningRate: settings.rate, beta1: settings.betas[0], beta2: settings.betas[1],
            epsilon: settings.epsilon, weightDecay: settings.decay)
        try self.init(parameters, rates, kernel: kernel, rateFactor: rateFactor)
    }
}
