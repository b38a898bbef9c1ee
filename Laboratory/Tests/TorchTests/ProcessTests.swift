import Foundation
import Testing
import Torch

/// What belongs to the whole process: generators, threads, devices. One after the other.
@Suite(.needsTorch, .serialized) struct ProcessTests {
    /// In a process of its own: other suites draw from the same generator.
    @Test func aSeedReplaysAndAStateResumes() async {
        await #expect(processExitsWith: .success) {
            try Torch.seed(1234)
            let first = try Tensor.randn([4]).floats()
            // What Python prints for torch.manual_seed(1234); torch.randn(4).
            #expect(first.map { ($0 * 10000).rounded() } == [461, 4024, -10115, 2167])
            let state = try Torch.generatorState()
            #expect(state.dtype == .uint8 && state.count == 5056, "the layout of torch.get_rng_state()")
            let (a, b) = (try Tensor.rand([3]).floats(), try Tensor.randperm(5).ints())
            try Torch.setGeneratorState(state)
            #expect(try Tensor.rand([3]).floats() == a)
            #expect(try Tensor.randperm(5).ints() == b)
        }
    }

    /// In a process of its own: nobody else then holds tensors.
    @Test func everyTensorIsGivenBack() async {
        await #expect(processExitsWith: .success) {
            let before = try Torch.liveHandles()
            do {
                let w = try Tensor.ones([2, 2, 3]).requiringGrad()
                let pieces = try Tensor.ones([1, 2, 8]).conv1d(w).split(2, 2)
                try Tensor.cat(pieces, 2).sum().backward()
                #expect(try w.grad() != nil)
                #expect(throws: TorchError.self) { try w.matmul(Tensor.ones([7])) }
            }
            #expect(try Torch.liveHandles() == before)
        }
    }

    @Test func threadsCanBeSet() throws {
        let before = try Torch.threads()
        try Torch.setThreads(1)
        #expect(try Torch.threads() == 1)
        try Torch.setThreads(before)
        #expect(throws: Never.self) {
            try Torch.setNumerics(deterministic: true, tf32: false, cudnnBenchmark: false)
            try Torch.setNumerics(deterministic: false, tf32: false, cudnnBenchmark: false)
        }
    }

    @Test func cudaIsThereOrSaysWhyNot() throws {
        do {
            try Torch.loadCUDA()
            #expect(try Torch.deviceCount(.cuda()) > 0)
            #expect(try (Tensor.ones([2], on: .cuda()) + 1).floats() == [2, 2])
        } catch {
            #expect(error.description.contains("CUDA") || error.description.contains("GPU"))
        }
    }
}
