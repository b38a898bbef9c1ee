extension RawSampleFormat {
    /// Interleaved bytes to planar samples, appended to `planar[channel]`; full scale is 1.
    func decode(_ bytes: UnsafeRawBufferPointer, into planar: inout [[Float]]) {
        let stride = self.bytes * planar.count
        for channel in planar.indices {
            let offset = channel * self.bytes
            let source = UnsafeRawBufferPointer(rebasing: bytes[min(offset, bytes.count)...])
            append(source, stride: stride, frames: bytes.count / stride, to: &planar[channel])
        }
    }

    private func append(_ source: UnsafeRawBufferPointer, stride: Int, frames: Int, to target: inout [Float]) {
        guard frames > 0, let base = source.baseAddress else { return }
        switch self {
        case .u8: spread(base, stride, frames, &target) { (Float($0.load(as: UInt8.self)) - 128) * 0x1p-7 }
        case .s16le: spread(base, stride, frames, &target) { Float(Int16(littleEndian: word($0))) * 0x1p-15 }
        case .s24le: spread(base, stride, frames, &target) { Float(threeBytes($0)) * 0x1p-31 }
        case .s32le: spread(base, stride, frames, &target) { Float(Int32(littleEndian: word($0))) * 0x1p-31 }
        case .f32le: spread(base, stride, frames, &target) { Float(bitPattern: UInt32(littleEndian: word($0))) }
        case .f64le:
            spread(base, stride, frames, &target) { Float(Double(bitPattern: UInt64(littleEndian: word($0)))) }
        }
    }
}

@inline(__always)
private func word<T: BitwiseCopyable>(_ pointer: UnsafeRawPointer) -> T { pointer.loadUnaligned(as: T.self) }

/// A 24-bit integer in the upper bits of an `Int32`.
@inline(__always)
private func threeBytes(_ pointer: UnsafeRawPointer) -> Int32 {
    let low = UInt32(pointer.load(as: UInt8.self)) << 8
    let middle = UInt32(pointer.load(fromByteOffset: 1, as: UInt8.self)) << 16
    return Int32(bitPattern: low | middle | UInt32(pointer.load(fromByteOffset: 2, as: UInt8.self)) << 24)
}

@inline(__always)
private func spread(
    _ base: UnsafeRawPointer, _ stride: Int, _ frames: Int, _ target: inout [Float],
    _ convert: (UnsafeRawPointer) -> Float
) {
    let held = target.count
    target.append(contentsOf: repeatElement(0, count: frames))
    target.withUnsafeMutableBufferPointer { buffer in
        let out = buffer.baseAddress! + held
        var pointer = base
        for frame in 0..<frames {
            out[frame] = convert(pointer)
            pointer += stride
        }
    }
}
