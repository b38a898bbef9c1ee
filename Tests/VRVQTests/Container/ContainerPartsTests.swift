import Testing
@_spi(Laboratory) import VRVQ
import VRVQNetwork

@Suite("Container: checksum, numbers, bits, fingerprint")
struct ContainerPartsTests {
    @Test func checksumIsCastagnoli() {
        // Check value of the CRC catalogue, and the 32 zero bytes of RFC 3720, appendix B.4.
        #expect(CRC32C.checksum(Array("123456789".utf8)[...]) == 0xe306_9283)
        #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)[...]) == 0x8a91_36aa)
    }

    @Test(arguments: [0, 1, 127, 128, 16383, 16384, 1 << 20, 1 << 35, Varint.maximumValue])
    func varintRoundTrips(number: Int) {
        var bytes: [UInt8] = []
        bytes.appendVarint(number)
        #expect(Varint.decode(bytes[...]) == .value(number, length: bytes.count))
        #expect(Varint.decode(bytes.dropLast()) == .incomplete)
        #expect(Varint.decode((bytes + [0x55])[...]) == .value(number, length: bytes.count))
    }

    @Test(arguments: ["8000", "ff00", "80808080808001", "ffffffffffff01", "ffffffffffffff"])
    func longVarintIsRefused(hex: String) {
        #expect(Varint.decode([UInt8](hex: hex)[...]) == .overlong)
    }

    @Test func bitsRoundTrip() {
        var random = ContainerRandom(seed: 7)
        let fields = (0..<2000).map { _ in
            let width = random.int(0...16)
            return (value: random.int(0...(1 << width - 1)), width: width)
        }
        var writer = BitWriter(after: [0xab])
        for field in fields { writer.append(field.value, bits: field.width) }
        writer.finish()
        #expect(writer.bytes.count == 1 + (fields.reduce(0) { $0 + $1.width } + 7) / 8)
        var reader = BitReader(writer.bytes.dropFirst())
        for field in fields { #expect(reader.read(field.width) == field.value) }
        #expect(reader.untouchedBytes == 0 && reader.paddingIsZero)
        #expect(reader.read(16) == nil)
    }

    @Test func bitWidthIsCeilingOfLogarithm() {
        let widths = [1, 2, 3, 4, 5, 8, 9, 1000, 1024, 1025, 65536].map(bitWidth(ofValues:))
        #expect(widths == [0, 1, 2, 2, 3, 3, 4, 10, 10, 11, 16])
    }

    @Test func fingerprintIsSixteenDigits() {
        let fingerprint = Fingerprint(bytes: [0, 0x1a, 2, 3, 4, 5, 6, 0xff])
        #expect(fingerprint.description == "001a0203040506ff")
        #expect(Fingerprint(hex: "001A0203040506fF") == fingerprint)
        #expect(fingerprint.bytes == [0, 0x1a, 2, 3, 4, 5, 6, 0xff])
        for bad in ["", "001a0203040506f", "001a0203040506fff", "001a0203040506fg", "+01a0203040506ff", "äöü"] {
            #expect(Fingerprint(hex: bad) == nil)
        }
    }

    @Test func framesOfASecond() {
        #expect(StreamFormat.framesPerSecond(modelRate: 44100, hop: 512) == 86)
        #expect(StreamFormat.framesPerSecond(modelRate: 16000, hop: 320) == 50)
        #expect(StreamFormat.framesPerSecond(modelRate: 100, hop: 512) == 1)
    }

    /// Source rate, model rate, source samples; model samples and frames of 512, worked out by hand.
    @Test(arguments: [
        (44100, 44100, 0, 0, 0), (44100, 44100, 512, 512, 1), (44100, 44100, 513, 513, 2),
        (48000, 44100, 1, 1, 1), (48000, 44100, 48001, 44101, 87), (48000, 44100, 160, 147, 1),
        (44100, 48000, 3, 4, 1), (192_000, 16000, 12 * 512, 512, 1), (192_000, 16000, 12 * 512 + 1, 513, 2),
        (1, 8_000_000, 1 << 40, 8_000_000 << 40, 15625 << 40), (8_000_000, 1, 1 << 40, 137_439, 269),
    ])
    func sampleAndFrameCounts(sourceRate: Int, modelRate: Int, samples: Int, modelSamples: Int, frames: Int) {
        let format = StreamFormat(
            sourceRate: sourceRate, channels: 1, modelRate: modelRate, hop: 512, stages: 8, entries: 1024,
            networkFingerprint: ContainerFixtures.fingerprint, modelName: "")
        #expect(format.modelSampleCount(sourceSamples: samples) == modelSamples)
        #expect(format.frameCount(sourceSamples: samples) == frames)
    }
}
