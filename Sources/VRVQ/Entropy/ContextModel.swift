/// The weights of payload coding 4 (FORMAT.md, section 6.5): a small network of integers that tells from the codes before
/// in time and from the stages below how likely each code is. It is trained for one network and lies in its model file.
public struct ContextModel: Equatable, Sendable {
    /// Sizes.
    public struct Shape: Equatable, Sendable {
        /// Stages of the network's quantizer.
        public var stages: Int
        /// Entries per codebook.
        public var entries: Int
        /// Width of the vector that stands for a frame.
        public var width: Int
        /// Width of the two layers that see the frames before.
        public var hidden: Int
        /// Width of the layer that sees the stages below too.
        public var inner: Int

        /// A shape.
        public init(stages: Int, entries: Int, width: Int, hidden: Int, inner: Int) {
            (self.stages, self.entries) = (stages, entries)
            (self.width, self.hidden, self.inner) = (width, hidden, inner)
        }
    }

    /// Values that a layer gives are clamped to this, those that are summed up from tables to plus or minus this.
    public static let greatestActivation = 4095
    /// Codebooks beyond this size have no context model.
    public static let maximumEntries = 4096
    /// Layers beyond this width are refused.
    public static let maximumWidth = 256
    /// Lags beyond 2^(lagClasses - 1) are one class.
    public static let lagClasses = 8

    /// The sizes.
    public let shape: Shape
    /// Names the weights: equal ones have equal fingerprints, whatever network they are for.
    public let fingerprint: Fingerprint

    let frame: [Int8]
    let frameDepth: [Int16]
    let first: ContextLayer
    let second: ContextLayer
    let below: [Int8]
    let belowDepth: [Int16]
    let stageHidden: [Int16]
    let stageBelow: [Int16]
    let stageBias: [Int32]
    let output: [Int8]
    let outputBias: [Int16]
    let gate: [Int16]
    let gateBias: [Int32]
    let copies: CopyTables
    let shifts: [Int32]

    /// A model of these numbers, row-major.
    /// - Throws: `badModel` where one is missing, out of its type's range or so great that a sum could overflow.
    public init(_ shape: Shape, _ arrays: [ContextField: [Int]]) throws(VRVQError) {
        try self.init(shape) { (field) throws(VRVQError) in
            guard let values = arrays[field] else { throw Self.error("\(field.rawValue) is missing") }
            guard values.allSatisfy({ field.range.contains($0) }) else {
                throw Self.error("\(field.rawValue) holds numbers beyond \(field.type.rawValue)")
            }
            return values
        }
    }

    init(
        _ shape: Shape, values: (ContextField) throws(VRVQError) -> [Int]
    ) throws(VRVQError) {
        try Self.check(shape)
        var digest = ContextDigest()
        func read<Value: FixedWidthInteger>(_ field: ContextField) throws(VRVQError) -> [Value] {
            let found = try values(field).map { Value(truncatingIfNeeded: $0) }
            guard found.count == field.count(shape) else { throw Self.error("\(field.rawValue) has a wrong size") }
            digest.add(field, shape, found)
            return found
        }
        self.shape = shape
        frame = try read(.frame)
        frameDepth = try read(.frameDepth)
        first = ContextLayer(weights: try read(.firstWeight), bias: try read(.firstBias))
        second = ContextLayer(weights: try read(.secondWeight), bias: try read(.secondBias))
        below = try read(.below)
        belowDepth = try read(.belowDepth)
        stageHidden = try read(.stageHidden)
        stageBelow = try read(.stageBelow)
        stageBias = try read(.stageBias)
        output = try read(.output)
        outputBias = try read(.outputBias)
        gate = try read(.gate)
        gateBias = try read(.gateBias)
        copies = CopyTables(
            lag: try read(.copyLag), below: try read(.copyBelow), last: try read(.copyLast),
            before: try read(.copyBefore))
        shifts = try read(.shifts)
        fingerprint = digest.fingerprint
        try checkSums()
    }

    /// How far the sums of a stage's layer, of its scores and of its gate are shifted down.
    func shifts(ofStage stage: Int) -> (inner: Int, output: Int, gate: Int) {
        let base = 2 + 3 * stage
        return (Int(shifts[base]), Int(shifts[base + 1]), Int(shifts[base + 2]))
    }

    static func error(_ problem: String) -> VRVQError { VRVQError(.badModel, "the entropy model: \(problem)") }
}

/// How much a past frame's code counts, in 256ths of a power of two, by stage and what that frame has in common with the
/// one at hand.
struct CopyTables: Equatable, Sendable {
    /// By class of the distance in time.
    let lag: [Int16]
    /// By how many of the stages below agree.
    let below: [Int16]
    /// By whether the stage just below agrees.
    let last: [Int16]
    /// By how many stages of the frames before the two agree.
    let before: [Int16]
}

// MARK: - Bounds

extension ContextModel {
    private static func check(_ shape: Shape) throws(VRVQError) {
        let sizes = [shape.width, shape.hidden, shape.inner]
        guard (1...Limits.maximumStages).contains(shape.stages), (2...maximumEntries).contains(shape.entries),
            sizes.allSatisfy({ (1...maximumWidth).contains($0) })
        else { throw error("impossible sizes \(shape)") }
    }

    /// Proves that no sum of the network can leave 32 bits: every input is at most `greatestActivation`.
    private func checkSums() throws(VRVQError) {
        guard shifts.allSatisfy({ (0...30).contains($0) }) else { throw Self.error("a shift beyond 30") }
        try check([first.weights], first.bias, blocks: 1, "first layer")
        try check([second.weights], second.bias, blocks: 1, "second layer")
        try check([stageHidden, stageBelow], stageBias, blocks: shape.stages, "stage layers")
        // Scores need no look: 256 products of at most 2^7 times 2^12. The gate is summed in 64 bits.
    }

    /// - Parameters:
    ///   - matrices: one behind the other for each block, all with the outputs that the biases are for.
    private func check(
        _ matrices: [[Int16]], _ bias: [Int32], blocks: Int, _ name: String
    ) throws(VRVQError) {
        let outputs = bias.count / blocks
        var sums = bias.map { Int($0.magnitude) }
        for weights in matrices {
            let size = weights.count / blocks
            for (index, weight) in weights.enumerated() {
                sums[index / size * outputs + index % outputs] += Int(weight.magnitude) * Self.greatestActivation
            }
        }
        guard sums.allSatisfy({ $0 <= Int(Int32.max) }) else { throw Self.error("sums of its \(name) could overflow") }
    }
}

/// A layer's weights `[inputs][outputs]` and biases.
struct ContextLayer: Equatable, Sendable {
    let weights: [Int16]
    let bias: [Int32]
}
