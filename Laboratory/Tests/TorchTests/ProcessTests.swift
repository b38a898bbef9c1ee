import Foundation
import Testing
import Torch

/// What belongs to the whole process: generators, threads, groups. One after the other.
@Suite(.needsTorch, .serialized) struct ProcessTests {
    @Test func aSeedReplaysAndAStateResumes() throws {
        let before = try Torch.generatorState()
        defer { try? Torch.setGeneratorState(before) }
        #expect(before.dtype == .uint8 && before.count == 5056, "the layout of torch.get_rng_state()")
        // Other suites draw nothing, so the default generator is this test's.
        try Torch.seed(1234)
        let first = try Tensor.randn([4]).floats()
        // What Python prints for torch.manual_seed(1234); torch.randn(4).
        #expect(first.map { ($0 * 10000).rounded() } == [461, 4024, -10115, 2167])
        let state = try Torch.generatorState()
        let (a, b) = (try Tensor.rand([3]).floats(), try Tensor.randperm(5).ints())
        try Torch.setGeneratorState(state)
        #expect(try Tensor.rand([3]).floats() == a)
        #expect(try Tensor.randperm(5).ints() == b)
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

    @Test func aGroupOfOneSumsItself() throws {
        let group = try ProcessGroup(host: "127.0.0.1", port: freePort(), rank: 0, size: 1, timeout: 20)
        let x = try Tensor([1.5, 2])
        try group.sum_([x])
        try group.broadcast_([x])
        try group.barrier()
        #expect(try x.doubles() == [1.5, 2])
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

    private func freePort() -> Int {
        let handle = socket(AF_INET, streamType, 0)
        defer { close(handle) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                _ = bind(handle, generic, length)
                _ = getsockname(handle, generic, &length)
            }
            return Int(UInt16(bigEndian: pointer.pointee.sin_port))
        }
    }

    private var streamType: Int32 {
        #if canImport(Glibc)
            Int32(SOCK_STREAM.rawValue)
        #else
            SOCK_STREAM
        #endif
    }
}
