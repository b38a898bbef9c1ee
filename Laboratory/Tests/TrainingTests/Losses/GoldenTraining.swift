import Foundation
import Testing
import Torch

/// The cases of the golden folder that need automatic differentiation: the project's own, or those of the folder that
/// `VRVQ_GOLDEN` names.
enum GoldenTraining {
    static let override = ProcessInfo.processInfo.environment["VRVQ_GOLDEN"]

    static let folder: URL =
        override.map { URL(fileURLWithPath: $0, isDirectory: true) }
        ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../../Tests/Golden", isDirectory: true)

    /// Cases of some kinds. The project's own folder keeps the files of a choice of them only.
    static func cases(_ kinds: String...) -> [GoldenTrainingCase] {
        all.filter { kinds.contains($0.kind) && (override != nil || $0.hasFiles) }
    }

    private static let all: [GoldenTrainingCase] = {
        guard let data = try? Data(contentsOf: folder.appendingPathComponent("index.json")),
            let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
        else { return [] }
        return (object["cases"] as? [[String: Any]] ?? []).map(GoldenTrainingCase.init)
    }()
}

/// One case of the index.
struct GoldenTrainingCase: Sendable, CustomTestStringConvertible {
    struct Output: Sendable {
        let name: String
        let rule: String
        let tolerances: [GoldenPrecision: Double]
    }

    let name: String
    let kind: String
    let outputs: [Output]
    private let data: String
    private let weights: [String]
    private let configurationData: Data

    init(_ entry: [String: Any]) {
        let files = entry["files"] as? [String: Any] ?? [:]
        name = entry["name"] as? String ?? "?"
        kind = entry["kind"] as? String ?? "?"
        data = files["data"] as? String ?? "none"
        weights = files["weights"] as? [String] ?? []
        configurationData = (try? JSONSerialization.data(withJSONObject: entry["configuration"] ?? [:])) ?? Data()
        outputs = (entry["outputs"] as? [[String: Any]] ?? []).map { output in
            Output(
                name: output["name"] as? String ?? "?", rule: output["rule"] as? String ?? "?",
                tolerances: [
                    .single: output["tolerance32"] as? Double ?? 0, .double: output["tolerance64"] as? Double ?? 0,
                ])
        }
    }

    var testDescription: String { name }

    var hasFiles: Bool {
        FileManager.default.fileExists(atPath: GoldenTraining.folder.appendingPathComponent(data).path)
    }

    /// What the case is made of, as JSON.
    var configuration: [String: Any] {
        (try? JSONSerialization.jsonObject(with: configurationData)) as? [String: Any] ?? [:]
    }

    /// A value of the configuration.
    func value<Value>(_ key: String, _ type: Value.Type = Value.self) throws -> Value {
        try #require(configuration[key] as? Value, "\(name): no \(key)")
    }

    /// Arrays of the case's own file.
    func arrays() throws -> GoldenTensors { try GoldenTensors(GoldenTraining.folder.appendingPathComponent(data)) }

    /// Weights of the shared files under their checkpoint names: generator first, discriminator second.
    func sharedWeights() throws -> [GoldenTensors] {
        try weights.map { try GoldenTensors(GoldenTraining.folder.appendingPathComponent($0)) }
    }
}

/// The kind of number that a case is computed in.
enum GoldenPrecision: String, CaseIterable, Sendable {
    case single, double

    var dtype: DType { self == .single ? .float32 : .float64 }
}

/// The arrays of a safetensors file on the host.
struct GoldenTensors {
    let tensors: [String: Tensor]

    init(_ url: URL) throws {
        let data = try Data(contentsOf: url)
        let length = data.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        let object = try JSONSerialization.jsonObject(with: data.subdata(in: 8..<8 + length))
        var tensors: [String: Tensor] = [:]
        for (name, value) in try #require(object as? [String: Any]) where name != "__metadata__" {
            let entry = try #require(value as? [String: Any])
            let offsets = try #require(entry["data_offsets"] as? [Int])
            let bytes = data.subdata(in: 8 + length + offsets[0]..<8 + length + offsets[1])
            let dtype = try #require(["F32": DType.float32, "F64": .float64, "I32": .int32][entry["dtype"] as? String ?? ""])
            let shape = try #require(entry["shape"] as? [Int])
            tensors[name] = try bytes.withUnsafeBytes { try Tensor(bytes: $0, dtype, shape) }
        }
        self.tensors = tensors
    }

    subscript(_ name: String) -> Tensor {
        get throws { try #require(tensors[name], "no array \(name)") }
    }

    /// Arrays under a prefix without it, in one kind, optionally as parameters.
    func under(_ prefix: String, _ dtype: DType, requiringGrad: Bool = false) throws -> [String: Tensor] {
        var found: [String: Tensor] = [:]
        for (name, tensor) in tensors where name.hasPrefix(prefix) {
            found[String(name.dropFirst(prefix.count))] = try tensor.to(dtype).clone().requiringGrad(requiringGrad)
        }
        return found
    }
}

/// Holds computed outputs to the expected ones by the rules of the index.
func checkGolden(
    _ golden: GoldenTrainingCase, _ arrays: GoldenTensors, _ computed: [String: Tensor], _ precision: GoldenPrecision
) throws {
    #expect(!golden.outputs.isEmpty)
    for output in golden.outputs where output.rule != "informative" {
        let expected = try arrays["out.\(output.name)"]
        let got = try #require(computed[output.name], "\(golden.name): \(output.name) was not computed")
        #expect(got.shape == expected.shape, "\(golden.name): \(output.name)")
        guard got.shape == expected.shape else { continue }
        var difference = try (got.detach().to(.float64) - expected.to(.float64)).abs()
        if output.rule.hasPrefix("masked:") {
            let mask = try arrays["in.\(output.rule.dropFirst("masked:".count))"]
            difference = try mask.equal(to: 1).select(difference, 0)
        } else {
            #expect(["absolute", "exact"].contains(output.rule), "\(golden.name): rule \(output.rule)")
        }
        let worst = try difference.amax().item()
        let allowed = output.rule == "exact" ? 0 : output.tolerances[precision] ?? 0
        // Written so that a NaN fails.
        #expect(worst <= allowed, "\(golden.name), \(precision): \(output.name) is off by \(worst), allowed \(allowed)")
    }
}
