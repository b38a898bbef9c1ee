/// NumPy's arrays in a pickle: `_reconstruct(ndarray, (0,), b'b')`, then the state `(1, shape, dtype, isFortran,
/// content)`, where the element type is `dtype('u2', False, True)` with the state `(3, '<', ...)`.
extension PickleMachine {
    mutating func callNumPy(_ global: PickleGlobal, _ arguments: [PickleValue]) throws(VRVQError) {
        switch global {
        case .newArray:
            guard arguments.first == .global(.arrayClass) else { throw failure("an array of an unknown class") }
            heap.arrays.append(PickleHeap.Array())
            stack.append(.array(heap.arrays.count - 1))
        case .elementTypeClass:
            guard case .string(let code)? = arguments.first, code.utf8.count <= 8 else {
                throw failure("an element type without a name")
            }
            heap.elementTypes.append(.init(code: code, order: ""))
            stack.append(.elementType(heap.elementTypes.count - 1))
        default:
            guard arguments.count == 2, case .string(let text) = arguments[0], arguments[1] == .string("latin1") else {
                throw failure("bytes in an encoding other than Latin-1")
            }
            stack.append(.latinBytes(text))
        }
    }

    mutating func fillArray(_ index: Int, _ state: PickleValue) throws(VRVQError) {
        guard let parts = heap.elements(state), parts.count == 5, let shape = integers(parts[1]), shape.count <= 8,
            case .elementType(let type) = parts[2], case .bool(let isFortran) = parts[3]
        else { throw failure("an array without shape, type or content") }
        heap.arrays[index] = PickleHeap.Array(
            shape: shape, type: heap.elementTypes[type], isFortran: isFortran, content: parts[4])
    }

    mutating func fillElementType(_ index: Int, _ state: PickleValue) throws(VRVQError) {
        guard let parts = heap.elements(state), parts.count >= 2, case .string(let order) = parts[1],
            order.utf8.count <= 1
        else { throw failure("an element type without an order of bytes") }
        heap.elementTypes[index].order = order
    }
}
