import CVRVQKernels

/// Kinds of number that a model file may hold, under their safetensors names.
public enum ElementType: String, CaseIterable, Sendable {
    /// IEEE double precision.
    case float64 = "F64"
    /// IEEE single precision.
    case float32 = "F32"
    /// IEEE half precision.
    case float16 = "F16"
    /// The upper half of a single.
    case bfloat16 = "BF16"
    /// Signed 64-bit integer.
    case int64 = "I64"
    /// Unsigned 64-bit integer.
    case uint64 = "U64"
    /// Signed 32-bit integer.
    case int32 = "I32"
    /// Unsigned 32-bit integer.
    case uint32 = "U32"
    /// Signed 16-bit integer.
    case int16 = "I16"
    /// Unsigned 16-bit integer.
    case uint16 = "U16"
    /// Signed byte.
    case int8 = "I8"
    /// Unsigned byte.
    case uint8 = "U8"
    /// Truth value, one byte.
    case bool = "BOOL"
    /// Eight-bit float, four bits of exponent.
    case float8E4M3 = "F8_E4M3"
    /// Eight-bit float, five bits of exponent.
    case float8E5M2 = "F8_E5M2"

    /// Bytes of one value.
    public var size: Int {
        switch self {
        case .float64, .int64, .uint64: 8
        case .float32, .int32, .uint32: 4
        case .float16, .bfloat16, .int16, .uint16: 2
        case .int8, .uint8, .bool, .float8E4M3, .float8E5M2: 1
        }
    }

    /// Whether weights can be read from it.
    public var isWeight: Bool {
        switch self {
        case .float64, .float32, .float16, .bfloat16: true
        default: false
        }
    }

    /// Little-endian values of this type as float32: exact, but for doubles, which are rounded once.
    /// - Parameter raw: A whole number of values, at any alignment. The type must be one of weights.
    func floats(_ raw: UnsafeRawBufferPointer) -> [Float] {
        precondition(isWeight && raw.count % size == 0)
        let count = raw.count / size
        guard let base = raw.baseAddress, count > 0 else { return [] }
        guard UInt(bitPattern: base) % UInt(size) == 0 else { return alignedCopy(raw) { floats($0) } }
        return [Float](unsafeUninitializedCapacity: count) { out, initialized in
            convert(base, count: count, into: out.baseAddress!)
            initialized = count
        }
    }

    private func convert(_ base: UnsafeRawPointer, count: Int, into out: UnsafeMutablePointer<Float>) {
        switch self {
        case .float64:
            let source = base.assumingMemoryBound(to: Double.self)
            for index in 0..<count { out[index] = Float(source[index]) }
        case .float32: out.update(from: base.assumingMemoryBound(to: Float.self), count: count)
        case .float16:
            vrvq_kernels_best().pointee.widen(out, base.assumingMemoryBound(to: UInt16.self), count)
        case .bfloat16:
            let source = base.assumingMemoryBound(to: UInt16.self)
            for index in 0..<count { out[index] = Float(bitPattern: UInt32(source[index]) << 16) }
        default: preconditionFailure("not a type of weights")
        }
    }

    private func alignedCopy<Result>(
        _ raw: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: raw.count, alignment: 64)
        defer { copy.deallocate() }
        copy.copyMemory(from: raw)
        return body(UnsafeRawBufferPointer(copy))
    }
}

/// IEEE half precision in plain integers: `Float16` does not exist on every machine this builds for.
enum HalfPrecision {
    /// The nearest half, ties to even; beyond the range of a half an infinity.
    static func bits(of value: Float) -> UInt16 {
        let bits = value.bitPattern
        let sign = UInt16(truncatingIfNeeded: bits >> 16) & 0x8000
        let magnitude = bits & 0x7FFF_FFFF
        if magnitude > 0x7F80_0000 { return sign | 0x7E00 }
        if magnitude >= 0x4780_0000 { return sign | 0x7C00 }
        if magnitude < 0x3880_0000 {
            // Below 2^-14 halves are multiples of 2^-24: adding ½ puts them in the lowest bits, rounded to even.
            let rounded = Float(bitPattern: magnitude) + 0.5
            return sign | UInt16(truncatingIfNeeded: rounded.bitPattern &- (0.5 as Float).bitPattern)
        }
        let odd = magnitude >> 13 & 1
        return sign | UInt16(truncatingIfNeeded: (magnitude &- 0x3800_0000 &+ 0xFFF &+ odd) >> 13)
    }
}
