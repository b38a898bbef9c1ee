import Torch

/// A weight-normalised convolution over one or two dimensions with zero padding and a bias: the kernel of an output is its
/// magnitude times its direction divided by the direction's length.
struct NormalisedConvolution: Sendable {
    /// What a convolution is before it has weights.
    struct Shape: Sendable {
        var name: String
        var inputs: Int
        var outputs: Int
        /// One or two sizes.
        var kernel: [Int]
        var stride = [1, 1]
        var padding: [Int]
        var groups = 1

        var weight: [Int] { [outputs, inputs / groups] + kernel }
        var magnitude: [Int] { [outputs, 1] + kernel.map { _ in 1 } }
        /// Inputs of one output value.
        var fan: Int { weight.dropFirst().reduce(1, *) }
    }

    private let shape: Shape
    private let magnitude: Tensor
    private let direction: Tensor
    private let bias: Tensor

    /// The convolution with `NAME.weight_g`, `NAME.weight_v` and `NAME.bias`.
    init(_ shape: Shape, _ weights: [String: Tensor]) throws(TorchError) {
        self.shape = shape
        magnitude = try Self.tensor(weights, "\(shape.name).weight_g", shape.magnitude)
        direction = try Self.tensor(weights, "\(shape.name).weight_v", shape.weight)
        bias = try Self.tensor(weights, "\(shape.name).bias", [shape.outputs])
    }

    private static func tensor(
        _ weights: [String: Tensor], _ name: String, _ shape: [Int]
    ) throws(TorchError) -> Tensor {
        guard let tensor = weights[name] else {
            throw TorchError("\(name) is missing: these are other discriminators' weights")
        }
        guard tensor.shape == shape else {
            throw TorchError("\(name) is \(tensor.shape), not \(shape): these are other discriminators' weights")
        }
        return tensor
    }

    /// The parameters, in checkpoint order.
    var parameters: [(name: String, tensor: Tensor)] {
        [
            ("\(shape.name).bias", bias), ("\(shape.name).weight_g", magnitude),
            ("\(shape.name).weight_v", direction),
        ]
    }

    func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
        let weight = try Tensor.weightNorm(direction: direction, magnitude: magnitude)
        if shape.kernel.count == 1 {
            return try x.conv1d(
                weight, bias, stride: shape.stride[0], padding: shape.padding[0], groups: shape.groups)
        }
        return try x.conv2d(
            weight, bias, stride: (shape.stride[0], shape.stride[1]), padding: (shape.padding[0], shape.padding[1]),
            groups: shape.groups)
    }
}

extension NormalisedConvolution.Shape {
    /// Weights that PyTorch would start from: direction and bias uniform within 1 / sqrt(fan), magnitudes the
    /// directions' lengths. They depend on the seed and the parameters' names.
    func initial(
        seed: UInt64, _ dtype: DType, on device: Device
    ) throws(TorchError) -> [(name: String, tensor: Tensor)] {
        let bound = 1 / Double(fan).squareRoot()
        let direction = try ParameterStore.uniform("\(name).weight_v", weight, bound: bound, seed: seed).to(dtype)
        let bias = try ParameterStore.uniform("\(name).bias", [outputs], bound: bound, seed: seed).to(dtype)
        let length = try direction.rowNorms()
        return [
            ("\(name).bias", try bias.to(device)), ("\(name).weight_g", try length.to(device)),
            ("\(name).weight_v", try direction.to(device)),
        ]
    }
}
