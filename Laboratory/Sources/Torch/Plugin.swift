import CTorch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The compiled plugin, opened once.
///
/// It is looked for in this order; the first that exists is opened and no other tried:
/// 1. the file that `VRVQ_TORCH_PLUGIN` names (the launcher of a bundle sets it),
/// 2. `libvrvqtorch.so` beside the program,
/// 3. `$VRVQ_CACHE/torch`, by default `~/.cache/vrvq/torch`, where `make setup-training` puts it.
struct Plugin: Sendable {
    static let shared = Plugin()

    // Immutable after `init`; the table itself is constant data of the plugin.
    nonisolated(unsafe) let api: UnsafePointer<vt_api>?
    let problem: TorchError?
    let path: String?

    private init() {
        let path = Self.find()
        self.path = path
        var message = [CChar](repeating: 0, count: 1024)
        guard let path else {
            api = nil
            problem = TorchError("no PyTorch plugin; run make setup-training")
            return
        }
        api = vt_load(path, &message, message.count)
        let text = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        problem = api == nil ? TorchError("\(text); run make setup-training") : nil
    }

    /// The file to open, or nil where there is none.
    private static func find() -> String? {
        if let path = environment("VRVQ_TORCH_PLUGIN") { return path }
        var places: [String] = []
        if let folder = programFolder() { places.append("\(folder)/libvrvqtorch.so") }
        if let cache = cacheFolder() { places.append("\(cache)/torch/libvrvqtorch-\(VT_ABI_VERSION).so") }
        return places.first { access($0, R_OK) == 0 }
    }

    private static func cacheFolder() -> String? {
        if let folder = environment("VRVQ_CACHE") { return folder }
        if let folder = environment("XDG_CACHE_HOME") { return "\(folder)/vrvq" }
        return environment("HOME").map { "\($0)/.cache/vrvq" }
    }

    /// The folder of the running program. In tests that is the test runner's, which has no plugin beside it.
    private static func programFolder() -> String? {
        guard let path = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(path) }
        let text = String(cString: path)
        return text.lastIndex(of: "/").map { String(text[..<$0]) }
    }

    /// The value of a variable that is set and not empty.
    private static func environment(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }
}
