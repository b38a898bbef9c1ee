import Torch
import VRVQNetwork

// Where training starts.
extension ParameterStore {
    /// The published initial values, drawn from the host's default generator (`Torch.seed`).
    ///
    /// Kernels of convolutions uniform in ±1/sqrt(inputs kernel) with biases zero, kernels and biases of transposed
    /// convolutions uniform in ±1/sqrt(outputs kernel), magnitudes the norms of the directions, codebooks normal, α 1.
    /// (The published code also writes a truncated normal into a product that the next call recomputes: no effect.)
    public convenience init(
        initializing network: Network, kernels: Kernels = .normalized, dtype: DType = .float32,
        on device: Device = .cpu
    ) throws(TorchError) {
        self.init(network.parameters, kernels)
        let bounds = Self.transposedBounds(network)
        for parameter in network.parameters {
            let value = try Self.initialValue(parameter, transposedBound: bounds[parameter.layerName])
            guard let layer = parameter.layer, kernels == .normalized else {
                add(parameter.name, try value.to(dtype).to(device))
                continue
            }
            add("\(layer).weight_g", try value.rowNorms().to(dtype).to(device))
            add("\(layer).weight_v", try value.to(dtype).to(device))
        }
    }

    /// Bound of the uniform draw by the name of each transposed convolution.
    private static func transposedBounds(_ network: Network) -> [String: Double] {
        var bounds: [String: Double] = [:]
        for case .transposedConvolution(let layer) in network.decoderLayers {
            bounds[layer.name] = 1 / Double(layer.outputs * layer.kernel).squareRoot()
        }
        return bounds
    }

    private static func initialValue(
        _ parameter: Parameter, transposedBound: Double?
    ) throws(TorchError) -> Tensor {
        let shape = parameter.shape
        switch parameter.kind {
        case .alpha: return try Tensor.ones(shape)
        case .codebook: return try Tensor.randn(shape)
        case .bias:
            guard let bound = transposedBound else { return try Tensor.zeros(shape) }
            return try Tensor.empty(shape).uniform_(-bound, bound)
        case .kernel:
            let bound = transposedBound ?? 1 / Double(shape.dropFirst().reduce(1, *)).squareRoot()
            return try Tensor.empty(shape).uniform_(-bound, bound)
        }
    }
}

extension Parameter {
    /// The name of the layer that it belongs to.
    var layerName: String { String(name[..<(name.lastIndex(of: ".") ?? name.endIndex)]) }
}
