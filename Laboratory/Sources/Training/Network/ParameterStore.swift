import Torch
import VRVQNetwork

/// The parameters of one network by checkpoint name, as tensors.
///
/// Kernels are kept folded (`NAME.weight`) or as magnitude and direction (`NAME.weight_g`, `NAME.weight_v`), which is
/// what the published networks train. All else is stored under the names of `Network.parameters`.
public final class ParameterStore {
    /// How kernels are kept.
    public enum Kernels: String, Sendable {
        /// Multiplied out.
        case folded
        /// As magnitude and direction; w = g v / |v|, one norm per index of the first axis.
        case normalized
    }

    /// How kernels are kept.
    public let kernels: Kernels
    /// Every stored array in the order of the network's layers. Values change in place; the tensors stay the same.
    public private(set) var entries: [(name: String, tensor: Tensor)] = []
    /// The network's own arrays, folded spelling.
    public let parameters: [Parameter]
    /// Kernels that are computed from other arrays instead of being stored, by layer name.
    public var composedKernels: [String: () throws -> Tensor] = [:]

    private var index: [String: Int] = [:]

    init(_ parameters: [Parameter], _ kernels: Kernels) {
        self.parameters = parameters
        self.kernels = kernels
    }

    /// The array of that name, or nil.
    public subscript(_ name: String) -> Tensor? { index[name].map { entries[$0].tensor } }

    /// Adds an array under a new name.
    public func add(_ name: String, _ tensor: Tensor) {
        precondition(index[name] == nil, "\(name) is there already")
        index[name] = entries.count
        entries.append((name, tensor))
    }

    /// The array of that name; an error where there is none.
    public func array(_ name: String) throws(TorchError) -> Tensor {
        guard let tensor = self[name] else { throw TorchError(WeightError.missing(name).description) }
        return tensor
    }

    /// The kernel of a layer, differentiable with respect to what it is kept as.
    public func kernel(_ layer: String) throws(TorchError) -> Tensor {
        if let compose = composedKernels[layer] { return try Self.compose(compose) }
        if kernels == .folded { return try array("\(layer).weight") }
        return try Tensor.weightNorm(
            direction: try array("\(layer).weight_v"), magnitude: try array("\(layer).weight_g"))
    }

    private static func compose(_ body: () throws -> Tensor) throws(TorchError) -> Tensor {
        do { return try body() } catch {
            throw error as? TorchError ?? TorchError("\(error)")
        }
    }

    /// Makes the arrays that `isTrained` names parameters, and all others constants.
    public func requireGrad(where isTrained: (String) -> Bool = { _ in true }) throws(TorchError) {
        for (name, tensor) in entries { try tensor.requiringGrad(isTrained(name)) }
    }

    /// The arrays that require gradients, in order.
    public var trained: [(name: String, tensor: Tensor)] { entries.filter { $0.tensor.requiresGrad } }

    /// Number of values in all arrays.
    public var valueCount: Int { entries.reduce(0) { $0 + $1.tensor.count } }

    /// Arrays of the same names with memory of their own, without gradients: for moving averages.
    public func copy() throws(TorchError) -> ParameterStore {
        let copy = ParameterStore(parameters, kernels)
        copy.composedKernels = composedKernels
        for (name, tensor) in entries { copy.add(name, try tensor.detach().clone()) }
        return copy
    }

    /// The same network with every kernel multiplied out, without gradients: for running it often.
    public func folded() throws(TorchError) -> ParameterStore {
        let store = ParameterStore(parameters, .folded)
        for parameter in parameters {
            let tensor = try Torch.noGrad { () throws(TorchError) in
                if let layer = parameter.layer { return try kernel(layer) }
                return try array(parameter.name)
            }
            store.add(parameter.name, try tensor.detach())
        }
        return store
    }
}

extension Parameter {
    /// The layer's name, for a kernel; nil for everything else.
    var layer: String? { kind == .kernel ? String(name.dropLast(".weight".count)) : nil }
}
