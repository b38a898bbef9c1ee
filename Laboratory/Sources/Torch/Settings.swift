import CTorch

extension Torch {
    /// Threads that an operator on the host may use.
    public static func threads() throws(TorchError) -> Int { Int(try api().pointee.threads()) }

    /// Sets the threads of operators on the host. Some sums depend on their number in the last bits.
    public static func setThreads(_ count: Int) throws(TorchError) {
        precondition(count > 0)
        try check(try api().pointee.set_threads(Int32(clamping: count)))
    }

    /// How numbers are computed.
    /// - Parameters:
    ///   - deterministic: only algorithms that give the same bits every time. On CUDA the environment must then have
    ///     `CUBLAS_WORKSPACE_CONFIG=:4096:8` from the start.
    ///   - tf32: products of float32 with 10 bits of mantissa on devices that have it.
    ///   - cudnnBenchmark: try algorithms and keep the quickest; not with `deterministic`.
    public static func setNumerics(deterministic: Bool, tf32: Bool, cudnnBenchmark: Bool) throws(TorchError) {
        try check(try api().pointee.set_numerics(deterministic, tf32, cudnnBenchmark))
    }
}
