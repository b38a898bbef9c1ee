import Torch
import VRVQNetwork

// From and to weights by name.
extension ParameterStore {
    /// The parameters of a network from a checkpoint, whose kernels may be stored either way.
    public convenience init(
        _ network: Network, from source: any WeightSource, kernels: Kernels, dtype: DType = .float32,
        on device: Device = .cpu
    ) throws {
        try self.init(network.parameters, from: source, kernels: kernels, dtype: dtype, on: device)
    }

    /// These parameters alone, for parts of a network.
    public convenience init(
        _ parameters: [Parameter], from source: any WeightSource, kernels: Kernels, dtype: DType = .float32,
        on device: Device = .cpu
    ) throws {
        self.init(parameters, kernels)
        for parameter in parameters {
            for (name, tensor) in try arrays(of: parameter, in: source) {
                add(name, try tensor.to(dtype).to(device))
            }
        }
    }

    /// Takes the values of a checkpoint; the tensors, and who holds them, stay.
    public func load(_ source: any WeightSource) throws {
        try Torch.noGrad {
            for parameter in parameters {
                for (name, tensor) in try arrays(of: parameter, in: source) { try array(name).copy_(tensor) }
            }
        }
    }

    private func arrays(
        of parameter: Parameter, in source: any WeightSource
    ) throws -> [(name: String, tensor: Tensor)] {
        guard let layer = parameter.layer else {
            let values = try source.values(of: parameter.name, shape: parameter.shape)
            return [(parameter.name, try Tensor(values, parameter.shape))]
        }
        if kernels == .folded {
            let values = try source.foldedKernel(layer, shape: parameter.shape)
            return [(parameter.name, try Tensor(values, parameter.shape))]
        }
        return try Self.normalized(layer, parameter.shape, source)
    }

    private static func normalized(
        _ layer: String, _ shape: [Int], _ source: any WeightSource
    ) throws -> [(name: String, tensor: Tensor)] {
        let stored = WeightNormSpelling.allCases.first { source.shape(of: layer + $0.direction) != nil }
        let names = ("\(layer).weight_g", "\(layer).weight_v")
        guard let stored else {
            // In double precision, so that a network in double precision has the folded kernel's values.
            let direction = try Tensor(try source.foldedKernel(layer, shape: shape), shape)
            return [(names.0, try direction.rowNorms()), (names.1, direction)]
        }
        let magnitudeShape = [shape[0]] + shape.dropFirst().map { _ in 1 }
        let magnitude = try source.values(of: layer + stored.magnitude, shape: magnitudeShape)
        let direction = try source.values(of: layer + stored.direction, shape: shape)
        return [(names.0, try Tensor(magnitude, magnitudeShape)), (names.1, try Tensor(direction, shape))]
    }

    /// Every array as it is kept, in float32, under published names.
    public func stored() throws -> WeightDictionary {
        try Self.dictionary(entries.map { ($0.name, $0.tensor) })
    }

    /// The network's arrays with kernels multiplied out, in float32: what inference uses.
    public func exported() throws -> WeightDictionary {
        try Self.dictionary(try folded().entries.map { ($0.name, $0.tensor) })
    }

    private static func dictionary(_ entries: [(String, Tensor)]) throws -> WeightDictionary {
        var arrays: [String: (shape: [Int], values: [Float])] = [:]
        for (name, tensor) in entries { arrays[name] = (tensor.shape, try tensor.floats()) }
        return WeightDictionary(arrays)
    }
}

extension Tensor {
    /// Norm of every row of the first axis, shape [rows, 1, 1, ...].
    func rowNorms() throws(TorchError) -> Tensor { try norm(2, Array(1..<dims), keepDims: true) }
}
