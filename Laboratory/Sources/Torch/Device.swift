import CTorch

/// Where a tensor lives.
public struct Device: Hashable, Sendable, CustomStringConvertible {
    /// PyTorch's number of the kind of device.
    public let type: Int32
    /// Which one of its kind; -1 is the current one.
    public let index: Int32

    /// The host.
    public static let cpu = Device(type: 0, index: -1)
    /// A CUDA device. `Torch.loadCUDA` comes first.
    public static func cuda(_ index: Int = 0) -> Device { Device(type: 1, index: Int32(index)) }

    /// True for the host.
    public var isCPU: Bool { type == 0 }

    /// `cpu`, `cuda:0`.
    public var description: String { isCPU ? "cpu" : "cuda:\(max(0, index))" }

    init(type: Int32, index: Int32) {
        self.type = type
        self.index = index
    }
}

/// Bytes in use on an accelerator.
public struct DeviceMemory: Sendable {
    /// In tensors now, and at most since the last reset.
    public let allocated: Int, allocatedPeak: Int
    /// Held from the driver now, and at most since the last reset.
    public let reserved: Int, reservedPeak: Int
    /// Free and all of the device's memory; zero where PyTorch does not say.
    public let free: Int, total: Int
}

extension Torch {
    /// Loads the CUDA half of libtorch. Comes before any other question about CUDA: libtorch remembers "absent".
    public static func loadCUDA() throws(TorchError) { try check(try api().pointee.load_cuda()) }

    /// Devices of that kind; zero where there are none or libtorch was not told to look.
    public static func deviceCount(_ device: Device) throws(TorchError) -> Int {
        Int(try api().pointee.device_count(device.type))
    }

    /// Waits until the device has done all it was given. Nothing to do for the host.
    public static func synchronize(_ device: Device) throws(TorchError) {
        guard !device.isCPU else { return }
        try check(try api().pointee.synchronize(device.type, device.index))
    }

    /// Memory of an accelerator.
    public static func memory(_ device: Device) throws(TorchError) -> DeviceMemory {
        var memory = vt_memory()
        try check(try api().pointee.memory(device.type, device.index, &memory))
        return DeviceMemory(
            allocated: Int(memory.allocated), allocatedPeak: Int(memory.allocated_peak),
            reserved: Int(memory.reserved), reservedPeak: Int(memory.reserved_peak),
            free: Int(memory.free_on_device), total: Int(memory.total_on_device))
    }

    /// Gives unused memory of an accelerator back to the driver.
    public static func emptyCache(_ device: Device, resetPeaks: Bool = false) throws(TorchError) {
        guard !device.isCPU else { return }
        try check(try api().pointee.empty_cache(device.type, device.index, resetPeaks))
    }
}
