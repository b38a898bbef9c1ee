// Fourier transforms.
extension Tensor {
    /// Short-time Fourier transform of [time] or [batch, time]: complex, [batch, bins, frames].
    /// - Parameters:
    ///   - size: of the transform; the window is centred in it.
    ///   - center: frame t is centred on sample t * hop, the signal being mirrored (or as `padding` says) by size / 2 on
    ///     both sides.
    public func stft(
        _ size: Int, hop: Int, window: Tensor, center: Bool = true, padding: Padding = .reflect,
        normalized: Bool = false
    ) throws(TorchError) -> Tensor {
        try SpectrumOperators.stft(
            self, size, hop, window.count, window, center, padding.rawValue, normalized, true, true)
    }

    /// Transform of real values along a dimension: complex, size / 2 + 1 bins. Cut or zero-filled to `size` first.
    public func rfft(_ size: Int? = nil, _ dim: Int = -1) throws(TorchError) -> Tensor {
        try SpectrumOperators.rfft(self, size, dim)
    }

    /// The inverse of `rfft`, `size` real values.
    public func irfft(_ size: Int, _ dim: Int = -1) throws(TorchError) -> Tensor {
        try SpectrumOperators.irfft(self, size, dim)
    }

    /// Transform of complex values along a dimension.
    public func fft(_ size: Int? = nil, _ dim: Int = -1) throws(TorchError) -> Tensor {
        try SpectrumOperators.fft(self, size, dim)
    }

    /// The inverse of `fft`.
    public func ifft(_ size: Int? = nil, _ dim: Int = -1) throws(TorchError) -> Tensor {
        try SpectrumOperators.ifft(self, size, dim)
    }

    /// Complex values as pairs in a new last dimension.
    public func viewAsReal() throws(TorchError) -> Tensor { try SpectrumOperators.viewAsReal(self) }
    /// Pairs in the last dimension as complex values.
    public func viewAsComplex() throws(TorchError) -> Tensor { try SpectrumOperators.viewAsComplex(self) }
    /// Complex values from magnitude and phase.
    public static func polar(_ magnitude: Tensor, _ phase: Tensor) throws(TorchError) -> Tensor {
        try SpectrumOperators.polar(magnitude, phase)
    }
}

private enum SpectrumOperators {
    static let stft = Operator("aten::stft", "center")
    static let rfft = Operator("aten::fft_rfft")
    static let irfft = Operator("aten::fft_irfft")
    static let fft = Operator("aten::fft_fft")
    static let ifft = Operator("aten::fft_ifft")
    static let viewAsReal = Operator("aten::view_as_real")
    static let viewAsComplex = Operator("aten::view_as_complex")
    static let polar = Operator("aten::polar")
}
