import Torch

/// What a step measured, still on the device.
package struct StepRecord {
    /// Steps done with this one.
    package let step: Int
    /// Where the items came from.
    package let origins: [Origin]
    /// Names of the values, in order.
    package private(set) var names: [String] = []
    /// Frames at each depth from 0, where asked for.
    package var depths: Tensor?
    private var tensors: [Tensor] = []

    init(step: Int, origins: [Origin]) {
        self.step = step
        self.origins = origins
    }

    mutating func add(_ name: String, _ value: Tensor) throws(TorchError) {
        tensors.append(try value.detach().to(.float32))
        names.append(name)
    }

    /// The values as one tensor.
    func stacked() throws -> Tensor { try Tensor.stack(tensors.map { try $0.reshape([]) }) }

    /// The values on the host, the mean over all processes; waits for the device. Throws where one is not a number.
    package func values(_ team: ProcessTeam) throws -> [(name: String, value: Double)] {
        guard !names.isEmpty else { return [] }
        let values = try stacked()
        if team.size > 1 {
            try team.sum([values])
            try values.mul_(1 / Double(team.size))
        }
        let list = try zip(names, values.doubles()).map { (name: $0, value: $1) }
        guard list.allSatisfy(\.value.isFinite) else { throw failure }
        return list
    }

    /// The error of a loss that is no longer a number.
    var failure: RunError {
        let names = origins.map(\.description).joined(separator: ", ")
        return RunError(
            .internal,
            "step \(step): the loss is not a finite number; the last checkpoint is good. The batch was: \(names)")
    }
}
