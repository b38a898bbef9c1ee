/// What libtorch, or the way to it, complains about.
public struct TorchError: Error, CustomStringConvertible, Sendable {
    /// The full text; where an operator is missing on a device, PyTorch lists every backend over pages.
    public let detail: String
    /// True where memory ran out, on the host or on a device.
    public let isOutOfMemory: Bool

    /// An error with PyTorch's text or one of our own.
    public init(_ detail: String, isOutOfMemory: Bool = false) {
        self.detail = detail
        self.isOutOfMemory = isOutOfMemory
    }

    /// The first line, 300 characters at most.
    public var description: String { String(detail.prefix { $0 != "\n" }.prefix(300)) }
}
