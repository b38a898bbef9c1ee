import CTorch

/// One result of an operator.
public enum TorchResult {
    case none
    case tensor(Tensor)
    case int(Int)
    case double(Double)
    case bool(Bool)
    case tensors([Tensor?])

    init(_ value: vt_value) {
        switch vt_tag(value.tag) {
        case VT_TENSOR: self = .tensor(Tensor(owning: value.tensor!))
        case VT_INT: self = .int(Int(value.i))
        case VT_DOUBLE: self = .double(value.d)
        case VT_BOOL: self = .bool(value.i != 0)
        case VT_TENSORS:
            let base = value.ptr!.assumingMemoryBound(to: vt_tensor?.self)
            let handles = UnsafeBufferPointer(start: base, count: Int(value.count))
            self = .tensors(handles.map { $0.map(Tensor.init(owning:)) })
            Torch.loaded.pointee.free_buffer(value.ptr)
        default: self = .none
        }
    }
}

/// A PyTorch operator by schema name and overload, called with ordinary Swift values. Keep it in a `static let`: the
/// name is looked up once.
///
///     static let lerp = Operator("aten::lerp", "Scalar")
///     let y = try lerp(a, b, 0.25)
///
/// Trailing arguments may be left out, `nil` is None, an `Int` stands for a float or for a list of equal sizes where the
/// schema asks for one, enumerations are numbers. A wrong argument is PyTorch's error, not a trap.
public struct Operator: Sendable {
    /// Operators live as long as the process and are not changed.
    nonisolated(unsafe) let handle: vt_operator?
    let missing: TorchError?

    /// An operator; a name that PyTorch does not have is reported by the first call.
    public init(_ name: String, _ overload: String = "") {
        guard let api = Plugin.shared.api else {
            handle = nil
            missing = Plugin.shared.problem
            return
        }
        var found: vt_operator?
        let code = api.pointee.find_operator(name, overload, &found)
        handle = found
        missing = code == VT_OK ? nil : Torch.failure(code)
    }

    /// Why the operator cannot be called, or nil.
    public var defect: TorchError? { missing }

    static let resultCapacity = 8

    /// Calls the operator and leaves its results in `outs`.
    @inline(__always)
    private func invoke<each A: TorchArgument>(
        _ outs: UnsafeMutablePointer<vt_value>, _ arguments: repeat each A
    ) throws(TorchError) -> Int {
        guard let handle else { throw missing! }
        var words = 0
        var count = 0
        for argument in repeat each arguments {
            words += argument.words
            count += 1
        }
        var resultCount: Int32 = 0
        // One piece of stack memory: first the values, two words each, then their lists.
        let code = withUnsafeTemporaryAllocation(of: UInt64.self, capacity: words + 2 * count + 1) { arena in
            let values = UnsafeMutableRawPointer(arena.baseAddress!).assumingMemoryBound(to: vt_value.self)
            var next = arena.baseAddress! + 2 * count
            var index = 0
            for argument in repeat each arguments {
                values[index] = argument.encode(next)
                next += argument.words
                index += 1
            }
            return Torch.loaded.pointee.call(
                handle, values, Int32(count), outs, Int32(Self.resultCapacity), &resultCount)
        }
        withExtendedLifetime((repeat each arguments)) {}
        if code != VT_OK { throw Torch.failure(code) }
        return Int(resultCount)
    }

    /// For operators whose only result is a tensor.
    @discardableResult
    public func callAsFunction<each A: TorchArgument>(_ arguments: repeat each A) throws(TorchError) -> Tensor {
        var outs = (vt_value(), vt_value(), vt_value(), vt_value(), vt_value(), vt_value(), vt_value(), vt_value())
        return try withUnsafeMutablePointer(to: &outs) { (tuple) throws(TorchError) -> Tensor in
            let outs = UnsafeMutableRawPointer(tuple).assumingMemoryBound(to: vt_value.self)
            let count = try invoke(outs, repeat each arguments)
            guard count == 1, outs[0].tag == VT_TENSOR.rawValue else {
                // Taking ownership of what came gives it back at once.
                for i in 0..<count { _ = TorchResult(outs[i]) }
                throw TorchError("an operator called for one tensor gave \(count) results")
            }
            return Tensor(owning: outs[0].tensor!)
        }
    }

    /// For all others: list operators that work in place (no result), several results, numbers.
    @discardableResult
    public func results<each A: TorchArgument>(_ arguments: repeat each A) throws(TorchError) -> [TorchResult] {
        try withUnsafeTemporaryAllocation(of: vt_value.self, capacity: Self.resultCapacity) {
            (outs) throws(TorchError) in
            let count = try invoke(outs.baseAddress!, repeat each arguments)
            return (0..<count).map { TorchResult(outs[$0]) }
        }
    }

    /// For operators with several tensors as results, or one list of tensors.
    public func tensors<each A: TorchArgument>(_ arguments: repeat each A) throws(TorchError) -> [Tensor] {
        var found: [Tensor] = []
        for result in try results(repeat each arguments) {
            switch result {
            case .tensor(let tensor): found.append(tensor)
            case .tensors(let list): found += list.compactMap { $0 }
            default: continue
            }
        }
        return found
    }
}
