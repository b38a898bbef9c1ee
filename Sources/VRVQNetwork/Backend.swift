/// What a network needs of the machine it runs on. The network is written once over this protocol; the engine, the
/// scalar reference, the geometry and the laboratory's autograd each bring their own tensors.
///
/// A tensor is a sequence of rows (time) of channels. A streaming backend may return fewer rows than a layer will
/// give in the end: the rest follows when more input has come.
public protocol Backend {
    /// Rows of channels.
    associatedtype Tensor
    /// One codebook index per row.
    associatedtype Codes
    /// How many stages each row uses.
    associatedtype Depth
    /// What can go wrong while running; `Never` for backends that hold their weights already.
    associatedtype Failure: Error

    /// See `Convolution`.
    mutating func convolution(_ x: Tensor, _ layer: Convolution) throws(Failure) -> Tensor
    /// See `TransposedConvolution`.
    mutating func transposedConvolution(_ x: Tensor, _ layer: TransposedConvolution) throws(Failure) -> Tensor
    /// See `Snake`.
    mutating func snake(_ x: Tensor, _ layer: Snake) throws(Failure) -> Tensor
    /// The sum that closes a residual unit; `slot` is the unit's. A stream delays `skip` to match `branch`.
    mutating func residualSum(_ skip: Tensor, _ branch: Tensor, slot: Int) throws(Failure) -> Tensor
    /// See `ResidualUnit`. Has a default written with the operators above; a backend may fuse it.
    mutating func residualUnit(_ x: Tensor, _ unit: ResidualUnit) throws(Failure) -> Tensor
    /// Hyperbolic tangent of every value.
    mutating func tanh(_ x: Tensor) throws(Failure) -> Tensor
    /// 1 / (1 + exp(-x)) of every value.
    mutating func sigmoid(_ x: Tensor) throws(Failure) -> Tensor

    /// For every row the nearest entry of the codebook; the lowest index on equal distances.
    mutating func nearest(_ projected: Tensor, _ codebook: Codebook) throws(Failure) -> Codes
    /// The codebook's entries (as stored, not normalised). `projected` is what was quantized, for backends whose
    /// gradient goes straight through; nil when decoding.
    mutating func entries(_ codes: Codes, _ codebook: Codebook, projected: Tensor?) throws(Failure) -> Tensor
    /// Element by element difference of two tensors of equal shape.
    mutating func difference(_ x: Tensor, _ y: Tensor) throws(Failure) -> Tensor
    /// `total + contribution` in the rows whose depth exceeds `stage`, `total` in the others; nil is zero.
    mutating func accumulate(
        _ total: Tensor?, _ contribution: Tensor, stage: Int, depth: Depth
    ) throws(Failure) -> Tensor
}

extension Backend {
    /// x + pointwise(snake(dilated(snake(x)))).
    public mutating func residualUnit(_ x: Tensor, _ unit: ResidualUnit) throws(Failure) -> Tensor {
        var branch = try snake(x, unit.firstSnake)
        branch = try convolution(branch, unit.dilated)
        branch = try snake(branch, unit.secondSnake)
        branch = try convolution(branch, unit.pointwise)
        return try residualSum(x, branch, slot: unit.slot)
    }

    /// Runs a chain of layers.
    @inlinable
    public mutating func run(_ layers: some Sequence<Layer>, _ x: Tensor) throws(Failure) -> Tensor {
        var x = x
        for layer in layers {
            switch layer {
            case .convolution(let layer): x = try convolution(x, layer)
            case .transposedConvolution(let layer): x = try transposedConvolution(x, layer)
            case .snake(let layer): x = try snake(x, layer)
            case .residualUnit(let unit): x = try residualUnit(x, unit)
            case .tanh: x = try tanh(x)
            }
        }
        return x
    }
}
