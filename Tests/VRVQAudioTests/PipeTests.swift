import Foundation
import Testing
import VRVQAudio

@Suite("Pipes")
struct PipeTests {
    @Test(arguments: [
        "empty.wav", "one-sample.wav", "silence-16k.wav", "mono-22k-8bit.wav", "mono-44k-24bit.wav",
        "mono-44k-float.wav", "mono-8k-16bit.wav", "mono-44k.caf", "stereo-44k.aiff", "stereo-44k.mp3",
        "stereo-48k-opus.ogg", "stereo-44k-vorbis.ogg", "stereo-correlated.flac",
    ])
    func fixtureThroughAPipe(_ name: String) throws {
        let file = try AudioReader(path: fixture(name))
        let piped = try AudioReader(descriptor: piped(bytes(fixture(name))), name: name)
        #expect(piped.format == file.format)
        #expect(piped.frameCount == file.frameCount)
        #expect(try piped.readAll() == file.readAll())
        #expect(!piped.truncated)
    }

    /// Files go through libsndfile and pipes through our own parser: two readers, one result.
    @Test(arguments: SampleEncoding.allCases, [1, 2, 5])
    func wavOfAllEncodings(encoding: SampleEncoding, channels: Int) throws {
        let folder = try Folder()
        var random = SplitMix(3)
        let planar = (0..<channels).map { _ in random.samples(10001) }
        try save(planar, folder["x.wav"], encoding)
        let file = try AudioReader(path: folder["x.wav"])
        let piped = try AudioReader(descriptor: piped(bytes(folder["x.wav"])), name: "pipe")
        #expect(file.frameCount == 10001 && piped.frameCount == 10001)
        #expect(try file.readAll() == piped.readAll())
        #expect(!file.truncated && !piped.truncated)
    }

    @Test(arguments: [UInt32(0), 0xFFFF_FFFF, 0x7FFF_F000, 0x8000_0000])
    func unknownSizes(_ size: UInt32) throws {
        let folder = try Folder()
        let planar = [(0..<7000).map { Float($0) * 0x1p-15 }]
        var bytes = WAVLayout(
            format: AudioFormat(sampleRate: 16000, channels: 1), encoding: .pcm16, reserve: false
        ).header(dataBytes: nil)
        let little = (0..<4).map { UInt8(truncatingIfNeeded: size >> (8 * UInt32($0))) }
        bytes.replaceSubrange(4..<8, with: little)
        bytes.replaceSubrange(40..<44, with: little)
        for value in 0..<7000 { bytes += [UInt8(value & 255), UInt8(value >> 8)] }
        let piped = try AudioReader(descriptor: piped(bytes), name: "pipe")
        #expect(piped.frameCount == nil)
        #expect(try piped.readAll() == planar)
        #expect(!piped.truncated)
        let file = try AudioReader(path: folder.file("x.wav", bytes))
        #expect(file.frameCount == 7000)
        #expect(try file.readAll() == planar)
        #expect(!file.truncated)
    }

    enum LongSizes: CaseIterable { case zero, exact, tooLarge }

    /// RF64, whose sizes lie in its `ds64` chunk.
    @Test(arguments: LongSizes.allCases)
    func longSizes(_ sizes: LongSizes) throws {
        let folder = try Folder()
        let format = AudioFormat(sampleRate: 16000, channels: 1)
        let plain = WAVLayout(format: format, encoding: .pcm16, reserve: true).header(dataBytes: 5 << 30)
        #expect(plain.starts(with: Array("RF64".utf8)))
        var bytes = plain
        let size = sizes == .zero ? 0 : sizes == .exact ? 6 : 600
        let riff = sizes == .zero ? 0 : bytes.count - 8 + size
        for (at, value) in [(20, riff), (28, size)] {
            for byte in 0..<8 { bytes[at + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
        }
        bytes += [1, 0, 2, 0, 3, 0]
        let expected: [[Float]] = [[0x1p-15, 0x1p-14, 3 * 0x1p-15]]
        for reader in [
            try AudioReader(path: folder.file("x.wav", bytes)), try AudioReader(descriptor: piped(bytes), name: "pipe"),
        ] {
            #expect(try reader.readAll() == expected)
            #expect(reader.truncated == (sizes == .tooLarge))
        }
    }

    @Test(arguments: [100, 101, 24000])
    func truncatedWAV(_ missing: Int) throws {
        let folder = try Folder()
        let whole = try bytes(fixture("mono-8k-16bit.wav"))
        let cut = Array(whole.dropLast(missing))
        let expected = Array(try load(fixture("mono-8k-16bit.wav"))[0].prefix((cut.count - 44) / 2))
        for reader in [
            try AudioReader(path: folder.file("x.wav", cut)), try AudioReader(descriptor: piped(cut), name: "pipe"),
        ] {
            #expect(try reader.readAll() == [expected])
            #expect(reader.truncated)
        }
    }

    @Test func truncatedFLACGivesWhatIsThere() throws {
        let folder = try Folder()
        let whole = try load(fixture("stereo-correlated.flac"))
        let reader = try AudioReader(
            path: folder.file("x.flac", Array(bytes(fixture("stereo-correlated.flac")).prefix(70000))))
        let part = try reader.readAll()
        #expect(reader.truncated)
        #expect((10000..<66150).contains(part[0].count))
        #expect(part[0] == Array(whole[0].prefix(part[0].count)))
    }

    @Test func chunksAroundTheSamplesArePassedOver() throws {
        let plain = try bytes(fixture("mono-8k-16bit.wav"))
        let list = Array("LIST".utf8) + [3, 0, 0, 0] + Array("abc".utf8) + [0]
        let big = Array("junk".utf8) + [0, 0, 32, 0] + [UInt8](repeating: 7, count: 32 << 16)
        let odd = Array(plain[..<12]) + list + Array(plain[12..<36]) + big + Array(plain[36...]) + list
        let reader = try AudioReader(descriptor: piped(odd), name: "pipe")
        #expect(try reader.readAll() == load(fixture("mono-8k-16bit.wav")))
        #expect(!reader.truncated)
    }

    @Test func spoolIsBounded() throws {
        let flac = try bytes(fixture("stereo-correlated.flac"))
        #expect(code { _ = try AudioReader(pipeBytes: flac, name: "p", spoolLimit: 100_000) } == .unsupported)
        #expect(code { _ = try AudioReader(pipeBytes: flac, name: "p", spoolLimit: 200_000) } == nil)
    }

    @Test func rawWithHalfAFrameAtTheEnd() throws {
        let raw = try RawAudioFormat("s16le:8000:2")
        let reader = try AudioReader(descriptor: piped([1, 0, 2, 0, 3, 0]), name: "pipe", raw: raw)
        #expect(try reader.readAll() == [[0x1p-15], [0x1p-14]])
        #expect(reader.truncated)
    }

    @Test func mutatedHeadersNeverTrap() throws {
        var random = SplitMix(2024)
        let format = AudioFormat(sampleRate: 44100, channels: 3)
        let seeds = try [
            Array(bytes(fixture("mono-8k-16bit.wav")).prefix(300)),
            WAVLayout(format: format, encoding: .pcm24, reserve: true).header(dataBytes: 90)
                + [UInt8](repeating: 9, count: 90),
            WAVLayout(format: format, encoding: .float32, reserve: false).header(dataBytes: nil)
                + [UInt8](repeating: 9, count: 90),
        ]
        var (read, refused) = (0, 0)
        for round in 0..<10_000 {
            var bytes = seeds[round % seeds.count]
            for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&bytes, &random) }
            do {
                let reader = try AudioReader(pipeBytes: bytes, name: "pipe", spoolLimit: 1 << 20)
                let samples = try reader.readAll()
                #expect(samples.allSatisfy { $0.count <= bytes.count }, "seed \(random.seed), round \(round)")
                read += 1
            } catch {
                #expect(!error.message.isEmpty && !error.message.contains("\n"))
                refused += 1
            }
        }
        #expect(read > 1000 && refused > 1000)
    }

    @Test(arguments: [
        "mono-44k.caf", "stereo-44k.aiff", "stereo-44k.mp3", "stereo-48k-opus.ogg", "stereo-44k-vorbis.ogg",
        "stereo-correlated.flac",
    ])
    func mutatedFilesGiveOneLineOrSamples(_ name: String) throws {
        var random = SplitMix(77)
        let whole = Array(try bytes(fixture(name)).prefix(20000))
        for round in 0..<100 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&bytes, &random) }
            do {
                let samples = try AudioReader(pipeBytes: bytes, name: name).readAll()
                #expect(samples.allSatisfy { $0.count < 10_000_000 }, "seed \(random.seed), round \(round)")
            } catch {
                #expect(error.message.hasPrefix("\(name): ") && !error.message.contains("\n"))
            }
        }
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix) {
        let at = Int.random(in: 0..<min(bytes.count, 110), using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[at] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF].randomElement(using: &random)!
        case 2: bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
        case 3: bytes.insert(UInt8.random(in: 0...255, using: &random), at: at)
        default: bytes.remove(at: at)
        }
        if bytes.isEmpty { bytes = [82] }
    }
}
