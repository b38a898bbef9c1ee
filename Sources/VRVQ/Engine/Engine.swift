import Synchronization
import VRVQNetwork

/// A network with its weights, ready to run on this machine. Immutable to the outside and shared by any number of
/// streams; each half is prepared when it is first needed, so that a decoder never pays for an encoder.
final class Engine: Sendable {
    let network: Network
    let report: NetworkReport
    let instructionSet: InstructionSet
    /// Frames that one thread works on at a time: long enough that the rows computed twice (the reach of the
    /// network, once per segment) are few.
    let segmentFrames: Int
    private let weights: any WeightSource
    private let encoder = Mutex<PreparedLayers?>(nil)
    private let decoder = Mutex<PreparedLayers?>(nil)
    private let geometry = Mutex<StageGeometry?>(nil)

    init(
        network: Network, weights: any WeightSource, instructionSet: InstructionSet, segmentFrames: Int
    ) {
        precondition(segmentFrames > 0)
        self.segmentFrames = segmentFrames
        self.network = network
        self.weights = weights
        self.instructionSet = instructionSet
        report = network.report()
    }

    /// Frames that flow through the layers at once: enough to make good use of weights that come from memory,
    /// few enough that a block's activations stay near the core.
    var blockFrames: Int {
        switch network.architecture.encoder {
        case .pyramid: 16
        case .frameRate: 64
        }
    }

    /// A stream that analyses.
    func encodingStream() throws(VRVQError) -> CPU {
        let layers = network.featureLayers + network.latentLayers + (network.importanceLayers ?? [])
        return CPU(try prepared(encoder, layers), slots: network.slots)
    }

    /// A stream that synthesises.
    func decodingStream() throws(VRVQError) -> CPU {
        CPU(try prepared(decoder, network.decoderLayers), slots: network.slots)
    }

    /// What a search over the stages needs.
    func stageGeometry() throws(VRVQError) -> StageGeometry {
        try once(geometry) { () throws(WeightError) in
            try StageGeometry(network.quantizer, weights: weights, instructionSet: instructionSet)
        }
    }

    private func prepared(
        _ half: borrowing Mutex<PreparedLayers?>, _ layers: [Layer]
    ) throws(VRVQError) -> PreparedLayers {
        try once(half) { () throws(WeightError) in
            try PreparedLayers(
                layers: layers, stages: network.quantizer.stages, weights: weights, instructionSet: instructionSet)
        }
    }

    private func once<Value: Sendable>(
        _ place: borrowing Mutex<Value?>, _ make: () throws(WeightError) -> Value
    ) throws(VRVQError) -> Value {
        let made: Result<Value, WeightError> = place.withLock { known in
            if let known { return .success(known) }
            do throws(WeightError) {
                let made = try make()
                known = made
                return .success(made)
            } catch {
                return .failure(error)
            }
        }
        switch made {
        case .success(let prepared): return prepared
        case .failure(let error): throw VRVQError(.badModel, error.description)
        }
    }
}
