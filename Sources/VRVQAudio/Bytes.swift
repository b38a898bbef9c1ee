extension [UInt8] {
    /// The bytes for a body that throws `AudioError`; the standard library's own forms forget the error's type.
    mutating func withMutableBytes<R>(
        _ body: (UnsafeMutableRawBufferPointer) throws(AudioError) -> R
    ) throws(AudioError) -> R {
        try withUnsafeMutableBufferPointer { (buffer) throws(AudioError) in
            try body(UnsafeMutableRawBufferPointer(buffer))
        }
    }

    /// The bytes for a body that throws `AudioError`.
    func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws(AudioError) -> R) throws(AudioError) -> R {
        try withUnsafeBufferPointer { (buffer) throws(AudioError) in try body(UnsafeRawBufferPointer(buffer)) }
    }
}
