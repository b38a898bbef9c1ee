import Foundation
import Testing

@testable import Training

/// The augmentations in double precision against the published code. `VRVQ_GOLDEN` names another folder of cases.
@Suite struct GoldenAugmentationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var file: String
        var sampleRate: Int
        var loudness: Double
        var tolerances: [String: Double]
        var testDescription: String { name }
    }

    static let folder: URL =
        ProcessInfo.processInfo.environment["VRVQ_GOLDEN"].map { URL(fileURLWithPath: $0, isDirectory: true) }
        ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "../../../../Tests/Golden", isDirectory: true)

    static let cases: [Case] = {
        guard let data = try? Data(contentsOf: folder.appendingPathComponent("index.json")),
            let index = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
            let entries = index["cases"] as? [[String: Any]]
        else { return [] }
        return entries.filter { $0["kind"] as? String == "augmentation" }.map(read)
    }()

    private static func read(_ entry: [String: Any]) -> Case {
        let configuration = entry["configuration"] as? [String: Any] ?? [:]
        let outputs = (entry["outputs"] as? [[String: Any]] ?? []).map {
            ($0["name"] as? String ?? "?", $0["tolerance64"] as? Double ?? 0)
        }
        return Case(
            name: entry["name"] as? String ?? "?",
            file: (entry["files"] as? [String: Any])?["data"] as? String ?? "?",
            sampleRate: configuration["sample_rate"] as? Int ?? 0,
            loudness: configuration["loudness"] as? Double ?? 0, tolerances: Dictionary(uniqueKeysWithValues: outputs))
    }

    @Test func thereAreCases() { #expect(!Self.cases.isEmpty, "none in \(Self.folder.path)") }

    @Test(arguments: cases)
    func agrees(_ golden: Case) throws {
        let arrays = try singles(in: Self.folder.appendingPathComponent(golden.file))
        let audio = try #require(arrays["in.audio"])
        let augmenter = Augmenter([], sampleRate: golden.sampleRate)
        for (name, tolerance) in golden.tolerances {
            let expected = try #require(arrays["out.\(name)"])
            for (item, signal) in audio.enumerated() {
                let got = try output(name, signal, augmenter, golden)
                let worst = zip(got, expected[item]).reduce(0) { max($0, abs($1.0 - $1.1)) }
                #expect(got.count == expected[item].count && worst <= tolerance, "\(name) is off by \(worst)")
            }
        }
    }

    private func output(_ name: String, _ signal: [Double], _ augmenter: Augmenter, _ golden: Case) throws -> [Double] {
        var signal = signal
        if name.hasPrefix("normalised_limited") {
            augmenter.setLoudness(golden.loudness, of: &signal)
            augmenter.limitPeak(&signal)
        }
        if let start = name.range(of: "shift_") {
            augmenter.shiftPhase(of: &signal, by: try #require(Double(name[start.upperBound...])))
        }
        return signal
    }

    /// The F32 matrices of a safetensors file, by rows.
    private func singles(in url: URL) throws -> [String: [[Double]]] {
        let data = try Data(contentsOf: url)
        let length = data.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        let object = try JSONSerialization.jsonObject(with: data.subdata(in: 8..<8 + length)) as? [String: Any]
        var arrays: [String: [[Double]]] = [:]
        for (name, entry) in try #require(object) where name != "__metadata__" {
            let entry = try #require(entry as? [String: Any])
            let (shape, range) = (try #require(entry["shape"] as? [Int]), try #require(entry["data_offsets"] as? [Int]))
            try #require(entry["dtype"] as? String == "F32" && shape.count == 2)
            let bytes = data.subdata(in: 8 + length + range[0]..<8 + length + range[1])
            arrays[name] = bytes.withUnsafeBytes { raw in
                (0..<shape[0]).map { row in
                    (0..<shape[1]).map {
                        Double(raw.loadUnaligned(fromByteOffset: 4 * (row * shape[1] + $0), as: Float.self))
                    }
                }
            }
        }
        return arrays
    }
}
