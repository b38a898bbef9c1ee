import Testing
import VRVQ
import VRVQArrays

/// Files of the official program, and the sound that a plain implementation of the published decoder gives of them.
@Suite("Arrays: .dac files")
struct DACTests {
    private func file(_ name: String) throws -> DACFile {
        let bytes = try ArrayFixtures.array("\(name).dac")
        var start = 0
        let header = try NPYHeader(bytes, start: &start)
        #expect(header.type == "|O" && header.shape.isEmpty)
        return try DACFile(pickle: Array(bytes[start...]))
    }

    @Test func fields() throws {
        let file = try file("chunked")
        #expect((file.channels, file.stages, file.frames) == (2, 2, 120))
        #expect((file.chunkLength, file.originalLength, file.sampleRate) == (60, 400, 8000))
        #expect(file.inputDecibels == -23.5 && !file.isPadded && file.codes.count == 480 && file.codes.max() == 3)
    }

    @Test func olderFormsOfThePickle() throws {
        #expect(try file("padded-protocol-2") == file("padded"))
    }

    /// Chunks without padding, whose ends are not those of a padded network; any number of threads.
    @Test(arguments: [("chunked", 1), ("chunked", 3), ("padded", 1), ("padded", 2)])
    func samples(_ name: String, threads: Int) throws {
        let wanted = try NPYArray(ArrayFixtures.array("\(name)-samples.npy"), name: name)
        let samples = try ArrayFixtures.codec(threads: threads).samples(of: file(name))
        try #require(wanted.shape == [samples.count, samples[0].count])
        var largest = 0.0
        for (channel, row) in samples.enumerated() {
            for (index, value) in row.enumerated() {
                let difference = Double(value) - (wanted.float(at: channel * wanted.shape[1] + index) ?? .nan)
                largest = max(largest, abs(difference))
            }
        }
        #expect(largest < 5e-5, "\(largest)")
    }

    @Test func chunksShorterThanTheNetwork() throws {
        let bytes = try ArrayFixtures.array("chunked.dac")
        let key = Array("chunk_length".utf8)
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: key) })
        // The opcode for a byte, and its value, follow the key and its place in the memo.
        let value = try #require(bytes[(place + key.count)...].firstIndex(of: UInt8(ascii: "K"))) + 1
        #expect(bytes[value] == 60)
        var short = bytes
        short[value] = 12
        var start = 0
        _ = try NPYHeader(short, start: &start)
        let file = try DACFile(pickle: Array(short[start...]))
        let codec = try ArrayFixtures.codec(threads: 1)
        let error = #expect(throws: VRVQError.self) { try codec.samples(of: file) }
        #expect(error?.message.contains("fewer frames than the model tiny takes") == true)
    }
}
