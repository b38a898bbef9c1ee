import TestSupport
import VRVQ
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

/// The engine with one of its instruction sets, a signal in one block.
struct CPUMachine: GoldenMachine {
    static let isDouble = false
    let instructionSet: InstructionSet

    func runner(_ layers: [Layer], _ stages: [QuantizerStage], _ slots: Int, _ weights: WeightDictionary) throws
        -> CPU
    {
        CPU(
            try PreparedLayers(layers: layers, stages: stages, weights: weights, instructionSet: instructionSet),
            slots: slots)
    }
    func tensor(_ array: GoldenArray, on runner: CPU) -> CPU.Tensor {
        let values = array.transposed.values
        return runner.tensor(rows: array.shape[1], channels: array.shape[0], isLast: true) { target in
            for (index, value) in values.enumerated() { target[index] = Float(value) }
        }
    }
    func array(_ tensor: CPU.Tensor) -> GoldenArray {
        let values = UnsafeBufferPointer(start: tensor.base, count: tensor.rows * tensor.channels)
        return GoldenArray([tensor.rows, tensor.channels], values.map { Double($0) }).transposed
    }
    func codes(_ codes: [UInt16]) -> [Int] { codes.map { Int($0) } }
    func codes(from codes: [Int]) -> [UInt16] { codes.map { UInt16($0) } }
    func depth(_ depth: [Int]) -> [UInt8] { depth.map { UInt8($0) } }
    func distances(_ projected: CPU.Tensor, _ codebook: Codebook, on runner: CPU) throws -> GoldenArray {
        // |a - b|^2 = |a|^2 + |b|^2 - 2 a b, of directions: 2 - 2 s.
        let scores = array(runner.similarities(projected, codebook)).transposed
        return GoldenArray(scores.shape, scores.values.map { 2 - 2 * $0 })
    }
    func whole(_ tensor: CPU.Tensor, on runner: CPU) -> CPU.Tensor { runner.marked(tensor, isLast: true) }
}
