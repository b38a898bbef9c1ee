import CTorch

// libtorch's own random numbers, the same as Python's from the same seed.
extension Torch {
    /// Starts the device's default generator anew.
    public static func seed(_ seed: UInt64, on device: Device = .cpu) throws(TorchError) {
        try check(try api().pointee.manual_seed(device.type, device.index, seed))
    }

    /// The state of the device's default generator: bytes on the host, as `torch.get_rng_state()` gives.
    public static func generatorState(of device: Device = .cpu) throws(TorchError) -> Tensor {
        var out: vt_tensor?
        try check(try api().pointee.get_rng_state(device.type, device.index, &out))
        return Tensor(owning: out!)
    }

    /// Puts a state back that `generatorState` gave.
    public static func setGeneratorState(_ state: Tensor, on device: Device = .cpu) throws(TorchError) {
        try check(try api().pointee.set_rng_state(device.type, device.index, state.handle))
    }
}
