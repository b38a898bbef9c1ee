import CTorch

/// Several processes that train one model: sums and copies over all of them, through PyTorch's own process groups. One
/// group per process.
public struct ProcessGroup: ~Copyable {
    /// This process among the others, from 0.
    public let rank: Int
    /// How many there are.
    public let size: Int

    /// What carries the values.
    public enum Backend: String, Sendable {
        /// Tensors on the host.
        case gloo
        /// Tensors on CUDA devices, one device per process.
        case nccl
    }

    /// Joins the group and waits for all others. Rank 0 serves the others at `host`:`port`.
    /// - Parameters:
    ///   - device: index of this process's CUDA device, for `nccl`.
    ///   - timeout: seconds after which waiting for another process is an error (`gloo`).
    public init(
        _ backend: Backend = .gloo, host: String, port: Int, rank: Int, size: Int, device: Int = 0,
        timeout: Double = 300
    ) throws(TorchError) {
        precondition(rank >= 0 && rank < size && (1...65535).contains(port))
        let code = try Torch.api().pointee.group_open(
            backend.rawValue, host, Int32(port), Int32(rank), Int32(size), Int32(device),
            Int32(clamping: Int(timeout * 1000)))
        try Torch.check(code)
        self.rank = rank
        self.size = size
    }

    deinit { Torch.loaded.pointee.group_close() }

    /// Replaces every tensor by the sum over all processes.
    public func sum_(_ tensors: [Tensor]) throws(TorchError) {
        let code = withExtendedLifetime(tensors) {
            Torch.loaded.pointee.group_all_reduce(tensors.map(\.handle), Int32(tensors.count))
        }
        try Torch.check(code)
    }

    /// Replaces every tensor by the root process's.
    public func broadcast_(_ tensors: [Tensor], root: Int = 0) throws(TorchError) {
        let code = withExtendedLifetime(tensors) {
            Torch.loaded.pointee.group_broadcast(tensors.map(\.handle), Int32(tensors.count), Int32(root))
        }
        try Torch.check(code)
    }

    /// Waits until every process is here.
    public func barrier() throws(TorchError) { try Torch.check(Torch.loaded.pointee.group_barrier()) }
}
