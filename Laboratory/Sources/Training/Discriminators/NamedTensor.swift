import Torch

/// A tensor under its name in checkpoints.
package struct NamedTensor: Sendable {
    package let name: String
    package let tensor: Tensor

    package init(_ name: String, _ tensor: Tensor) {
        self.name = name
        self.tensor = tensor
    }
}

/// What is wrong with stored tensors, in one line.
package struct StateError: Error, CustomStringConvertible, Sendable {
    package let description: String

    package init(_ description: String) { self.description = description }
}

extension [String: Tensor] {
    /// The tensor of that name and shape.
    func tensor(_ name: String, _ shape: [Int]) throws -> Tensor {
        guard let tensor = self[name] else { throw StateError("\(name) is missing; the state is of another configuration") }
        guard tensor.shape == shape else {
            throw StateError("\(name) has shape \(tensor.shape), expected \(shape); the state is of another configuration")
        }
        return tensor
    }
}
