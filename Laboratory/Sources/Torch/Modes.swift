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
        let api = try api()
        var before: Int64 = 0
        try check(api.pointee.begin_autocast(device.type, dtype.rawValue, &before))
        defer { _ = api.pointee.end_autocast(device.type, before) }
        return try body()
    }
}
