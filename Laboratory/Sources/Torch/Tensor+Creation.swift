// New tensors. Random ones draw from the device's default generator, as Python's do from the same seed.
extension Tensor {
    /// Uninitialised.
    public static func empty(
        _ shape: [Int], _ dtype: DType = .float32, on device: Device = .cpu
    ) throws(TorchError) -> Tensor {
        try CreationOperators.empty(shape, dtype, DefaultArgument(), device)
    }

    /// All zero.
    public static func zeros(
        _ shape: [Int], _ dtype: DType = .float32, on device: Device = .cpu
    ) throws(TorchError) -> Tensor {
        try CreationOperators.zeros(shape, dtype, DefaultArgument(), device)
    }

    /// All one.
    public static func ones(
        _ shape: [Int], _ dtype: DType = .float32, on device: Device = .cpu
    ) throws(TorchError) -> Tensor {
        try CreationOperators.ones(shape, dtype, DefaultArgument(), device)
    }

    /// All of one value.
    public static func full(
        _ shape: [Int], _ value: Double, _ dtype: DType = .float32, on device: Device = .cpu
    ) throws(TorchError) -> Tensor {
        try CreationOperators.full(shape, value, dtype, DefaultArgument(), device)
    }

    /// One number, of no dimension.
    public static func scalar(
        _ value: Double, _ dtype: DType = .float32, on device: Device = .cpu
    ) throws(TorchError) -> Tensor {
        try full([], value, dtype, on: device)
    }

    /// start, start + step, ... below `end`.
    public static func arange(
        _ start: Double = 0, _ end: Double, step: Double = 1, _ dtype: DType = .int64, on device: Device = .cpu
    ) throws(TorchError) -> Tensor {
        try CreationOperators.arange(start, end, step, dtype, DefaultArgument(), device)
    }

    /// Uniform in [0, 1).
    public static func rand(
        _ shape: [Int], _ dtype: DType = .float32, on device: Device = .cpu
    ) throws(TorchError) -> Tensor {
        try CreationOperators.rand(shape, dtype, DefaultArgument(), device)
    }

    /// Normal, mean 0, variance 1.
    public static func randn(
        _ shape: [Int], _ dtype: DType = .float32, on device: Device = .cpu
    ) throws(TorchError) -> Tensor {
        try CreationOperators.randn(shape, dtype, DefaultArgument(), device)
    }

    /// Whole numbers of `range`, each as likely.
    public static func randint(
        _ range: Range<Int>, _ shape: [Int], on device: Device = .cpu
    ) throws(TorchError) -> Tensor {
        try CreationOperators.randint(range.lowerBound, range.upperBound, shape, DType.int64, DefaultArgument(), device)
    }

    /// 0 ..< count in random order.
    public static func randperm(_ count: Int, on device: Device = .cpu) throws(TorchError) -> Tensor {
        try CreationOperators.randperm(count, DType.int64, DefaultArgument(), device)
    }

    /// A Hann window; periodic as spectra want it unless told otherwise.
    public static func hannWindow(
        _ length: Int, periodic: Bool = true, _ dtype: DType = .float32, on device: Device = .cpu
    ) throws(TorchError) -> Tensor {
        try CreationOperators.hann(length, periodic, dtype, DefaultArgument(), device)
    }

    /// Zeros of this tensor's shape, kind and device.
    public func zerosLike() throws(TorchError) -> Tensor { try CreationOperators.zerosLike(self) }
    /// Ones of this tensor's shape, kind and device.
    public func onesLike() throws(TorchError) -> Tensor { try CreationOperators.onesLike(self) }
    /// Normal numbers of this tensor's shape, kind and device.
    public func randnLike() throws(TorchError) -> Tensor { try CreationOperators.randnLike(self) }
}

private enum CreationOperators {
    static let empty = Operator("aten::empty", "memory_format")
    static let zeros = Operator("aten::zeros")
    static let ones = Operator("aten::ones")
    static let full = Operator("aten::full")
    static let arange = Operator("aten::arange", "start_step")
    static let rand = Operator("aten::rand")
    static let randn = Operator("aten::randn")
    static let randint = Operator("aten::randint", "low")
    static let randperm = Operator("aten::randperm")
    static let hann = Operator("aten::hann_window", "periodic")
    static let zerosLike = Operator("aten::zeros_like")
    static let onesLike = Operator("aten::ones_like")
    static let randnLike = Operator("aten::randn_like")
}
