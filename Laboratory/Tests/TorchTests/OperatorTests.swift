import Foundation
import Testing
import Torch

@Suite(.needsTorch) struct OperatorTests {
    /// Catches operators that another version of PyTorch has renamed, before a run of days meets them.
    @Test func everyOperatorOfTheLaboratoryExists() throws {
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources")
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        let pattern = /= Operator\("([a-z_:A-Z0-9]+)"(?:, "([A-Za-z_]+)")?\)/
        var count = 0
        for case let url as URL in files where url.pathExtension == "swift" {
            for match in try String(contentsOf: url, encoding: .utf8).matches(of: pattern) {
                let found = Operator(String(match.output.1), String(match.output.2 ?? ""))
                #expect(found.defect == nil, "\(url.lastPathComponent): \(found.defect!)")
                count += 1
            }
        }
        #expect(count > 100)
    }

    @Test func errorsCarryTorchsFirstLine() throws {
        let (a, b) = (try Tensor.zeros([2, 3]), try Tensor.zeros([4, 5]))
        let error = #expect(throws: TorchError.self) { try a.matmul(b) }
        #expect(try #require(error).description.contains("2x3 and 4x5"))
        let unknown = #expect(throws: TorchError.self) { try Operator("aten::no_such_thing")(a) }
        #expect(try #require(unknown).description.contains("no operator aten::no_such_thing"))
        let many = #expect(throws: TorchError.self) { try Operator("aten::sin")(a, 1, 2) }
        #expect(try #require(many).description.contains("takes 1 arguments, not 3"))
    }

    @Test func resultsOfEveryKind() throws {
        let x = try Tensor([3.0, 1, 2])
        let sorted = try Operator("aten::sort").tensors(x)
        #expect(try sorted.map { try $0.doubles() } == [[1, 2, 3], [1, 2, 0]])
        #expect(try x.split(2).map(\.shape) == [[2], [1]])
        let wrong = #expect(throws: TorchError.self) { try Operator("aten::sort")(x) }
        #expect(try #require(wrong).description.contains("gave 2 results"))
    }

    @Test func tooLargeIsOutOfMemoryOrRefused() {
        #expect(throws: TorchError.self) { try Tensor.zeros([1 << 50]) }
    }
}
