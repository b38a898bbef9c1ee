import Foundation
import TestSupport
import Testing
import VRVQ

/// The examples of the documentation are code that is compiled and run here.
@Suite struct DocumentationTests {
    private static let sources = URL(filePath: #filePath).deletingLastPathComponent()
    private static let catalogue = sources.appending(path: "../../../Sources/VRVQ/Documentation.docc").standardized

    /// Every page with the number of its examples.
    @Test(arguments: [("VRVQ", 1), ("Streams", 2), ("Codes", 2), ("Models", 1), ("Determinism", 0)])
    func examplesAreCompiled(_ page: String, _ count: Int) throws {
        let text = try String(contentsOf: Self.catalogue.appending(path: "\(page).md"), encoding: .utf8)
        let source = try String(
            contentsOf: Self.sources.appending(path: "DocumentationExamples.swift"), encoding: .utf8)
        let examples = text.components(separatedBy: "```swift\n").dropFirst()
        #expect(examples.count == count)
        for example in examples {
            let code = try #require(example.components(separatedBy: "```").first)
            #expect(source.contains(code), "\(page).md has an example that is not in DocumentationExamples.swift")
        }
    }

    @Test func everyPageIsListed() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.catalogue.path)
        #expect(files.sorted() == ["Codes.md", "Determinism.md", "Models.md", "Streams.md", "VRVQ.md"])
    }

    @Test func roundTripWorks() throws {
        var generator = SeededGenerator(seed: 1)
        let samples = generator.signal(3000)
        #expect(try roundTrip(samples).count == 3000)
    }

    @Test func liveStreamsWork() throws {
        var generator = SeededGenerator(seed: 1)
        let codec = try TestModel.micro.codec()
        let samples = generator.signal(3000)
        var sent: [[UInt8]] = []
        try encodeLive([Array(samples[..<1000]), Array(samples[1000...])], with: codec) { sent.append($0) }
        #expect(try sent.flatMap { $0 } == codec.encode([samples]))
        var played: [[Float]] = []
        try decodeLive(sent, with: codec) { played.join($0) }
        #expect(try played == codec.decode(sent.flatMap { $0 }))
    }

    @Test func codesAreThinned() throws {
        var generator = SeededGenerator(seed: 1)
        let codec = try TestModel.micro.codec()
        let samples = generator.signal(20_000)
        let bytes = try codec.encode([samples])
        let less = try thinned(bytes, to: 2, with: codec)
        #expect(less.count < bytes.count)
        #expect(try VRVQStream(decoding: less).grids[0].depth.max() == 2)
        #expect(try codec.decode(less)[0].count == samples.count)
    }

    @Test func sizesGrowWithTheScale() throws {
        var generator = SeededGenerator(seed: 1)
        let samples = generator.signal(20_000)
        let sizes = try sizes(samples, scales: [0.1, 4, 8], with: TestModel.micro.codec())
        #expect(sizes[0] == 40 && sizes[0] < sizes[1] && sizes[1] < sizes[2] && sizes[2] <= 8 * 40)
    }

    @Test func theModelIsFound() throws {
        let models = try [TestModel.odd.model, TestModel.micro.model]
        let bytes = try TestModel.micro.codec().encode([[0, 0]])
        #expect(try decode(bytes, models: models)[0].count == 2)
        let error = #expect(throws: VRVQError.self) { try decode(bytes, models: [models[0]]) }
        #expect(error?.message == "the model micro is not here")
    }
}
