import Torch
import VRVQNetwork

/// The network on libtorch: tensors [batch, channels, time], gradients where parameters require them.
///
/// A batch of equal lengths runs at once; nothing is kept between calls, so a value of this type is only its parameters.
public struct TorchBackend: Backend {
    /// [batch, channels, time].
    public typealias Tensor = TorchTensor
    /// int64 [batch, time].
    public typealias Codes = TorchTensor
    /// Whole numbers [batch, time].
    public typealias Depth = TorchTensor
    /// PyTorch's complaint, or that a weight is missing.
    public typealias Failure = TorchError

    /// Where weights come from.
    public let parameters: ParameterStore

    /// A backend over these parameters.
    public init(_ parameters: ParameterStore) { self.parameters = parameters }

    /// See `Convolution`.
    public func convolution(_ x: Tensor, _ layer: Convolution) throws(TorchError) -> Tensor {
        let kernel = try parameters.kernel(layer.name)
        let bias = try parameters.array("\(layer.name).bias")
        let isEven = layer.padLeft == layer.padRight
        let padded = isEven ? x : try x.pad([layer.padLeft, layer.padRight])
        return try padded.conv1d(
            kernel, bias, stride: layer.stride, padding: isEven ? layer.padLeft : 0, dilation: layer.dilation)
    }

    /// See `TransposedConvolution`.
    public func transposedConvolution(_ x: Tensor, _ layer: TransposedConvolution) throws(TorchError) -> Tensor {
        let kernel = try parameters.kernel(layer.name)
        let bias = try parameters.array("\(layer.name).bias")
        return try x.convTranspose1d(kernel, bias, stride: layer.stride, padding: layer.padding)
    }

    /// See `Snake`.
    public func snake(_ x: Tensor, _ layer: Snake) throws(TorchError) -> Tensor {
        let alpha = try parameters.array("\(layer.name).alpha")
        return try x.addProduct((alpha + 1e-9).reciprocal(), (alpha * x).sin().square())
    }

    /// The sum that closes a residual unit.
    public func residualSum(_ skip: Tensor, _ branch: Tensor, slot: Int) throws(TorchError) -> Tensor {
        try skip + branch
    }

    /// Hyperbolic tangent of every value.
    public func tanh(_ x: Tensor) throws(TorchError) -> Tensor { try x.tanh() }

    /// 1 / (1 + exp(-x)) of every value.
    public func sigmoid(_ x: Tensor) throws(TorchError) -> Tensor { try x.sigmoid() }

    /// Element by element difference.
    public func difference(_ x: Tensor, _ y: Tensor) throws(TorchError) -> Tensor { try x - y }

    /// `total + contribution` in the frames whose depth exceeds `stage`.
    public func accumulate(
        _ total: Tensor?, _ contribution: Tensor, stage: Int, depth: Tensor
    ) throws(TorchError) -> Tensor {
        let used = try depth.greater(than: Double(stage)).to(contribution.dtype).unsqueeze(1)
        let share = try contribution * used
        return try total.map { (total) throws(TorchError) in try total + share } ?? share
    }
}
