import Foundation
import Testing

@testable import Training

@Suite("Files of a bundle") struct EmbeddedFileTests {
    private static let laboratory = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// Every file of the plugin and of the bundle's own folder is compiled in, and nothing else.
    @Test func areThoseOfTheProject() throws {
        var expected: [String: String] = ["plugin/include/CTorch.h": "Sources/CTorch/include/CTorch.h"]
        for (folder, place) in [("TorchPlugin", "plugin/"), ("Bundle", "")] {
            for file in try shell("find . -type f", in: "\(Self.laboratory)/\(folder)").split(separator: "\n") {
                expected[place + file.dropFirst(2)] = "\(folder)/\(file.dropFirst(2))"
            }
        }
        let embedded = TrainingBundle.embedded
        #expect(Set(embedded.map(\.path)) == Set(expected.keys))
        for file in embedded {
            let path = "\(Self.laboratory)/\(try #require(expected[file.path]))"
            let isEqual = FileManager.default.contents(atPath: path).map { [UInt8]($0) } == file.bytes
            #expect(isEqual, "\(path)")
            #expect(FileManager.default.isExecutableFile(atPath: path) == file.isExecutable, "\(path)")
        }
    }
}
