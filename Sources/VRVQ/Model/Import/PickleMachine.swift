/// Builds the value of a pickle from the opcodes that PyTorch's checkpoints use. Nothing is executed: globals are
/// looked for in a fixed list, and calls build one of four kinds of value. Everything else is one error.
struct PickleMachine {
    /// Checkpoints' pickles beyond this many bytes are refused; those of the published models take under 100 kB.
    static let sizeLimit = 8 << 20

    var heap = PickleHeap()
    /// What the pickle belongs to, for messages.
    let what: String
    private let dialect: PickleDialect
    private let bytes: [UInt8]
    private var position = 0
    var stack: [PickleValue] = []
    /// Heights of the stack at the open marks.
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]

    init(
        _ bytes: [UInt8], _ dialect: PickleDialect = .torch, what: String = "the checkpoint", limit: Int = sizeLimit
    ) throws(VRVQError) {
        guard bytes.count <= limit else {
            throw VRVQError(.limitExceeded, "a pickle of \(bytes.count) bytes is more than is read")
        }
        self.bytes = bytes
        self.what = what
        self.dialect = dialect
    }

    /// The bytes of a value that stands for some; nil for any other.
    func content(_ value: PickleValue) -> [UInt8]? {
        switch value {
        case .bytes(let range): return Array(bytes[range])
        case .latinBytes(let text):
            let scalars = text.unicodeScalars
            guard scalars.allSatisfy({ $0.value < 256 }) else { return nil }
            return scalars.map { UInt8($0.value) }
        default: return nil
        }
    }

    /// Runs to the end and gives the value.
    mutating func run() throws(VRVQError) -> PickleValue {
        while true {
            let opcode = try byte()
            if opcode == UInt8(ascii: ".") { return try pop() }
            try step(opcode)
        }
    }

    private mutating func step(_ opcode: UInt8) throws(VRVQError) {
        if try constant(opcode) { return }
        if try container(opcode) { return }
        if try memory(opcode) { return }
        switch opcode {
        case UInt8(ascii: "c"):
            try pushGlobal(module: try line(), name: try line())
        case 0x93:
            guard case .string(let name) = try pop(), case .string(let module) = try pop() else {
                throw failure("a global without a name")
            }
            try pushGlobal(module: module, name: name)
        case UInt8(ascii: "R"): try call()
        case UInt8(ascii: "Q"): try persistentLoad()
        case UInt8(ascii: "b"): try build()
        default:
            throw VRVQError(
                .unsupported, "\(what)'s pickle uses opcode 0x\(String(opcode, radix: 16)), which is not read",
                offset: position - 1)
        }
    }

    func failure(_ reason: String) -> VRVQError {
        VRVQError(.malformed, "\(what)'s pickle is damaged: \(reason)", offset: position)
    }
}

// MARK: - Bytes and stack

extension PickleMachine {
    private mutating func byte() throws(VRVQError) -> UInt8 {
        guard position < bytes.count else {
            throw VRVQError(.truncated, "\(what)'s pickle ends early", offset: position)
        }
        position += 1
        return bytes[position - 1]
    }

    private mutating func take(_ count: Int) throws(VRVQError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.count - position else {
            throw VRVQError(.truncated, "\(what)'s pickle ends early", offset: position)
        }
        position += count
        return bytes[position - count..<position]
    }

    /// A little-endian unsigned integer.
    private mutating func integer(_ width: Int) throws(VRVQError) -> Int {
        let value = try take(width).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let result = Int(exactly: value) else { throw failure("a count out of range") }
        return result
    }

    private mutating func text(_ count: Int) throws(VRVQError) -> String {
        guard let text = String(validating: try take(count), as: UTF8.self) else { throw failure("text not in UTF-8") }
        return text
    }

    private mutating func line() throws(VRVQError) -> String {
        guard let end = bytes[position...].firstIndex(of: 0x0A) else { throw failure("a line without an end") }
        let line = try text(end - position)
        position += 1
        return line
    }

    mutating func pop() throws(VRVQError) -> PickleValue {
        guard stack.count > (marks.last ?? 0), let value = stack.popLast() else { throw failure("an empty stack") }
        return value
    }

    func top() throws(VRVQError) -> PickleValue {
        guard stack.count > (marks.last ?? 0), let value = stack.last else { throw failure("an empty stack") }
        return value
    }

    /// Everything above the last mark.
    private mutating func popToMark() throws(VRVQError) -> [PickleValue] {
        guard let mark = marks.popLast() else { throw failure("no mark") }
        let values = Array(stack[mark...])
        stack.removeSubrange(mark...)
        return values
    }
}

// MARK: - Opcodes

extension PickleMachine {
    /// Numbers, texts and other constants; false for an opcode of another kind.
    private mutating func constant(_ opcode: UInt8) throws(VRVQError) -> Bool {
        switch opcode {
        case 0x80: _ = try byte()
        case 0x95: _ = try take(8)
        case UInt8(ascii: "N"): stack.append(.none)
        case 0x88: stack.append(.bool(true))
        case 0x89: stack.append(.bool(false))
        case UInt8(ascii: "K"): stack.append(.integer(Int64(try integer(1))))
        case UInt8(ascii: "M"): stack.append(.integer(Int64(try integer(2))))
        case UInt8(ascii: "J"):
            stack.append(.integer(Int64(Int32(truncatingIfNeeded: try integer(4)))))
        case 0x8A: stack.append(.integer(try long(Int(try byte()))))
        case UInt8(ascii: "G"):
            let bits = try take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            stack.append(.number(Double(bitPattern: bits)))
        case UInt8(ascii: "X"), UInt8(ascii: "T"): stack.append(.string(try text(try integer(4))))
        case 0x8C, UInt8(ascii: "U"): stack.append(.string(try text(try integer(1))))
        case 0x8D: stack.append(.string(try text(try integer(8))))
        case UInt8(ascii: "C"): try bytesValue(width: 1)
        case UInt8(ascii: "B"): try bytesValue(width: 4)
        case 0x8E: try bytesValue(width: 8)
        default: return false
        }
        return true
    }

    private mutating func bytesValue(width: Int) throws(VRVQError) {
        let content = try take(try integer(width))
        stack.append(.bytes(content.startIndex..<content.endIndex))
    }

    /// A two's complement integer of at most 8 bytes.
    private mutating func long(_ count: Int) throws(VRVQError) -> Int64 {
        guard count <= 8 else { throw failure("an integer beyond 64 bits") }
        let digits = try take(count)
        let start: UInt64 = (digits.last ?? 0) >= 0x80 ? .max : 0
        return Int64(bitPattern: digits.reversed().reduce(start) { $0 << 8 | UInt64($1) })
    }

    /// Tuples, lists, dictionaries and the stack itself.
    private mutating func container(_ opcode: UInt8) throws(VRVQError) -> Bool {
        switch opcode {
        case UInt8(ascii: "("): marks.append(stack.count)
        case UInt8(ascii: "0"): _ = try pop()
        case UInt8(ascii: "1"): _ = try popToMark()
        case UInt8(ascii: "2"): stack.append(try top())
        case UInt8(ascii: ")"): stack.append(heap.tuple([]))
        case UInt8(ascii: "t"): stack.append(heap.tuple(try popToMark()))
        case 0x85...0x87:
            var values: [PickleValue] = []
            for _ in 0x85...opcode { values.insert(try pop(), at: 0) }
            stack.append(heap.tuple(values))
        case UInt8(ascii: "]"): stack.append(heap.list([]))
        case UInt8(ascii: "l"): stack.append(heap.list(try popToMark()))
        case UInt8(ascii: "a"):
            let value = try pop()
            try append([value])
        case UInt8(ascii: "e"): try append(try popToMark())
        case UInt8(ascii: "}"): stack.append(heap.dictionary())
        case UInt8(ascii: "d"):
            let items = try popToMark()
            stack.append(heap.dictionary())
            try set(items)
        case UInt8(ascii: "s"):
            let value = try pop()
            try set([try pop(), value])
        case UInt8(ascii: "u"): try set(try popToMark())
        default: return false
        }
        return true
    }

    private mutating func append(_ values: [PickleValue]) throws(VRVQError) {
        guard case .list(let index) = try top() else { throw failure("an element without a list") }
        heap.lists[index] += values
    }

    /// Adds keys and values, in turn, to the dictionary on top.
    private mutating func set(_ items: [PickleValue]) throws(VRVQError) {
        guard case .dictionary(let index) = try top(), items.count % 2 == 0 else {
            throw failure("a member without a dictionary")
        }
        for item in stride(from: 0, to: items.count, by: 2) {
            heap.dictionaries[index].append((items[item], items[item + 1]))
        }
    }

    private mutating func memory(_ opcode: UInt8) throws(VRVQError) -> Bool {
        switch opcode {
        case UInt8(ascii: "q"): memo[try integer(1)] = try top()
        case UInt8(ascii: "r"): memo[try integer(4)] = try top()
        case 0x94: memo[memo.count] = try top()
        case UInt8(ascii: "h"): try recall(try integer(1))
        case UInt8(ascii: "j"): try recall(try integer(4))
        default: return false
        }
        return true
    }

    private mutating func recall(_ index: Int) throws(VRVQError) {
        guard let value = memo[index] else { throw failure("a reference to nothing") }
        stack.append(value)
    }
}

// MARK: - What stands for objects

extension PickleMachine {
    private mutating func pushGlobal(module: String, name: String) throws(VRVQError) {
        guard let global = PickleGlobal(module: module, name: name, dialect) else {
            throw VRVQError(
                .unsupported,
                "\(what) wants \(module.printable).\(name.printable), which is not read from a pickle; "
                    + "nothing was run",
                offset: position)
        }
        stack.append(.global(global))
    }

    private mutating func call() throws(VRVQError) {
        guard let arguments = heap.elements(try pop()), case .global(let global) = try pop() else {
            throw failure("a call of what cannot be called")
        }
        switch global {
        case .orderedDictionary:
            guard arguments.isEmpty else { throw failure("an OrderedDict with arguments") }
            stack.append(heap.dictionary())
        case .rebuildTensor: stack.append(try tensor(arguments))
        case .rebuildParameter:
            guard let value = arguments.first, case .tensor = value else {
                throw failure("a parameter without a tensor")
            }
            stack.append(value)
        case .storage, .arrayClass: throw failure("a call of what cannot be called")
        case .newArray, .elementTypeClass, .encode: try callNumPy(global, arguments)
        }
    }

    /// `('storage', kind, key, device, count)`.
    private mutating func persistentLoad() throws(VRVQError) {
        guard let parts = heap.elements(try pop()), parts.count == 5, parts[0] == .string("storage"),
            case .global(.storage(let type)) = parts[1], case .string(let key) = parts[2],
            let count = parts[4].intValue, (0...1 << 40).contains(count)
        else { throw failure("a reference to something that is not a storage") }
        heap.storages.append(.init(type: type, key: key, count: count))
        stack.append(.storage(heap.storages.count - 1))
    }

    /// `(storage, offset, shape, strides, ...)`. The view must lie within its storage and hold no more elements.
    private mutating func tensor(_ arguments: [PickleValue]) throws(VRVQError) -> PickleValue {
        guard arguments.count >= 4, case .storage(let index) = arguments[0], let offset = arguments[1].intValue,
            let shape = integers(arguments[2]), let strides = integers(arguments[3]),
            shape.count == strides.count, shape.count <= 8
        else { throw failure("a tensor without storage, shape or strides") }
        let storage = heap.storages[index]
        guard let count = Safetensors.elementCount(shape), count <= storage.count, (0...storage.count).contains(offset),
            strides.allSatisfy({ (0...1 << 40).contains($0) })
        else { throw failure("a tensor larger than its storage") }
        // Sizes fit 2^40 each and strides likewise only one axis at a time: sum with care.
        var last = offset
        for (size, step) in zip(shape, strides) where size > 1 && count > 0 {
            let (reach, overflow) = (size - 1).multipliedReportingOverflow(by: step)
            guard !overflow, reach <= storage.count else { throw failure("a tensor beyond its storage") }
            last += reach
        }
        guard count == 0 || last < storage.count else { throw failure("a tensor beyond its storage") }
        heap.tensors.append(.init(storage: storage, offset: offset, shape: shape, strides: strides))
        return .tensor(heap.tensors.count - 1)
    }

    func integers(_ value: PickleValue) -> [Int]? {
        guard let elements = heap.elements(value), elements.count <= 8 else { return nil }
        let integers = elements.compactMap(\.intValue)
        return integers.count == elements.count ? integers : nil
    }

    /// The state of an object. An ordered dictionary's are attributes, which do not matter.
    private mutating func build() throws(VRVQError) {
        let state = try pop()
        switch try top() {
        case .dictionary: break
        case .array(let index): try fillArray(index, state)
        case .elementType(let index): try fillElementType(index, state)
        default: throw failure("the state of an unknown object")
        }
    }
}
