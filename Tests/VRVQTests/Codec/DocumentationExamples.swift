// The examples of the documentation, as they stand there; DocumentationTests compares and runs them.

import VRVQ
import VRVQDefaultModel

/// Encodes one channel of samples and decodes it again.
func roundTrip(_ samples: [Float]) throws -> [Float] {
    let codec = try Codec(model: DefaultModel.load())
    let bytes = try codec.encode([samples], rate: .scale(8))
    let channels = try codec.decode(bytes)
    return channels[0]
}

/// Encodes pieces of one channel as they come.
func encodeLive(_ pieces: some Sequence<[Float]>, with codec: Codec, send: ([UInt8]) -> Void) throws {
    var encoder = try StreamEncoder(codec, channels: 1)
    for samples in pieces { send(try encoder.push([samples])) }
    send(try encoder.finish())
}

/// Decodes pieces of a stream as they come. `play` gets one array per channel.
func decodeLive(_ pieces: some Sequence<[UInt8]>, with codec: Codec, play: ([[Float]]) -> Void) throws {
    var decoder = StreamDecoder { _ in codec }
    for bytes in pieces {
        decoder.append(bytes)
        while let samples = try decoder.next() { play(samples) }
    }
    play(try decoder.finish())
}

/// The same stream with at most `limit` codebooks in every frame.
func thinned(_ bytes: [UInt8], to limit: Int, with codec: Codec) throws -> [UInt8] {
    var stream = try VRVQStream(decoding: bytes, contextModels: ContextModels(codec.model))
    stream.grids = stream.grids.map { $0.limited(to: limit) }
    return try stream.encoded()
}

/// Codes in use at each scale, from one run of the network.
func sizes(_ samples: [Float], scales: [Float], with codec: Codec) throws -> [Int] {
    let analysis = try codec.analyse(samples)
    return try scales.map { try codec.grid(analysis, rate: .scale($0)).usedCodes }
}

/// Decodes a stream with whichever of some models made it.
func decode(_ bytes: [UInt8], models: [Model]) throws -> [[Float]] {
    var decoder = StreamDecoder { format throws(VRVQError) in
        guard let model = models.first(where: { $0.fingerprint == format.networkFingerprint }) else {
            throw VRVQError(.modelMismatch, "the model \(format.modelName) is not here")
        }
        return try Codec(model: model)
    }
    let samples = try decoder.push(bytes)
    _ = try decoder.finish()
    return samples
}
