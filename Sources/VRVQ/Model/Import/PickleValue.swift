/// A value that a pickle builds. Containers are numbers into a `PickleHeap`, so that no nesting and no cycle of a
/// foreign file can make this program recurse or leak.
enum PickleValue: Equatable {
    case none
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    /// Where they lie in the pickle.
    case bytes(Range<Int>)
    /// Bytes that old protocols write as a text in Latin-1.
    case latinBytes(String)
    case tuple(Int)
    case list(Int)
    case dictionary(Int)
    case global(PickleGlobal)
    case storage(Int)
    case tensor(Int)
    case array(Int)
    case elementType(Int)

    var intValue: Int? {
        guard case .integer(let value) = self else { return nil }
        return Int(exactly: value)
    }
}

/// Whose pickles are read.
enum PickleDialect {
    /// `torch.save`.
    case torch
    /// `numpy.save` of objects.
    case numpy
}

/// The globals that a pickle may name. None is looked up or run: each only says which value to build.
enum PickleGlobal: Equatable {
    case orderedDictionary
    case rebuildTensor
    case rebuildParameter
    case storage(ElementType)
    /// NumPy's empty array, to be filled by a state.
    case newArray
    case arrayClass
    case elementTypeClass
    /// `_codecs.encode`, by which old protocols write bytes.
    case encode

    /// The global of a module and a name, or nil for any that the dialect does not know.
    init?(module: String, name: String, _ dialect: PickleDialect) {
        let known = dialect == .torch ? Self.torch(module, name) : Self.numpy(module, name)
        guard let known else { return nil }
        self = known
    }

    private static func numpy(_ module: String, _ name: String) -> PickleGlobal? {
        switch (module, name) {
        // The module's name since NumPy 2, and before.
        case ("numpy._core.multiarray", "_reconstruct"), ("numpy.core.multiarray", "_reconstruct"): .newArray
        case ("numpy", "ndarray"): .arrayClass
        case ("numpy", "dtype"): .elementTypeClass
        case ("_codecs", "encode"): .encode
        default: nil
        }
    }

    private static func torch(_ module: String, _ name: String) -> PickleGlobal? {
        switch (module, name) {
        case ("collections", "OrderedDict"): .orderedDictionary
        case ("torch._utils", "_rebuild_tensor_v2"): .rebuildTensor
        case ("torch._utils", "_rebuild_parameter"): .rebuildParameter
        case ("torch", _): storages[name].map { .storage($0) }
        default: nil
        }
    }

    private static let storages: [String: ElementType] = [
        "DoubleStorage": .float64, "FloatStorage": .float32, "HalfStorage": .float16, "BFloat16Storage": .bfloat16,
        "LongStorage": .int64, "IntStorage": .int32, "ShortStorage": .int16, "CharStorage": .int8,
        "ByteStorage": .uint8, "BoolStorage": .bool,
    ]
}

/// The containers of a pickle, by number.
struct PickleHeap {
    /// A block of numbers kept beside the pickle.
    struct Storage {
        let type: ElementType
        let key: String
        let count: Int
    }

    /// A view of a storage, in elements.
    struct Tensor {
        let storage: Storage
        let offset: Int
        let shape: [Int]
        let strides: [Int]
    }

    /// A NumPy array: its shape, its element type and its bytes or objects.
    struct Array {
        var shape: [Int] = []
        var type = ElementName()
        var isFortran = false
        var content = PickleValue.none
    }

    /// A NumPy element type: a code such as `u2`, and the order of its bytes.
    struct ElementName {
        var code = ""
        var order = ""
    }

    var arrays: [Array] = []
    var elementTypes: [ElementName] = []
    var tuples: [[PickleValue]] = []
    var lists: [[PickleValue]] = []
    var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
    var storages: [Storage] = []
    var tensors: [Tensor] = []

    mutating func tuple(_ values: [PickleValue]) -> PickleValue {
        tuples.append(values)
        return .tuple(tuples.count - 1)
    }

    mutating func list(_ values: [PickleValue]) -> PickleValue {
        lists.append(values)
        return .list(lists.count - 1)
    }

    mutating func dictionary() -> PickleValue {
        dictionaries.append([])
        return .dictionary(dictionaries.count - 1)
    }

    /// Elements of a tuple or a list.
    func elements(_ value: PickleValue) -> [PickleValue]? {
        switch value {
        case .tuple(let index): tuples[index]
        case .list(let index): lists[index]
        default: nil
        }
    }

    /// Value of a text key of a dictionary; the last one written counts.
    func member(_ key: String, of value: PickleValue) -> PickleValue? {
        guard case .dictionary(let index) = value else { return nil }
        return dictionaries[index].last { $0.key == .string(key) }?.value
    }

    /// A simple value, or a list of simple values, as JSON; nil for anything else.
    func json(_ value: PickleValue, inside: Bool = false) -> JSON? {
        switch value {
        case .none: return .null
        case .bool(let value): return .bool(value)
        case .integer(let value): return .integer(value)
        case .number(let value): return .number(value)
        case .string(let value): return .string(value)
        case .tuple, .list:
            guard !inside, let elements = elements(value), elements.count <= 64 else { return nil }
            let values = elements.compactMap { json($0, inside: true) }
            return values.count == elements.count ? .array(values) : nil
        default: return nil
        }
    }
}
