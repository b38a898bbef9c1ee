import Foundation
import TestSupport
import Testing
import VRVQNetwork

/// One case of the golden folder's index.
struct GoldenCase: Sendable, CustomTestStringConvertible {
    struct Output: Sendable {
        let name: String
        let shape: [Int]
        let rule: String
        let tolerance32: Double
        let tolerance64: Double
    }

    let name: String
    let kind: String
    let data: String?
    let weightFiles: [String]
    let configuration: Configuration
    let outputs: [Output]
    /// Exact integers of a case without files.
    let values: Configuration

    var testDescription: String { name }
}

/// A JSON object that is Sendable: kept as text, parsed when asked.
struct Configuration: Sendable {
    private let data: Data

    init(_ object: Any) { data = (try? JSONSerialization.data(withJSONObject: object)) ?? Data("{}".utf8) }

    var object: [String: Any] { (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:] }
    func int(_ key: String) -> Int? { object[key] as? Int }
    func ints(_ key: String) -> [Int]? { object[key] as? [Int] }
    func text(_ key: String) -> String? { object[key] as? String }
    func double(_ key: String) -> Double? { object[key] as? Double }
}

/// The folder that holds the cases: the project's own, or the one that `VRVQ_GOLDEN` names.
enum GoldenFolder {
    static let override = ProcessInfo.processInfo.environment["VRVQ_GOLDEN"]

    static let url: URL =
        override.map { URL(fileURLWithPath: $0, isDirectory: true) }
        ?? projectFolder.appendingPathComponent("Tests/Golden", isDirectory: true)

    /// The first folder above this file that has the cases: the laboratory's tests use the same file by a link.
    private static var projectFolder: URL {
        var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        while folder.path != "/",
            !FileManager.default.fileExists(atPath: folder.appendingPathComponent("Tests/Golden/index.json").path)
        {
            folder.deleteLastPathComponent()
        }
        return folder
    }

    /// Kinds that the codec computes.
    static let kinds: Set<String> = [
        "layer.snake", "layer.conv", "layer.transposed_conv", "layer.residual_unit", "layer.encoder_block",
        "layer.decoder_block", "quantizer", "quantizer.lookup", "importance", "mask", "codec",
    ]

    /// Kinds of the training: scalar mathematics that is the same on every backend.
    static let scalarKinds: Set<String> = ["surrogate", "mask.gradient", "geometry"]

    /// Kinds that the measures compute.
    static let measureKinds: Set<String> = ["loudness", "metrics"]

    /// Kinds that the tests of the laboratory's data check.
    static let dataKinds: Set<String> = ["augmentation"]

    /// Kinds that only a laboratory with automatic differentiation, discriminators and an optimiser can compute.
    static let pendingKinds: Set<String> = [
        "loss", "mel_filters", "stft", "discriminator", "gan", "gradients", "trajectory", "optimiser",
    ]

    static let cases: [GoldenCase] = read()
    static let codeMargin: (float: Double, double: Double) = {
        let codes = index["codes"] as? [String: Any] ?? [:]
        return (codes["margin32"] as? Double ?? 0, codes["margin64"] as? Double ?? 0)
    }()

    static func cases(of kinds: Set<String>) -> [GoldenCase] { cases.filter { kinds.contains($0.kind) } }

    /// Where the cases are, for messages.
    static var path: String { url.path }

    private static var index: [String: Any] {
        guard let data = try? Data(contentsOf: url.appendingPathComponent("index.json")),
            let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
        else { return [:] }
        return object
    }

    private static func read() -> [GoldenCase] {
        let entries = index["cases"] as? [[String: Any]] ?? []
        return entries.map { entry in
            let files = entry["files"] as? [String: Any] ?? [:]
            return GoldenCase(
                name: entry["name"] as? String ?? "?", kind: entry["kind"] as? String ?? "?",
                data: files["data"] as? String, weightFiles: files["weights"] as? [String] ?? [],
                configuration: Configuration(entry["configuration"] ?? [:]),
                outputs: (entry["outputs"] as? [[String: Any]] ?? []).map(output),
                values: Configuration(entry["values"] ?? [:]))
        }
    }

    private static func output(_ entry: [String: Any]) -> GoldenCase.Output {
        GoldenCase.Output(
            name: entry["name"] as? String ?? "?", shape: entry["shape"] as? [Int] ?? [],
            rule: entry["rule"] as? String ?? "?", tolerance32: entry["tolerance32"] as? Double ?? 0,
            tolerance64: entry["tolerance64"] as? Double ?? 0)
    }
}

/// The files of a case, read: `in.*`, `out.*`, and weights under checkpoint names.
struct GoldenFiles {
    let inputs: [String: GoldenArray]
    let expected: [String: GoldenArray]
    let weights: WeightDictionary

    init(_ golden: GoldenCase) throws {
        guard let data = golden.data else { throw CocoaError(.fileNoSuchFile) }
        let arrays = try readTensorFile(GoldenFolder.url.appendingPathComponent(data))
        inputs = Self.named("in.", arrays)
        expected = Self.named("out.", arrays)
        var all = Self.named("w.", arrays)
        for file in golden.weightFiles {
            all.merge(try readTensorFile(GoldenFolder.url.appendingPathComponent(file))) { $1 }
        }
        weights = WeightDictionary(all.mapValues { ($0.shape, $0.values.map { Float($0) }) })
    }

    func input(_ name: String) throws -> GoldenArray {
        guard let array = inputs[name] else { throw CocoaError(.coderValueNotFound) }
        return array
    }

    private static func named(_ prefix: String, _ arrays: [String: GoldenArray]) -> [String: GoldenArray] {
        var result: [String: GoldenArray] = [:]
        for (name, array) in arrays where name.hasPrefix(prefix) {
            result[String(name.dropFirst(prefix.count))] = array
        }
        return result
    }
}
