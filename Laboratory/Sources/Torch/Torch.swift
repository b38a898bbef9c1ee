import CTorch

/// The process-wide side of libtorch. It is loaded at the first use of any tensor or operator.
public enum Torch {
    /// True where the plugin could be loaded; without it every tensor operation throws `unavailableReason`.
    public static var isAvailable: Bool { Plugin.shared.api != nil }

    /// Why there is no libtorch, in one line that says what to do; nil where there is one.
    public static var unavailableReason: TorchError? { Plugin.shared.problem }

    /// Where the plugin was found, for messages.
    public static var pluginPath: String? { Plugin.shared.path }

    /// Version of PyTorch that is loaded, for example `2.11.0`.
    public static func version() throws(TorchError) -> String { String(cString: try api().pointee.torch_version) }

    /// Tensors that Swift holds at this moment; for tests of leaks.
    public static func liveHandles() throws(TorchError) -> Int { Int(try api().pointee.live_handles()) }

    /// The table of functions, or the reason why there is none.
    static func api() throws(TorchError) -> UnsafePointer<vt_api> {
        guard let api = Plugin.shared.api else { throw Plugin.shared.problem! }
        return api
    }

    /// The table, for those who hold a tensor or an operator: then it is loaded.
    static var loaded: UnsafePointer<vt_api> { Plugin.shared.api.unsafelyUnwrapped }

    static func check(_ code: Int32) throws(TorchError) {
        if code != VT_OK { throw failure(code) }
    }

    static func failure(_ code: Int32) -> TorchError {
        TorchError(String(cString: loaded.pointee.last_error()), isOutOfMemory: code == VT_OUT_OF_MEMORY)
    }
}
