import CTorch

// Both modes belong to the calling thread: the body must not await.
extension Torch {
    /// Runs `body` without recording what gradients would need. In-place changes of parameters need it.
    public static func noGrad<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
        try withGradMode(false, body)
    }

    /// Runs `body` recording a graph, inside of a `noGrad`.
    public static func enableGrad<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
        try withGradMode(true, body)
    }

    private static func withGradMode<R, E: Error>(_ on: Bool, _ body: () throws(E) -> R) throws(E) -> R {
        // Without a plugin there is no tensor to record; the body finds out by itself.
        guard let api = Plugin.shared.api else { return try body() }
        let before = api.pointee.set_grad_mode(on)
        defer { _ = api.pointee.set_grad_mode(before) }
        return try body()
    }

    /// Runs `body` in mixed precision: products in `dtype`, the rest as it comes. Leave it before `backward`.
    public static func autocast<R>(
        _ device: Device, _ dtype: DType, _ body: () throws -> R
    ) throws -> R {
        let before = try beginAutocast(device, dtype)
        defer { _ = loaded.pointee.end_autocast(device.type, before) }
        return try body()
    }

    /// Runs `body` in the precision of its tensors, inside of an `autocast`.
    public static func fullPrecision<R>(
        _ device: Device, _ body: () throws(TorchError) -> R
    ) throws(TorchError) -> R {
        let before = try beginAutocast(device, nil)
        defer { _ = loaded.pointee.end_autocast(device.type, before) }
        return try body()
    }

    private static func beginAutocast(_ device: Device, _ dtype: DType?) throws(TorchError) -> Int64 {
        var before: Int64 = 0
        try check(try api().pointee.begin_autocast(device.type, dtype?.rawValue ?? -1, &before))
        return before
    }
}
