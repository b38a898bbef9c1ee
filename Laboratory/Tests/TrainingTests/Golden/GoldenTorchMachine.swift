import TestSupport
import Torch
import Training
import VRVQNetwork

/// The network on libtorch, one item at a time. `Precision` and `Kernels` are types because a machine's precision is.
struct TorchMachine<Precision: GoldenPrecision>: GoldenMachine {
    static var isDouble: Bool { Precision.dtype == .float64 }
    let kernels: ParameterStore.Kernels
    /// Runs as in training, with the entries' gradient going straight through.
    var isTraining = false

    func runner(
        _ layers: [Layer], _ stages: [QuantizerStage], _ slots: Int, _ weights: WeightDictionary
    ) throws -> TorchBackend {
        let parameters = layers.flatMap { $0.parameters(.encoder) } + stages.flatMap(\.parameters)
        let store = try ParameterStore(parameters, from: weights, kernels: kernels, dtype: Precision.dtype)
        if isTraining { try store.requireGrad() }
        return TorchBackend(store)
    }

    func tensor(_ array: GoldenArray, on runner: TorchBackend) -> Tensor {
        must { try Tensor(array.values, [1] + array.shape).to(Precision.dtype) }
    }
    func array(_ tensor: Tensor) -> GoldenArray {
        must { GoldenArray(Array(tensor.shape.dropFirst()), try tensor.doubles()) }
    }
    func codes(_ codes: Tensor) -> [Int] { must { try codes.ints() } }
    func codes(from codes: [Int]) -> Tensor { must { try Tensor(codes, [1, codes.count]) } }
    func depth(_ depth: [Int]) -> Tensor { must { try Tensor(depth, [1, depth.count]) } }
    func distances(_ projected: Tensor, _ codebook: Codebook, on runner: TorchBackend) throws -> GoldenArray {
        array(try runner.distances(projected, codebook))
    }
    func whole(_ tensor: Tensor, on runner: TorchBackend) -> Tensor { tensor }

    /// The protocol has no errors here; a failing conversion is a failing test run.
    private func must<Result>(_ body: () throws -> Result) -> Result {
        do { return try body() } catch { fatalError("\(error)") }
    }
}

/// A precision as a type.
protocol GoldenPrecision: Sendable {
    static var dtype: DType { get }
}
enum SinglePrecision: GoldenPrecision {
    static let dtype = DType.float32
}
enum DoublePrecision: GoldenPrecision {
    static let dtype = DType.float64
}
