import Synchronization
import VRVQ

/// Codecs by fingerprint, so that a folder of streams loads each model once.
final class ModelCache: Sendable {
    private let option: String?
    private let threads: Int
    private let instructionSet: InstructionSet
    private let codecs = Mutex<[Fingerprint: Codec]>([:])

    /// - Parameter option: a model that the user insists on, or nil for the one that each stream names.
    init(option: String?, threads: Int, instructionSet: InstructionSet) {
        self.option = option
        self.threads = threads
        self.instructionSet = instructionSet
    }

    /// The codec for a stream.
    func codec(for format: StreamFormat) throws(VRVQError) -> Codec {
        let known = codecs.withLock { $0[format.networkFingerprint] }
        if let known { return known }
        let model: Model
        if let option {
            do { model = try ModelLibrary.model(option) } catch {
                throw VRVQError(.badModel, Failure(error).message)
            }
        } else {
            model = try ModelLibrary.model(for: format)
        }
        let codec = try Codec(model: model, threads: threads, instructionSet: instructionSet)
        codecs.withLock { $0[format.networkFingerprint] = codec }
        return codec
    }

    /// Where context models are found: in the model that the user insists on, then in all.
    var contextModels: ContextModels {
        guard let option, let model = try? ModelLibrary.model(option) else { return ModelLibrary.contextModels }
        return ContextModels(model).or(ModelLibrary.contextModels)
    }

    /// The frames that decoding a part of a stream needs around it.
    func context(for format: StreamFormat, outputRate: Int) throws(VRVQError) -> FrameContext {
        FrameContext(try codec(for: format).model, outputRate: outputRate)
    }
}
