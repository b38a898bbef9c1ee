import Testing
import VRVQ
import VRVQNetwork

@Suite struct ModelFromWeightsTests {
    private let tiny: Model

    init() throws { tiny = try Model.untrained(ModelFiles.architecture, seed: 3, name: "tiny") }

    @Test func keepsEveryValue() throws {
        let model = try Model(
            name: "made", architecture: tiny.architecture, card: tiny.card, weights: try weights())
        for parameter in tiny.network.parameters {
            #expect(try model.weights.values(of: parameter.name) == tiny.weights.values(of: parameter.name))
        }
        #expect(try Model(model.serialized()).fingerprint == model.fingerprint)
    }

    /// Magnitude 2 |v| and direction v make the kernel 2 v.
    @Test func foldsMagnitudeAndDirection() throws {
        var weights = try weights()
        let kernel = try #require(tiny.network.parameters.first { $0.kind == .kernel })
        let layer = kernel.name.dropLast(".weight".count)
        let stored = weights.arrays.removeValue(forKey: kernel.name)
        let direction = try #require(stored).values
        let inner = direction.count / kernel.shape[0]
        let magnitude = (0..<kernel.shape[0]).map { row in
            2 * direction[row * inner..<(row + 1) * inner].reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
        weights.arrays["\(layer).weight_v"] = (kernel.shape, direction)
        weights.arrays["\(layer).weight_g"] = ([kernel.shape[0], 1, 1], magnitude)
        let model = try Model(name: "made", architecture: tiny.architecture, card: tiny.card, weights: weights)
        for (found, v) in zip(try model.weights.values(of: kernel.name), direction) {
            #expect(abs(found - 2 * v) <= 4e-7 * abs(v))
        }
    }

    @Test func halvesAreRoundedOnce() throws {
        let model = try Model(
            name: "made", architecture: tiny.architecture, card: tiny.card, weights: try weights(), type: .float16)
        #expect(model.serialized().count < tiny.serialized().count)
        for parameter in tiny.network.parameters {
            let pairs = zip(
                try model.weights.values(of: parameter.name), try tiny.weights.values(of: parameter.name))
            // Half a unit in the last of 11 bits, and half of the least subnormal number.
            #expect(pairs.allSatisfy { abs($0 - $1) <= max(abs($1) * 0x1p-11, 0x1p-25) }, "\(parameter.name)")
        }
    }

    @Test func missingAndMisshapenArraysAreNamed() throws {
        var missing = try weights()
        let name = try #require(tiny.network.parameters.last { $0.kind == .bias }).name
        missing.arrays[name] = nil
        #expect(error(missing)?.description.contains(name) == true)
        var misshapen = try weights()
        misshapen.arrays[name] = ([1, 1], [0])
        #expect(error(misshapen)?.description.contains(name) == true)
    }

    private func error(_ weights: WeightDictionary) -> VRVQError? {
        vrvqError { () throws(VRVQError) in
            try Model(name: "made", architecture: tiny.architecture, card: tiny.card, weights: weights)
        }
    }

    private func weights() throws -> WeightDictionary {
        var weights = WeightDictionary()
        for parameter in tiny.network.parameters {
            weights.arrays[parameter.name] = (parameter.shape, try tiny.weights.values(of: parameter.name))
        }
        return weights
    }
}
