import TestSupport
import VRVQNetwork

/// A backend as the golden cases see it: signals in and out as [channels][time] in double precision.
protocol GoldenMachine {
    associatedtype Runner: Backend
    /// True where results are held to the tolerances of double precision.
    static var isDouble: Bool { get }
    /// A backend that can run these layers, at the start of a signal.
    func runner(_ layers: [Layer], _ stages: [QuantizerStage], _ slots: Int, _ weights: WeightDictionary) throws
        -> Runner
    func tensor(_ array: GoldenArray, on runner: Runner) -> Runner.Tensor
    func array(_ tensor: Runner.Tensor) -> GoldenArray
    func codes(_ codes: Runner.Codes) -> [Int]
    func codes(from codes: [Int]) -> Runner.Codes
    func depth(_ depth: [Int]) -> Runner.Depth
    func distances(_ projected: Runner.Tensor, _ codebook: Codebook, on runner: Runner) throws -> GoldenArray
    /// The same rows as the whole of a signal.
    func whole(_ tensor: Runner.Tensor, on runner: Runner) -> Runner.Tensor
}

/// The scalar definition in double precision.
struct ReferenceMachine: GoldenMachine {
    static let isDouble = true
    typealias Runner = Reference<WeightDictionary>

    func runner(_ layers: [Layer], _ stages: [QuantizerStage], _ slots: Int, _ weights: WeightDictionary) -> Runner {
        Runner(weights)
    }
    func tensor(_ array: GoldenArray, on runner: Runner) -> Runner.Tensor {
        Runner.Tensor(rows: array.shape[1], channels: array.shape[0], values: array.transposed.values)
    }
    func array(_ tensor: Runner.Tensor) -> GoldenArray {
        GoldenArray([tensor.rows, tensor.channels], tensor.values).transposed
    }
    func codes(_ codes: [Int]) -> [Int] { codes }
    func codes(from codes: [Int]) -> [Int] { codes }
    func depth(_ depth: [Int]) -> [Int] { depth }
    func distances(_ projected: Runner.Tensor, _ codebook: Codebook, on runner: Runner) throws -> GoldenArray {
        array(try runner.distances(projected, codebook)).transposed
    }
    func whole(_ tensor: Runner.Tensor, on runner: Runner) -> Runner.Tensor { tensor }
}
