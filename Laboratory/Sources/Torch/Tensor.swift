import CTorch

/// One reference to a tensor of libtorch. Its memory goes back the moment the last Swift reference and the autograd
/// graph let go of it.
///
/// Every operation throws `TorchError`; one `try` covers a whole expression. Dimensions are counted from 0, or from the
/// end with negative numbers, and broadcast as in PyTorch.
public final class Tensor: @unchecked Sendable {
    // Immutable on the Swift side, and libtorch's reference counts are atomic, so a reference may cross threads. Who
    // changes values in place sees to it that nobody else reads them.
    let handle: vt_tensor

    init(owning handle: vt_tensor) { self.handle = handle }

    deinit { Torch.loaded.pointee.release(handle) }

    /// Type, place and shape in libtorch's own terms.
    public var info: vt_info {
        var out = vt_info()
        let code = Torch.loaded.pointee.info(handle, &out)
        precondition(code == VT_OK, "a tensor of more than \(VT_MAX_DIMS) dimensions")
        return out
    }

    /// Sizes of the dimensions.
    public var shape: [Int] {
        let info = info
        return withUnsafeBytes(of: info.sizes) { $0.bindMemory(to: Int64.self).prefix(Int(info.dims)).map(Int.init) }
    }

    /// Number of dimensions.
    public var dims: Int { Int(info.dims) }

    /// Number of elements.
    public var count: Int { Int(info.count) }

    /// Size of one dimension.
    public func size(_ dim: Int) -> Int {
        let shape = shape
        return shape[dim < 0 ? dim + shape.count : dim]
    }

    /// Kind of elements. A kind that this module does not name (quantised, float8) is a programming mistake.
    public var dtype: DType {
        let number = info.dtype
        guard let dtype = DType(rawValue: number) else { preconditionFailure("element kind \(number)") }
        return dtype
    }

    /// Where it lives.
    public var device: Device {
        let info = info
        return Device(type: info.device_type, index: info.device_type == 0 ? -1 : info.device_index)
    }
}

/// `Tensor`, where another type of that name is nearer.
public typealias TorchTensor = Tensor

extension Tensor: CustomStringConvertible {
    /// Kind, shape and place, without values.
    public var description: String { "Tensor(\(dtype), \(shape), \(device))" }
}
