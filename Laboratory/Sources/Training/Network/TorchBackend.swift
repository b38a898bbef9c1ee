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

    /// What the products of wide convolutions are computed in; sums over a residual unit's branches, Snakes, narrow
    /// projections, look-ups and the convolutions that touch samples keep the precision of the signal. Nil: nothing is
    /// reduced.
    public let products: DType?

    /// From this many channels on both sides a convolution is wide: nearly all the work of a network is in those.
    private static let wideChannels = 64

    /// A backend over these parameters.
    public init(_ parameters: ParameterStore, products: DType? = nil) {
        self.parameters = parameters
        self.products = products
    }

    /// See `Convolution`.
    public func convolution(_ x: Tensor, _ layer: Convolution) throws(TorchError) -> Tensor {
        let kernel = try parameters.kernel(layer.name)
        let bias = try parameters.array("\(layer.name).bias")
        let isEven = layer.padLeft == layer.padRight
        let input = try reduced(x, layer.inputs, layer.outputs)
        let padded = isEven ? input : try input.pad([layer.padLeft, layer.padRight])
        return try padded.conv1d(
            kernel.to(input.dtype), bias.to(input.dtype), stride: layer.stride, padding: isEven ? layer.padLeft : 0,
            dilation: layer.dilation
        ).to(x.dtype)
    }

    /// The input in the precision of its products.
    private func reduced(_ x: Tensor, _ inputs: Int, _ outputs: Int) throws(TorchError) -> Tensor {
        guard let products, min(inputs, outputs) >= Self.wideChannels else { return x }
        return try x.to(products)
    }

    /// See `TransposedConvolution`.
    public func transposedConvolution(_ x: Tensor, _ layer: TransposedConvolution) throws(TorchError) -> Tensor {
        let kernel = try parameters.kernel(layer.name)
        let bias = try parameters.array("\(layer.name).bias")
        let input = try reduced(x, layer.inputs, layer.outputs)
        return try input.convTranspose1d(
            kernel.to(input.dtype), bias.to(input.dtype), stride: layer.stride, padding: layer.padding
        ).to(x.dtype)
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
