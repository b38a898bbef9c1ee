import Torch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The processes that train one model together, or the one that does so alone.
package final class ProcessTeam {
    /// Who a process is among the others, from the variables of torchrun or Slurm.
    package struct Place: Equatable, Sendable {
        package var rank = 0
        package var size = 1
        /// Among those of its machine; the number of its GPU.
        package var localRank = 0
        package var host = "127.0.0.1"
        package var port = 29500

        package init() {}

        /// Reads `RANK`, `WORLD_SIZE`, `LOCAL_RANK`, `MASTER_ADDR`, `MASTER_PORT`, or Slurm's in their absence.
        package init(environment: (String) -> String?) throws(RunError) {
            func number(_ name: String, if applies: Bool = true) throws(RunError) -> Int? {
                guard applies, let text = environment(name) else { return nil }
                guard let value = Int(text), value >= 0 else {
                    throw RunError(.usage, "\(name)=\(text): not a number of a process")
                }
                return value
            }
            // Slurm's variables are also there in a job of one process that knows nothing of the others.
            let isSlurm = environment("WORLD_SIZE") == nil && environment("MASTER_ADDR") != nil
            if let value = try number("SLURM_NTASKS", if: isSlurm) { size = value }
            if let value = try number("WORLD_SIZE") { size = value }
            if let value = try number("SLURM_PROCID", if: isSlurm) { rank = value }
            if let value = try number("RANK") { rank = value }
            localRank = rank
            if let value = try number("SLURM_LOCALID", if: isSlurm) { localRank = value }
            if let value = try number("LOCAL_RANK") { localRank = value }
            if let value = try number("MASTER_PORT") { port = value }
            host = environment("MASTER_ADDR") ?? host
            guard size > 0, rank < size, (1...65535).contains(port) else {
                throw RunError(.usage, "RANK=\(rank), WORLD_SIZE=\(size), MASTER_PORT=\(port) do not fit together")
            }
        }
    }

    package let place: Place
    private let group: ProcessGroup?

    package var rank: Int { place.rank }
    package var size: Int { place.size }
    /// The one that writes files and reports.
    package var isFirst: Bool { rank == 0 }
    /// The part of each batch that this process makes.
    package var share: DataConfiguration.Share { .init(rank: rank, processes: size) }

    /// A process alone.
    package init() {
        place = Place()
        group = nil
    }

    /// Joins the others and waits for them.
    package init(_ place: Place, device: Device) throws(TorchError) {
        self.place = place
        guard place.size > 1 else {
            group = nil
            return
        }
        // Validation and checkpoints of the first process must not end the others.
        group = try ProcessGroup(
            device.isCPU ? .gloo : .nccl, host: place.host, port: place.port, rank: place.rank, size: place.size,
            device: Int(max(0, device.index)), timeout: 1800)
    }

    /// The value of an environment variable that is set and not empty.
    package static func environment(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }

    /// Replaces tensors by their sums over all processes.
    package func sum(_ tensors: [Tensor]) throws(TorchError) {
        try together { (group) throws(TorchError) in try group.sum_(tensors) }
    }

    /// Does what all processes do at once. It fails as soon as one of them is gone.
    private func together(_ body: (borrowing ProcessGroup) throws(TorchError) -> Void) throws(TorchError) {
        guard group != nil else { return }
        do { try body(group!) } catch {
            let reason = error.description.split(separator: "\n").first ?? ""
            throw TorchError(
                "process \(rank) of \(size): another one has ended or does not answer, and the run stops here: \(reason)"
            )
        }
    }

    /// Replaces gradients by their means over all processes: as one buffer, since every message has its cost.
    package func average(_ gradients: [Tensor]) throws(TorchError) {
        guard size > 1 else { return }
        try Torch.noGrad { () throws(TorchError) in
            let flat = try Tensor.cat(gradients.map { (g) throws(TorchError) in try g.flatten(0, -1) })
            try sum([flat])
            try flat.mul_(1 / Double(size))
            var start = 0
            for gradient in gradients {
                try gradient.copy_(flat.narrow(0, start, gradient.count).reshape(gradient.shape))
                start += gradient.count
            }
        }
    }

    /// Every process takes the first one's values.
    package func takeFirst(_ tensors: [Tensor]) throws(TorchError) {
        try Torch.noGrad { () throws(TorchError) in
            try together { (group) throws(TorchError) in try group.broadcast_(tensors) }
        }
    }
}
