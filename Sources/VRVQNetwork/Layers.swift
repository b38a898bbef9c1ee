/// The layers the published networks are made of. A layer is a description: its name in the checkpoint, its shape,
/// its padding. Weights belong to a backend.
///
/// `slot` numbers the layers of one network from zero, so that a backend can keep what belongs to a layer (packed
/// weights, the last rows of a stream) in an array.

/// One-dimensional convolution, zero-padded, with a bias. Weight [outputs, inputs, kernel].
///
///     y[t][o] = bias[o] + sum over j, i of w[o][i][j] x[t * stride + j * dilation - padLeft][i]
public struct Convolution: Equatable, Sendable {
    /// Number among the layers of the network.
    public var slot: Int
    /// Name in the checkpoint, for example `encoder.block.0`.
    public var name: String
    /// Channels in.
    public var inputs: Int
    /// Channels out.
    public var outputs: Int
    /// Taps.
    public var kernel: Int
    /// Input rows from one output row to the next.
    public var stride = 1
    /// Rows from one tap to the next.
    public var dilation = 1
    /// Zero rows before the first input row.
    public var padLeft = 0
    /// Zero rows after the last input row.
    public var padRight = 0

    /// A convolution from its shape and padding.
    public init(
        slot: Int, name: String, inputs: Int, outputs: Int, kernel: Int, stride: Int = 1, dilation: Int = 1,
        padLeft: Int = 0, padRight: Int = 0
    ) {
        self.slot = slot
        self.name = name
        self.inputs = inputs
        self.outputs = outputs
        self.kernel = kernel
        self.stride = stride
        self.dilation = dilation
        self.padLeft = padLeft
        self.padRight = padRight
    }

    /// Rows that one output row looks at, from its first tap to its last.
    public var span: Int { (kernel - 1) * dilation + 1 }

    /// Output rows of a whole signal of `rows` input rows.
    public func outputRows(_ rows: Int) -> Int {
        let padded = rows + padLeft + padRight
        return padded < span ? 0 : (padded - span) / stride + 1
    }
}

/// One-dimensional transposed convolution with a bias and no output padding. Weight [inputs, outputs, kernel].
///
///     y[u][o] = bias[o] + sum over t, i with 0 <= u + padding - t * stride < kernel of
///               w[i][o][u + padding - t * stride] x[t][i]
public struct TransposedConvolution: Equatable, Sendable {
    /// Number among the layers of the network.
    public var slot: Int
    /// Name in the checkpoint.
    public var name: String
    /// Channels in.
    public var inputs: Int
    /// Channels out.
    public var outputs: Int
    /// Taps.
    public var kernel: Int
    /// Output rows from one input row to the next.
    public var stride: Int
    /// Output rows cut off on each side.
    public var padding: Int

    /// A transposed convolution from its shape and padding.
    public init(slot: Int, name: String, inputs: Int, outputs: Int, kernel: Int, stride: Int, padding: Int) {
        self.slot = slot
        self.name = name
        self.inputs = inputs
        self.outputs = outputs
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
    }

    /// Output rows of a whole signal of `rows` input rows: `rows * stride - 1` for the published odd strides.
    public func outputRows(_ rows: Int) -> Int {
        rows == 0 ? 0 : max(0, (rows - 1) * stride + kernel - 2 * padding)
    }
}

/// Snake activation: y = x + sin²(αx) / (α + 1e-9), one α per channel. Weight [1, channels, 1].
public struct Snake: Equatable, Sendable {
    /// Number among the layers of the network.
    public var slot: Int
    /// Name in the checkpoint.
    public var name: String
    /// Channels.
    public var channels: Int

    /// A Snake of `channels` channels.
    public init(slot: Int, name: String, channels: Int) {
        self.slot = slot
        self.name = name
        self.channels = channels
    }
}

/// Residual unit: x + expand(snake(contract(snake(x)))), a dilated convolution and one of kernel 1.
public struct ResidualUnit: Equatable, Sendable {
    /// Number among the layers, for the sum's own delay.
    public var slot: Int
    /// Activation before the dilated convolution.
    public var firstSnake: Snake
    /// The dilated convolution, C channels to the hidden width.
    public var dilated: Convolution
    /// Activation between the convolutions.
    public var secondSnake: Snake
    /// The convolution of kernel 1 back to C channels.
    public var pointwise: Convolution

    /// A residual unit from its parts.
    public init(slot: Int, firstSnake: Snake, dilated: Convolution, secondSnake: Snake, pointwise: Convolution) {
        self.slot = slot
        self.firstSnake = firstSnake
        self.dilated = dilated
        self.secondSnake = secondSnake
        self.pointwise = pointwise
    }
}

/// One step of a chain.
public enum Layer: Equatable, Sendable {
    /// A convolution.
    case convolution(Convolution)
    /// A transposed convolution.
    case transposedConvolution(TransposedConvolution)
    /// A Snake activation.
    case snake(Snake)
    /// A residual unit.
    case residualUnit(ResidualUnit)
    /// Hyperbolic tangent of every value.
    case tanh
}

/// Hands out layer numbers and builds the layers that repeat.
public struct LayerBuilder {
    private(set) var slots = 0

    /// A builder that starts at slot zero.
    public init() {}

    /// Slots handed out so far.
    public var count: Int { slots }

    mutating func slot() -> Int {
        defer { slots += 1 }
        return slots
    }

    /// A convolution; `padding` on both sides unless `ahead` rows on the right are asked for.
    public mutating func convolution(
        _ name: String, _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, dilation: Int = 1,
        padding: Int? = nil, ahead: Int? = nil
    ) -> Convolution {
        let reach = (kernel - 1) * dilation
        let right = ahead ?? padding ?? reach / 2
        let left = ahead.map { reach - $0 } ?? right
        return Convolution(
            slot: slot(), name: name, inputs: inputs, outputs: outputs, kernel: kernel, stride: stride,
            dilation: dilation, padLeft: left, padRight: right)
    }

    /// A transposed convolution.
    public mutating func transposedConvolution(
        _ name: String, _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int, padding: Int
    ) -> TransposedConvolution {
        TransposedConvolution(
            slot: slot(), name: name, inputs: inputs, outputs: outputs, kernel: kernel, stride: stride,
            padding: padding)
    }

    /// A Snake.
    public mutating func snake(_ name: String, _ channels: Int) -> Snake {
        Snake(slot: slot(), name: name, channels: channels)
    }

    /// A residual unit with kernel 7; symmetric padding unless `ahead` rows of look-ahead are given.
    public mutating func residualUnit(
        _ name: String, channels: Int, hidden: Int? = nil, dilation: Int, ahead: Int? = nil
    ) -> ResidualUnit {
        let hidden = hidden ?? channels
        return ResidualUnit(
            slot: slot(), firstSnake: snake("\(name).block.0", channels),
            dilated: convolution(
                "\(name).block.1", channels, hidden, kernel: 7, dilation: dilation, ahead: ahead),
            secondSnake: snake("\(name).block.2", hidden),
            pointwise: convolution("\(name).block.3", hidden, channels, kernel: 1))
    }

    /// Published encoder block C → 2C: three residual units, Snake, strided convolution of kernel 2s.
    public mutating func encoderBlock(_ name: String, channels: Int, stride: Int) -> [Layer] {
        var layers: [Layer] = []
        for (index, dilation) in [1, 3, 9].enumerated() {
            layers.append(
                .residualUnit(residualUnit("\(name).block.\(index)", channels: channels, dilation: dilation)))
        }
        layers.append(.snake(snake("\(name).block.3", channels)))
        layers.append(
            .convolution(
                convolution(
                    "\(name).block.4", channels, 2 * channels, kernel: 2 * stride, stride: stride,
                    padding: (stride + 1) / 2)))
        return layers
    }

    /// Published decoder block C → C/2: Snake, transposed convolution of kernel 2s, three residual units.
    public mutating func decoderBlock(_ name: String, channels: Int, stride: Int) -> [Layer] {
        let half = channels / 2
        var layers: [Layer] = [
            .snake(snake("\(name).block.0", channels)),
            .transposedConvolution(
                transposedConvolution(
                    "\(name).block.1", channels, half, kernel: 2 * stride, stride: stride,
                    padding: (stride + 1) / 2)),
        ]
        for (index, dilation) in [1, 3, 9].enumerated() {
            layers.append(
                .residualUnit(residualUnit("\(name).block.\(index + 2)", channels: half, dilation: dilation)))
        }
        return layers
    }
}
