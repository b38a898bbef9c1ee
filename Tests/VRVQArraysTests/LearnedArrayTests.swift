import Testing
import VRVQ
import VRVQArrays

/// Archives of streams in payload coding 4.
@Suite("Arrays: streams with a context model")
struct LearnedArrayTests {
    /// All weights are zero: every code is as likely as any other.
    private func model(_ format: StreamFormat) throws -> ContextModel {
        let shape = ContextModel.Shape(
            stages: format.stages, entries: format.entries, width: 2, hidden: 2, inner: 2)
        var arrays: [ContextField: [Int]] = [:]
        for field in ContextField.allCases { arrays[field] = Array(repeating: 0, count: field.count(shape)) }
        return try ContextModel(shape, arrays)
    }

    @Test func theBytesComeBackWithTheModel() throws {
        let golden = try ArrayFixtures.golden("stereo-tags.vrvq")
        let stream = try TokenStream(decoding: golden)
        let model = try model(stream.format)
        let models = ContextModels(model)
        let bytes = try stream.encoded(entropy: .learned(model))
        #expect(bytes != golden)
        let read = try TokenStream(decoding: bytes, contextModels: models)
        #expect(read == stream)
        let entropy = try #require(try read.entropy(of: bytes, contextModels: models))
        #expect(entropy == .learned(model))

        let archive = TokenArrays.npz(read, entropy: entropy)
        let known = try TokenArrays.stream(npz: archive, TokenArrays.Supplement(contextModels: models, format: nil))
        #expect(known.stream == stream && known.entropy == entropy)
        #expect(try known.stream.encoded(entropy: known.entropy) == bytes)
        let unknown = try TokenArrays.stream(npz: archive, TokenArrays.Supplement(format: nil))
        #expect(unknown.stream == stream && unknown.entropy == .best)
        #expect(try TokenStream(decoding: unknown.stream.encoded(entropy: .best)) == stream)
    }
}
