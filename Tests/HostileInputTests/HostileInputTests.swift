import Foundation
import HostileInput
import Testing

/// The fuzzer's entries over files that are kept: every input that once broke a reader, and all fixtures.
@Suite("Hostile input: cases that are kept")
struct HostileInputTests {
    private static let root = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardized

    /// A file for an entry.
    struct Case: CustomTestStringConvertible {
        let target: HostileInput
        let file: URL
        var testDescription: String { "\(target.rawValue): \(file.lastPathComponent)" }
    }

    private static func files(_ folder: String) -> [URL] {
        let folder = root.appendingPathComponent(folder)
        let found = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return (found ?? []).filter { !$0.lastPathComponent.hasPrefix(".") }.sorted { $0.path < $1.path }
    }

    static let cases: [Case] = HostileInput.allCases.flatMap { target in
        files("Fuzz/Cases/\(target.rawValue)").map { Case(target: target, file: $0) }
    }

    static let fixtures = [
        "Fixtures/faulty", "Fixtures/golden", "VRVQTests/Model/Fixtures", "VRVQArraysTests/Fixtures",
    ]
    .flatMap { files("Tests/\($0)") }

    // Limits are of wall time, of which most is waiting for the tests that run beside.
    @Test(.timeLimit(.minutes(10)), arguments: cases) func keepsItsWord(_ kept: Case) throws {
        try kept.target.run(Array(try Data(contentsOf: kept.file)))
    }

    /// Every folder of cases is one of an entry: a case under another name would never be run.
    @Test func foldersAreTargets() throws {
        let names = Set(HostileInput.allCases.map(\.rawValue))
        for folder in Self.files("Fuzz/Cases") { #expect(names.contains(folder.lastPathComponent)) }
        #expect(Self.cases.count >= Self.files("Fuzz/Cases").count)
    }

    /// The numbers and texts that an entry takes in front of a stream.
    private func front(_ target: HostileInput) -> [UInt8] {
        switch target {
        case .transcode: [1]
        case .reduce: [1, 0]
        case .cut: [0, 10, 0, 90, 0, 2, 2, 0]
        case .tags: [3] + "keyval".utf8
        default: []
        }
    }

    /// Every fixture through every entry, those made for others too.
    @Test(.timeLimit(.minutes(10)), arguments: HostileInput.allCases) func fixtures(_ target: HostileInput) throws {
        #expect(Self.fixtures.count > 90)
        for file in Self.fixtures { try target.run(front(target) + Array(try Data(contentsOf: file))) }
    }
}
