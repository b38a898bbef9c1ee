import TestSupport
import VRVQ
import VRVQNetwork

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
        var result = GoldenArray(scores.shape, scores.values.map { 2 - 2 * $0 })
        // A zero vector has no direction: its distance to every direction is 1, not 2 - 2 * 0.
        let columns = array(projected).transposed
        for row in 0..<columns.shape[0] where columns[row].values.allSatisfy({ $0 == 0 }) {
            for entry in 0..<result.shape[1] { result.values[row * result.shape[1] + entry] -= 1 }
        }
        return result
    }
    func whole(_ tensor: CPU.Tensor, on runner: CPU) -> CPU.Tensor { runner.marked(tensor, isLast: true) }
}
