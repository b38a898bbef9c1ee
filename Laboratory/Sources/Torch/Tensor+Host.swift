import CTorch

// Copies between host memory and tensors.
extension Tensor {
    /// A tensor of these values, row-major, in the elements' own kind, on the host.
    /// - Precondition: `shape` has as many elements as there are values.
    public convenience init<Element: TensorElement>(_ values: [Element], _ shape: [Int]) throws(TorchError) {
        let api = try Torch.api()
        var handle: vt_tensor?
        let code = values.withUnsafeBytes { Self.copy($0, Element.dtype, shape, api, &handle) }
        try Torch.check(code)
        self.init(owning: handle!)
    }

    /// A tensor of one dimension.
    public convenience init<Element: TensorElement>(_ values: [Element]) throws(TorchError) {
        try self.init(values, [values.count])
    }

    /// A tensor from raw memory in the machine's byte order, such as an array of a safetensors file.
    /// - Precondition: `bytes` has the size that kind and shape ask for.
    public convenience init(
        bytes: UnsafeRawBufferPointer, _ dtype: DType, _ shape: [Int]
    ) throws(TorchError) {
        let api = try Torch.api()
        var handle: vt_tensor?
        try Torch.check(Self.copy(bytes, dtype, shape, api, &handle))
        self.init(owning: handle!)
    }

    private static func copy(
        _ bytes: UnsafeRawBufferPointer, _ dtype: DType, _ shape: [Int], _ api: UnsafePointer<vt_api>,
        _ out: inout vt_tensor?
    ) -> Int32 {
        precondition(
            bytes.count == shape.reduce(1, *) * dtype.bytes, "\(bytes.count) bytes for shape \(shape) of \(dtype)")
        return api.pointee.from_host(
            bytes.baseAddress, dtype.rawValue, shape.map { Int64($0) }, Int32(shape.count), &out)
    }

    /// The values in row-major order, converted to the type asked for; waits for the device.
    public func values<Element: TensorElement>(as type: Element.Type = Element.self) throws(TorchError) -> [Element] {
        let source = try to(Element.dtype)
        let count = source.count
        var code = Int32(VT_OK)
        let values = [Element](unsafeUninitializedCapacity: count) { buffer, filled in
            code = Torch.loaded.pointee.to_host(
                source.handle, buffer.baseAddress, Int64(count * MemoryLayout<Element>.stride))
            filled = code == VT_OK ? count : 0
        }
        try Torch.check(code)
        return values
    }

    /// The elements' bytes in row-major order and in their own kind, such as a safetensors file stores them.
    public func bytes() throws(TorchError) -> [UInt8] {
        let count = Int(info.bytes)
        var code = Int32(VT_OK)
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            code = Torch.loaded.pointee.to_host(handle, buffer.baseAddress, Int64(count))
            filled = code == VT_OK ? count : 0
        }
        try Torch.check(code)
        return bytes
    }

    /// The values as Float.
    public func floats() throws(TorchError) -> [Float] { try values() }
    /// The values as Double.
    public func doubles() throws(TorchError) -> [Double] { try values() }
    /// The values as Int.
    public func ints() throws(TorchError) -> [Int] { try values() }

    /// The value of a tensor of one element; waits for the device.
    public func item() throws(TorchError) -> Double {
        switch try HostOperators.item.results(self).first {
        case .double(let value): return value
        case .int(let value): return Double(value)
        case .bool(let value): return value ? 1 : 0
        default: throw TorchError("not a real number")
        }
    }

    // MARK: Kind and place

    /// The same values in another kind; self where nothing changes.
    public func to(_ dtype: DType) throws(TorchError) -> Tensor {
        info.dtype == dtype.rawValue ? self : try HostOperators.copy(self, dtype)
    }

    /// The same values on another device; self where nothing changes. With `nonBlocking` the copy may still be under
    /// way on return.
    public func to(_ device: Device, nonBlocking: Bool = false) throws(TorchError) -> Tensor {
        if device.isCPU && self.device.isCPU { return self }
        let (same, none) = (DefaultArgument(), DefaultArgument())
        if self.device == device { return self }
        return try HostOperators.copy(self, same, same, device, none, nonBlocking)
    }

    /// The same values in memory of their own.
    public func clone() throws(TorchError) -> Tensor { try HostOperators.clone(self) }

    /// The values laid out row-major; self where they are.
    public func contiguous() throws(TorchError) -> Tensor { try HostOperators.contiguous(self) }
}

private enum HostOperators {
    static let item = Operator("aten::item")
    static let copy = Operator("aten::_to_copy")
    static let clone = Operator("aten::clone")
    static let contiguous = Operator("aten::contiguous")
}
