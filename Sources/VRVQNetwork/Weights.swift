/// What can be wrong with the weights of a network.
public enum WeightError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No array of that name.
    case missing(String)
    /// An array whose shape is not the layer's.
    case shape(name: String, expected: [Int], found: [Int])
    /// An array that cannot be read: a kind of number this build does not know, a NaN where none may be.
    case unreadable(name: String, reason: String)

    /// One sentence.
    public var description: String {
        switch self {
        case .missing(let name): "the model lacks \(name)"
        case .shape(let name, let expected, let found): "\(name) has shape \(found) where \(expected) is needed"
        case .unreadable(let name, let reason): "\(name) cannot be read: \(reason)"
        }
    }
}

/// Arrays by checkpoint name. Values are float32, row-major, made when asked for, so that a large file need not be
/// in memory twice.
public protocol WeightSource: Sendable {
    /// Shape of an array, or nil where there is none of that name.
    func shape(of name: String) -> [Int]?
    /// The values of an array.
    func values(of name: String) throws(WeightError) -> [Float]
}

/// Arrays in memory.
public struct WeightDictionary: WeightSource {
    /// Shape and values by name.
    public var arrays: [String: (shape: [Int], values: [Float])]

    /// Arrays in memory.
    public init(_ arrays: [String: (shape: [Int], values: [Float])] = [:]) { self.arrays = arrays }

    /// Shape of an array, or nil where there is none of that name.
    public func shape(of name: String) -> [Int]? { arrays[name]?.shape }

    /// The values of an array.
    public func values(of name: String) throws(WeightError) -> [Float] {
        guard let array = arrays[name] else { throw .missing(name) }
        return array.values
    }
}

extension WeightSource {
    /// The values of an array that must have this shape.
    public func values(of name: String, shape expected: [Int]) throws(WeightError) -> [Float] {
        guard let found = shape(of: name) else { throw .missing(name) }
        guard found == expected else { throw .shape(name: name, expected: expected, found: found) }
        let values = try values(of: name)
        guard values.count == expected.reduce(1, *) else {
            throw .unreadable(name: name, reason: "\(values.count) values do not make \(expected)")
        }
        return values
    }

    /// A kernel in float32: as stored when folded, else folded in double precision and rounded once.
    public func kernel(_ name: String, shape: [Int]) throws(WeightError) -> [Float] {
        if self.shape(of: "\(name).weight") != nil { return try values(of: "\(name).weight", shape: shape) }
        return try foldedKernel(name, shape: shape).map { Float($0) }
    }

    /// A kernel in double precision: w = g v / |v|, one norm per index of the first axis, which is the output
    /// channel of a convolution and the *input* channel of a transposed one.
    public func foldedKernel(_ name: String, shape: [Int]) throws(WeightError) -> [Double] {
        if self.shape(of: "\(name).weight") != nil {
            return try values(of: "\(name).weight", shape: shape).map { Double($0) }
        }
        let spelling = WeightNormSpelling.allCases.first { self.shape(of: name + $0.direction) != nil }
        guard let spelling else { throw .missing("\(name).weight") }
        let direction = try values(of: name + spelling.direction, shape: shape)
        let magnitude = try values(
            of: name + spelling.magnitude, shape: [shape[0]] + Array(repeating: 1, count: shape.count - 1))
        let inner = direction.count / shape[0]
        var folded = [Double](repeating: 0, count: direction.count)
        for row in 0..<shape[0] {
            let range = row * inner..<(row + 1) * inner
            let norm = direction[range].reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
            for index in range { folded[index] = Double(magnitude[row]) * Double(direction[index]) / norm }
        }
        return folded
    }
}

/// The two ways in which weight-normalised kernels are named in checkpoints.
public enum WeightNormSpelling: CaseIterable, Sendable {
    /// `weight_g` and `weight_v`.
    case classic
    /// `parametrizations.weight.original0` and `original1`.
    case parametrized

    /// Suffix of the magnitude g.
    public var magnitude: String {
        self == .classic ? ".weight_g" : ".parametrizations.weight.original0"
    }
    /// Suffix of the direction v.
    public var direction: String {
        self == .classic ? ".weight_v" : ".parametrizations.weight.original1"
    }
}

/// One array that a network needs.
public struct Parameter: Equatable, Sendable {
    /// What an array is to its layer.
    public enum Kind: Sendable {
        /// A kernel, which a checkpoint may store as magnitude and direction.
        case kernel
        /// A bias.
        case bias
        /// Snake's α.
        case alpha
        /// A codebook.
        case codebook
    }
    /// The part of the network that it belongs to.
    public enum Part: String, CaseIterable, Sendable {
        /// Samples to latents.
        case encoder
        /// The stages.
        case quantizer
        /// The importance subnet.
        case importance
        /// Latents to samples.
        case decoder
    }
    /// Name in the checkpoint, folded spelling.
    public var name: String
    /// Shape, row-major.
    public var shape: [Int]
    /// What it is to its layer.
    public var kind: Kind
    /// The part that it belongs to.
    public var part: Part
    /// Values.
    public var count: Int { shape.reduce(1, *) }
    /// Values when magnitude and direction are stored apart.
    public var storedCount: Int { kind == .kernel ? count + shape[0] : count }
}

extension Network {
    /// Every array that the network needs, in the order of its layers.
    public var parameters: [Parameter] {
        var list: [Parameter] = []
        for layer in featureLayers + latentLayers { list += layer.parameters(.encoder) }
        for stage in quantizer.stages { list += stage.parameters }
        for layer in importanceLayers ?? [] { list += layer.parameters(.importance) }
        for layer in decoderLayers { list += layer.parameters(.decoder) }
        return list
    }
}

extension QuantizerStage {
    /// The arrays that the stage needs.
    public var parameters: [Parameter] {
        let table = Parameter(
            name: "\(codebook.name).weight", shape: [codebook.entries, codebook.dimensions], kind: .codebook,
            part: .quantizer)
        return Layer.convolution(project).parameters(.quantizer) + [table]
            + Layer.convolution(expand).parameters(.quantizer)
    }
}

extension Layer {
    /// The arrays that the layer needs, as belonging to a part of the network.
    public func parameters(_ part: Parameter.Part) -> [Parameter] {
        switch self {
        case .convolution(let layer):
            kernelAndBias(layer.name, [layer.outputs, layer.inputs, layer.kernel], layer.outputs, part)
        case .transposedConvolution(let layer):
            kernelAndBias(layer.name, [layer.inputs, layer.outputs, layer.kernel], layer.outputs, part)
        case .snake(let layer):
            [Parameter(name: "\(layer.name).alpha", shape: [1, layer.channels, 1], kind: .alpha, part: part)]
        case .residualUnit(let unit):
            Layer.snake(unit.firstSnake).parameters(part) + Layer.convolution(unit.dilated).parameters(part)
                + Layer.snake(unit.secondSnake).parameters(part) + Layer.convolution(unit.pointwise).parameters(part)
        case .tanh: []
        }
    }

    private func kernelAndBias(_ name: String, _ shape: [Int], _ outputs: Int, _ part: Parameter.Part) -> [Parameter] {
        [
            Parameter(name: "\(name).weight", shape: shape, kind: .kernel, part: part),
            Parameter(name: "\(name).bias", shape: [outputs], kind: .bias, part: part),
        ]
    }
}
