/// A value that a pickle builds. Containers are numbers into a `PickleHeap`, so that no nesting and no cycle of a
/// foreign file can make this program recurse or leak.
enum PickleValue: Equatable {
    case none
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case bytes
    case tuple(Int)
    case list(Int)
    case dictionary(Int)
    case global(PickleGlobal)
    case storage(Int)
    case tensor(Int)

    var intValue: Int? {
        guard case .integer(let value) = self else { return nil }
        return Int(exactly: value)
    }
}

/// The globals that a checkpoint may name. None is looked up or run: each only says which value to build.
enum PickleGlobal: Equatable {
    case orderedDictionary
    case rebuildTensor
    case rebuildParameter
    case storage(ElementType)

    /// The global of a module and a name, or nil for any that is not known.
    init?(module: String, name: String) {
        switch (module, name) {
        case ("collections", "OrderedDict"): self = .orderedDictionary
        case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
        case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
        case ("torch", _):
            guard let type = Self.storages[name] else { return nil }
            self = .storage(type)
        default: return nil
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
