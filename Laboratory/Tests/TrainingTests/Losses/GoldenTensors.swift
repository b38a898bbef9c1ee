import Foundation
import TestSupport
import Testing
import Torch
import VRVQNetwork

// The golden folder as the training's tests see it: tensors in and out.

extension GoldenFolder {
    /// Cases of a kind. The project's own folder has the files of a choice of the training's cases only.
    static func trainingCases(_ kind: String) -> [GoldenCase] {
        cases(of: [kind]).filter { golden in
            guard override == nil, let data = golden.data else { return true }
            return FileManager.default.fileExists(atPath: url.appendingPathComponent(data).path)
        }
    }

    /// What cases are computed in.
    static let precisions: [DType] = [.float32, .float64]
}

extension GoldenFiles {
    /// An input in the precision asked for.
    func tensor(_ name: String, _ dtype: DType) throws -> Tensor {
        let array = try input(name)
        return try Tensor(array.values, array.shape).to(dtype)
    }

    /// Weights by checkpoint name, as parameters.
    func parameters(_ dtype: DType, under prefix: String = "") throws -> [String: Tensor] {
        var found: [String: Tensor] = [:]
        for (name, array) in weights.arrays where name.hasPrefix(prefix) {
            found[name] = try Tensor(array.values, array.shape).to(dtype).clone().requiringGrad()
        }
        return found
    }
}

extension GoldenArray {
    init(_ tensor: Tensor) throws { self.init(tensor.shape, try tensor.detach().doubles()) }
}

extension GoldenCase {
    func require<Value>(_ key: String, _ type: Value.Type = Value.self) throws -> Value {
        try #require(configuration.object[key] as? Value, "\(name): no \(key)")
    }

    /// Holds computed tensors to the expected ones.
    func check(_ computed: [String: Tensor], _ files: GoldenFiles, _ dtype: DType) throws {
        #expect(!outputs.isEmpty)
        let arrays = try computed.mapValues { try GoldenArray($0) }
        GoldenComparison(golden: self, files: files, isDouble: dtype == .float64).check(arrays)
    }
}
