import Torch

/// The device that a configuration names: `auto`, `cpu`, `cuda` or `cuda:N`.
struct DeviceChoice {
    let name: String
    let localRank: Int

    init(_ name: String, localRank: Int = 0) {
        self.name = name
        self.localRank = localRank
    }

    /// The device. Throws where a GPU is asked for by name and is not there.
    func device() throws -> Device {
        if name == "cpu" { return .cpu }
        let count = Self.gpus()
        let index = name.hasPrefix("cuda:") ? Int(name.dropFirst(5)) ?? 0 : localRank
        if name == "auto" { return count > 0 ? .cuda(index % count) : .cpu }
        guard index < count else {
            let found = count == 0 ? "PyTorch finds no GPU here" : "PyTorch finds \(count) here"
            throw RunError(.torch, "device \(name): there is no GPU \(index); \(found); take --device cpu")
        }
        return .cuda(index)
    }

    private static func gpus() -> Int {
        guard (try? Torch.loadCUDA()) != nil else { return 0 }
        return (try? Torch.deviceCount(.cuda())) ?? 0
    }
}
