/// Kinds of elements, with PyTorch's numbers.
public enum DType: Int32, Sendable, CaseIterable {
    case uint8 = 0
    case int8 = 1
    case int16 = 2
    case int32 = 3
    case int64 = 4
    case float16 = 5
    case float32 = 6
    case float64 = 7
    case complex64 = 9
    case complex128 = 10
    case bool = 11
    case bfloat16 = 15

    /// Bytes of an element.
    public var bytes: Int {
        switch self {
        case .uint8, .int8, .bool: 1
        case .int16, .float16, .bfloat16: 2
        case .int32, .float32: 4
        case .int64, .float64, .complex64: 8
        case .complex128: 16
        }
    }

    /// True for real floating-point numbers, which may have gradients.
    public var isFloatingPoint: Bool { [.float16, .bfloat16, .float32, .float64].contains(self) }
}

/// A Swift number that has a place in host memory as a tensor's element.
public protocol TensorElement: BitwiseCopyable, Sendable {
    /// The tensor's kind of element.
    static var dtype: DType { get }
}

extension Float: TensorElement {
    /// The tensor's kind of element.
    public static var dtype: DType { .float32 }
}
extension Double: TensorElement {
    /// The tensor's kind of element.
    public static var dtype: DType { .float64 }
}
extension Int64: TensorElement {
    /// The tensor's kind of element.
    public static var dtype: DType { .int64 }
}
extension Int: TensorElement {
    /// The tensor's kind of element.
    public static var dtype: DType { .int64 }
}
extension Int32: TensorElement {
    /// The tensor's kind of element.
    public static var dtype: DType { .int32 }
}
extension UInt8: TensorElement {
    /// The tensor's kind of element.
    public static var dtype: DType { .uint8 }
}
extension Bool: TensorElement {
    /// The tensor's kind of element.
    public static var dtype: DType { .bool }
}
