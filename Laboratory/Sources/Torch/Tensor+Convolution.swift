// Convolutions on [batch, channels, time] and [batch, channels, height, width].
extension Tensor {
    /// Weight [outputs, inputs / groups, kernel]; `padding` zeros on both sides.
    public func conv1d(
        _ weight: Tensor, _ bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1
    ) throws(TorchError) -> Tensor {
        try ConvolutionOperators.conv1d(self, weight, bias, stride, padding, dilation, groups)
    }

    /// Weight [outputs, inputs / groups, height, width]; pairs are (height, width).
    public func conv2d(
        _ weight: Tensor, _ bias: Tensor? = nil, stride: (Int, Int) = (1, 1), padding: (Int, Int) = (0, 0),
        dilation: (Int, Int) = (1, 1), groups: Int = 1
    ) throws(TorchError) -> Tensor {
        try ConvolutionOperators.conv2d(
            self, weight, bias, [stride.0, stride.1], [padding.0, padding.1], [dilation.0, dilation.1], groups)
    }

    /// Weight [inputs, outputs / groups, kernel]; `padding` outputs cut off on both sides.
    public func convTranspose1d(
        _ weight: Tensor, _ bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, outputPadding: Int = 0,
        groups: Int = 1, dilation: Int = 1
    ) throws(TorchError) -> Tensor {
        try ConvolutionOperators.convTranspose1d(
            self, weight, bias, stride, padding, outputPadding, groups, dilation)
    }

    /// Means of `kernel` neighbours of [batch, channels, time].
    public func avgPool1d(kernel: Int, stride: Int, padding: Int = 0) throws(TorchError) -> Tensor {
        try ConvolutionOperators.avgPool1d(self, kernel, stride, padding)
    }

    /// magnitude * direction / |direction|, one norm per index of `dim`. Gradients reach both.
    public static func weightNorm(
        direction: Tensor, magnitude: Tensor, _ dim: Int = 0
    ) throws(TorchError) -> Tensor {
        try ConvolutionOperators.weightNorm(direction, magnitude, dim)
    }
}

private enum ConvolutionOperators {
    static let conv1d = Operator("aten::conv1d")
    static let conv2d = Operator("aten::conv2d")
    static let convTranspose1d = Operator("aten::conv_transpose1d")
    static let avgPool1d = Operator("aten::avg_pool1d")
    static let weightNorm = Operator("aten::_weight_norm")
}
