import Foundation
import Testing
import Torch

/// Two processes on the loopback: this one, and the same test program again with only `peer` to run.
@Suite(.needsTorch, .serialized) struct ProcessGroupTests {
    private static let peerPort = ProcessInfo.processInfo.environment["VRVQ_TEST_PEER_PORT"].flatMap { Int($0) }

    @Test(.enabled(if: peerPort == nil)) func twoProcessesSumAndCopy() throws {
        let port = freePort()
        let peer = Process()
        peer.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        peer.arguments = Self.argumentsWithoutFilters() + ["--filter", "ProcessGroupTests/peer"]
        peer.environment = ProcessInfo.processInfo.environment.merging(["VRVQ_TEST_PEER_PORT": "\(port)"]) { $1 }
        peer.standardOutput = FileHandle.nullDevice
        peer.standardError = FileHandle.nullDevice
        try peer.run()
        defer { peer.terminate() }
        let group = try ProcessGroup(host: "127.0.0.1", port: port, rank: 0, size: 2, timeout: 60)
        let (a, b) = (try Tensor([1.5, 2]), try Tensor([1, 2, 3] as [Int]))
        try group.sum_([a, b])
        #expect(try a.doubles() == [11.5, 22])
        #expect(try b.ints() == [101, 202, 303])
        let c = try Tensor([7.0])
        try group.broadcast_([c], root: 1)
        #expect(try c.item() == 70)
        try group.barrier()
        // The other process ends without a word: that must come as an error, and soon.
        let error = #expect(throws: TorchError.self) { try group.sum_([a]) }
        #expect(error?.description.isEmpty == false)
        peer.waitUntilExit()
        #expect(peer.terminationStatus == 0)
    }

    /// The other process's part; does nothing where it is run as an ordinary test.
    @Test(.enabled(if: peerPort != nil)) func peer() throws {
        let group = try ProcessGroup(
            host: "127.0.0.1", port: #require(Self.peerPort), rank: 1, size: 2, timeout: 60)
        let (a, b) = (try Tensor([10.0, 20]), try Tensor([100, 200, 300] as [Int]))
        try group.sum_([a, b])
        try group.broadcast_([Tensor([70.0])], root: 1)
        try group.barrier()
    }

    @Test(.enabled(if: peerPort == nil)) func aGroupOfOneSumsItself() throws {
        let group = try ProcessGroup(host: "127.0.0.1", port: freePort(), rank: 0, size: 1, timeout: 20)
        let x = try Tensor([1.5, 2])
        try group.sum_([x])
        try group.broadcast_([x])
        try group.barrier()
        #expect(try x.doubles() == [1.5, 2])
    }

    @Test(.enabled(if: peerPort == nil)) func ncclWantsCUDAFirst() throws {
        guard (try? Torch.loadCUDA()) == nil else { return }
        let error = #expect(throws: TorchError.self) {
            _ = try ProcessGroup(.nccl, host: "127.0.0.1", port: freePort(), rank: 0, size: 1, timeout: 20)
        }
        #expect(error != nil)
    }

    private static func argumentsWithoutFilters() -> [String] {
        var arguments = CommandLine.arguments.dropFirst()
        var kept: [String] = []
        while let argument = arguments.popFirst() {
            if argument == "--filter" || argument == "--skip" {
                arguments = arguments.dropFirst()
            } else {
                kept.append(argument)
            }
        }
        return kept
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
