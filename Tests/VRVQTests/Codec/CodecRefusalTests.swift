import TestSupport
import Testing
import VRVQ

/// What cannot be coded or decoded is refused with one sentence.
@Suite struct CodecRefusalTests {
    private func refusal<Result>(_ body: () throws -> Result) -> VRVQError? {
        #expect(throws: VRVQError.self) { try body() }
    }

    @Test(arguments: [(Float.nan, "not a number"), (.infinity, "infinite"), (-.infinity, "infinite")])
    func samplesThatAreNotFinite(_ value: Float, _ what: String) throws {
        let codec = try TestModel.micro.codec()
        var bad = [Float](repeating: 0, count: 900)
        bad[700] = value
        let good = [Float](repeating: 0, count: 900)
        let message = "sample 1600 of channel 2 is \(what); such audio cannot be encoded"
        var encoder = try StreamEncoder(codec, channels: 2)
        _ = try encoder.push([good, good])
        let error = refusal { try encoder.push([good, bad]) }
        #expect(error == VRVQError(.badAudio, message))
        #expect(refusal { try codec.analyse(bad) }?.code == .badAudio)
    }

    @Test func aRefusedPushLeavesTheStreamAsItWas() throws {
        var generator = SeededGenerator(seed: 1)
        let (codec, samples) = (try TestModel.micro.codec(), generator.signal(2000))
        var encoder = try StreamEncoder(codec, channels: 1)
        var bytes = try encoder.push([samples])
        _ = refusal { try encoder.push([[0, .nan]]) }
        bytes += try encoder.finish()
        #expect(try bytes == codec.encode([samples]))
    }

    @Test func channelsOfUnequalLength() throws {
        let codec = try TestModel.micro.codec()
        for samples in [[[0, 0], [0]], [[], [0]]] as [[[Float]]] {
            let error = refusal { try codec.encode(samples) }
            #expect(error == VRVQError(.badAudio, "2 channels of equal length are needed"))
        }
        var encoder = try StreamEncoder(codec, channels: 2)
        #expect(refusal { try encoder.push([[0]]) }?.code == .badAudio)
        #expect(refusal { try encoder.push([]) }?.code == .badAudio)
        #expect(refusal { try codec.encode([]) } != nil)
    }

    /// Full scale is 1, but nothing finite may trap.
    @Test(arguments: TestModel.allCases) func hugeSamplesDoNotTrap(_ kind: TestModel) throws {
        let codec = try kind.codec()
        let level = Float.greatestFiniteMagnitude
        for samples in [[Float](repeating: level, count: 2000), (0..<2000).map { $0 % 2 == 0 ? level : -level }] {
            #expect(try codec.decode(codec.encode([samples], rate: kind.rate))[0].count == 2000)
        }
    }

    @Test(arguments: [0, -1, .nan, .infinity, -.infinity] as [Float]) func scales(_ scale: Float) throws {
        let error = refusal { try TestModel.micro.codec().encode([[0]], rate: .scale(scale)) }
        #expect(error == VRVQError(.badSetting, "the scale must be a positive number, not \(scale)"))
    }

    @Test(arguments: [0, -1, 9, Int.max]) func codebooks(_ count: Int) throws {
        let error = refusal { try TestModel.micro.codec().encode([[0]], rate: .codebooks(count)) }
        #expect(error == VRVQError(.badSetting, "the model micro has 1 to 8 codebooks, not \(count)"))
    }

    @Test func aScaleInAConstantRateModel() throws {
        let codec = try TestModel.constant.codec()
        let error = refusal { try codec.encode([[0]], rate: .scale(8)) }
        #expect(error?.code == .badSetting)
        #expect(error?.message.contains("constant rate") == true)
        let analysis = try codec.analyse([0])
        #expect(refusal { try codec.depths(analysis, rate: .scale(8)) } == error)
        #expect(refusal { try codec.grid(analysis, rate: .codebooks(5)) }?.code == .badSetting)
    }

    @Test func threadsAndInstructionSets() throws {
        let model = try TestModel.tiny.model
        for threads in [0, -1, 1025] {
            #expect(refusal { try Codec(model: model, threads: threads) }?.code == .badSetting)
        }
        for missing in InstructionSet.allCases where !InstructionSet.available.contains(missing) {
            #expect(refusal { try Codec(model: model, instructionSet: missing) }?.code == .badSetting)
        }
    }

    @Test func aStreamOfAnotherModel() throws {
        let bytes = try TestModel.micro.codec().encode([[0]])
        let error = refusal { try TestModel.odd.codec().decode(bytes) }
        #expect(error?.code == .modelMismatch)
        #expect(error?.message.contains("micro") == true && error?.message.contains("odd") == true)
        // The same shape with other weights is another model.
        let other = try Codec(model: randomModel(.micro, seed: 2))
        #expect(refusal { try other.decode(bytes) }?.code == .modelMismatch)
        let grid = CodeGrid(stages: 3, entries: 7)
        #expect(refusal { try other.synthesise(grid) }?.code == .modelMismatch)
    }

    /// The right fingerprint beside another shape.
    @Test func aHeaderThatContradictsItsModel() throws {
        let codec = try TestModel.micro.codec()
        var format = try StreamEncoder(codec, channels: 1).format
        format.hop = 320
        var writer = try StreamWriter(format)
        let bytes = try writer.header() + writer.trailer(sampleCount: 0)
        #expect(refusal { try codec.decode(bytes) }?.code == .malformed)
    }

    @Test func aFailedDecoderStaysFailed() throws {
        let bytes = try TestModel.micro.codec().encode([[0]])
        let missing = VRVQError(.modelMismatch, "there is no such model")
        var decoder = StreamDecoder { _ throws(VRVQError) in throw missing }
        #expect(refusal { try decoder.push(bytes) } == missing)
        #expect(refusal { try decoder.push(bytes) } == missing)
        #expect(refusal { try decoder.finish() } == missing)
    }
}
