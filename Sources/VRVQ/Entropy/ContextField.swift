/// The arrays of a context model (FORMAT.md, section 6.5.5), under the names that they have in a model file behind
/// `entropy.`. Weights are [inputs][outputs].
public enum ContextField: String, CaseIterable, Sendable {
    /// A code's share of the vector of its frame, by stage and code.
    case frame
    /// The depth's share of the same.
    case frameDepth = "frame.depth"
    /// First layer: what the four vectors of the past become.
    case firstWeight = "first.weight"
    /// Its biases.
    case firstBias = "first.bias"
    /// Second layer.
    case secondWeight = "second.weight"
    /// Its biases.
    case secondBias = "second.bias"
    /// A code's share of what the stages above it see of their own frame; none for the last stage.
    case below
    /// The depth's share of the same.
    case belowDepth = "below.depth"
    /// By stage, the layer before the scores: weights of the second layer's values.
    case stageHidden = "stage.hidden"
    /// Weights of the stages below.
    case stageBelow = "stage.below"
    /// Biases of both.
    case stageBias = "stage.bias"
    /// By stage and code, the scores.
    case output = "output.weight"
    /// Their biases.
    case outputBias = "output.bias"
    /// By stage, how much copies count.
    case gate = "gate.weight"
    /// Its bias.
    case gateBias = "gate.bias"
    /// See `CopyTables`.
    case copyLag = "copy.lag"
    /// See `CopyTables`.
    case copyBelow = "copy.below"
    /// See `CopyTables`.
    case copyLast = "copy.last"
    /// See `CopyTables`.
    case copyBefore = "copy.before"
    /// Shifts of the first and second layer, then for each stage of its layer, its scores and its gate.
    case shifts

    /// How it is stored.
    public var type: ElementType {
        switch self {
        case .frame, .below, .output: .int8
        case .firstBias, .secondBias, .stageBias, .gateBias, .shifts: .int32
        default: .int16
        }
    }

    /// Its sizes in a model.
    public func shape(_ shape: ContextModel.Shape) -> [Int] {
        let (stages, entries) = (shape.stages, shape.entries)
        return switch self {
        case .frame: [stages, entries, shape.width]
        case .frameDepth: [stages + 1, shape.width]
        case .firstWeight: [4 * shape.width, shape.hidden]
        case .firstBias, .secondBias: [shape.hidden]
        case .secondWeight: [shape.hidden, shape.hidden]
        case .below: [stages - 1, entries, shape.inner]
        case .belowDepth: [stages + 1, shape.inner]
        case .stageHidden: [stages, shape.hidden, shape.inner]
        case .stageBelow: [stages, shape.inner, shape.inner]
        case .stageBias, .gate: [stages, shape.inner]
        case .output: [stages, shape.inner, entries]
        case .outputBias: [stages, entries]
        case .gateBias: [stages]
        case .copyLag: [stages, ContextModel.lagClasses]
        case .copyBelow, .copyBefore: [stages, stages + 1]
        case .copyLast: [stages, 2]
        case .shifts: [2 + 3 * stages]
        }
    }

    /// Numbers in it.
    public func count(_ shape: ContextModel.Shape) -> Int { self.shape(shape).reduce(1, *) }

    /// Numbers that its type holds.
    var range: ClosedRange<Int> {
        let half = 1 << (8 * type.size - 1)
        return -half...half - 1
    }

    /// Its name in a model file.
    var name: String { "entropy.\(rawValue)" }
}

/// Gathers what the fingerprint of a context model is made from: lines of ASCII, each ended by a line feed.
///
///     vrvq-context-1
///     <field> <type> <shape> <hash>
///
/// one of the latter for each of `ContextField`, in that order: type as in safetensors, sizes joined by `,`, and the
/// SHA-256 of the values (little-endian, row-major). The fingerprint is the first 8 bytes of the SHA-256 of these lines.
struct ContextDigest {
    private var lines: [ContextField: String] = [:]

    mutating func add(_ field: ContextField, _ shape: ContextModel.Shape, _ values: [some FixedWidthInteger]) {
        let sizes = field.shape(shape).map(String.init).joined(separator: ",")
        let hash = values.map(\.littleEndian).withUnsafeBytes { SHA256.digest($0) }
        lines[field] = "\(field.rawValue) \(field.type.rawValue) \(sizes) \(SHA256.hexadecimal(hash))\n"
    }

    var fingerprint: Fingerprint {
        let text = "vrvq-context-1\n" + ContextField.allCases.map { lines[$0] ?? "" }.joined()
        return Fingerprint(bytes: Array(text.utf8).withUnsafeBytes { SHA256.digest($0) }.prefix(8))
    }
}
