import Torch
import VRVQNetwork

// Where training starts.
extension ParameterStore {
    /// The published initial values. They depend on the seed and each parameter's own name and shape, so that other
    /// parameters, added codebooks for example, change nothing about them.
    ///
    /// Kernels of convolutions uniform in ±1/sqrt(inputs kernel) with biases zero, kernels and biases of transposed
    /// convolutions uniform in ±1/sqrt(outputs kernel), magnitudes the norms of the directions, codebooks normal, α 1.
    /// (The published code also writes a truncated normal into a product that the next call recomputes: no effect.)
    public convenience init(
        initializing network: Network, seed: UInt64 = 0, kernels: Kernels = .normalized, dtype: DType = .float32,
        on device: Device = .cpu
    ) throws(TorchError) {
        self.init(network.parameters, kernels)
        let bounds = Self.transposedBounds(network)
        for parameter in network.parameters {
            let value = try Self.initialValue(
                parameter, transposedBound: bounds[parameter.layerName], seed: seed)
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

    private static let purpose: UInt64 = 0x696E_6974

    private static func initialValue(
        _ parameter: Parameter, transposedBound: Double?, seed: UInt64
    ) throws(TorchError) -> Tensor {
        let (name, shape) = (parameter.name, parameter.shape)
        switch parameter.kind {
        case .alpha: return try Tensor.ones(shape)
        case .codebook: return try normal(name, shape, seed: seed)
        case .bias:
            guard let bound = transposedBound else { return try Tensor.zeros(shape) }
            return try uniform(name, shape, bound: bound, seed: seed)
        case .kernel:
            let bound = transposedBound ?? 1 / Double(shape.dropFirst().reduce(1, *)).squareRoot()
            return try uniform(name, shape, bound: bound, seed: seed)
        }
    }

    /// Normal values of a parameter; they depend on its name and the seed.
    static func normal(
        _ name: String, _ shape: [Int], deviation: Double = 1, seed: UInt64
    ) throws(TorchError) -> Tensor {
        var random = KeyedRandom([purpose, seed] + name.utf8.map { UInt64($0) })
        let count = shape.reduce(1, *)
        return try Tensor((0..<count).map { _ in Float(deviation * random.normal()) }, shape)
    }

    /// Uniform values within ±`bound` of a parameter; they depend on its name and the seed.
    static func uniform(
        _ name: String, _ shape: [Int], bound: Double, seed: UInt64
    ) throws(TorchError) -> Tensor {
        var random = KeyedRandom([purpose, seed] + name.utf8.map { UInt64($0) })
        let count = shape.reduce(1, *)
        return try Tensor((0..<count).map { _ in Float(random.uniform(-bound...bound)) }, shape)
    }
}

extension Parameter {
    /// The name of the layer that it belongs to.
    var layerName: String { String(name[..<(name.lastIndex(of: ".") ?? name.endIndex)]) }
}
