import Foundation
import Testing
import VRVQAudio

struct Expected: Sendable, CustomTestStringConvertible {
    var file: String
    var rate: Int
    var channels: Int
    var frames: Int
    var testDescription: String { file }
}

@Suite("Reading files")
struct ReaderTests {
    @Test(arguments: [
        Expected(file: "empty.wav", rate: 44100, channels: 1, frames: 0),
        Expected(file: "one-sample.wav", rate: 44100, channels: 1, frames: 1),
        Expected(file: "silence-16k.wav", rate: 16000, channels: 1, frames: 8000),
        Expected(file: "mono-22k-8bit.wav", rate: 22050, channels: 1, frames: 44100),
        Expected(file: "mono-44k-24bit.wav", rate: 44100, channels: 1, frames: 26460),
        Expected(file: "mono-44k-float.wav", rate: 44100, channels: 1, frames: 35280),
        Expected(file: "mono-44k.caf", rate: 44100, channels: 1, frames: 44100),
        Expected(file: "mono-8k-16bit.wav", rate: 8000, channels: 1, frames: 24000),
        Expected(file: "stereo-44k.aiff", rate: 44100, channels: 2, frames: 22050),
        Expected(file: "stereo-44k.mp3", rate: 44100, channels: 2, frames: 220500),
        Expected(file: "stereo-48k-opus.ogg", rate: 48000, channels: 2, frames: 240000),
        Expected(file: "stereo-44k-vorbis.ogg", rate: 44100, channels: 2, frames: 220500),
        Expected(file: "stereo-correlated.flac", rate: 44100, channels: 2, frames: 66150),
    ])
    func formatAndLength(_ expected: Expected) throws {
        let reader = try AudioReader(path: fixture(expected.file))
        #expect(reader.format == AudioFormat(sampleRate: expected.rate, channels: expected.channels))
        #expect(reader.frameCount == expected.frames)
        let samples = try reader.readAll()
        #expect(samples.count == expected.channels)
        #expect(samples.allSatisfy { $0.count == expected.frames && $0.allSatisfy(\.isFinite) })
        #expect(reader.position == expected.frames)
        #expect(!reader.truncated)
        let peak = samples.joined().reduce(0) { max($0, abs($1)) }
        let silent = expected.frames < 2 || expected.file.hasPrefix("silence")
        #expect(silent ? peak <= 1 : (0.02...1.3).contains(peak))
    }

    @Test func floatBeyondFullScaleIsKept() throws {
        let peak = try load(fixture("mono-44k-float.wav"))[0].reduce(0) { max($0, abs($1)) }
        #expect(peak == 1.260972023010254)
    }

    @Test func rightIsNineTenthsOfLeft() throws {
        let stereo = try load(fixture("stereo-correlated.flac"))
        let worst = zip(stereo[0], stereo[1]).reduce(0) { max($0, abs($1.1 - 0.9 * $1.0)) }
        #expect(worst < 1.1 / 32768)
        #expect(stereo[0].contains { abs($0) > 0.02 })
    }

    @Test func lossyCodersStayNearEachOther() throws {
        // The three lossy files hold the same kind of music; each channel must at least be neither silent nor swapped
        // into noise: neighbouring samples correlate strongly in music, and not in a misread stream.
        for name in ["stereo-44k.mp3", "stereo-48k-opus.ogg", "stereo-44k-vorbis.ogg"] {
            for channel in try load(fixture(name)) {
                let power = channel.reduce(0.0) { $0 + Double($1) * Double($1) }
                let lagged = zip(channel, channel.dropFirst()).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
                #expect(lagged / power > 0.9, "\(name)")
            }
        }
    }

    @Test func blocksGiveTheSameSamplesAsTheWhole() throws {
        let whole = try load(fixture("stereo-correlated.flac"))
        let reader = try AudioReader(path: fixture("stereo-correlated.flac"))
        var block: [[Float]] = []
        var joined: [[Float]] = [[], []]
        var sizes: Set<Int> = []
        while try reader.read(into: &block, upTo: 5001) > 0 {
            sizes.insert(block[0].count)
            for channel in 0..<2 { joined[channel] += block[channel] }
        }
        #expect(joined == whole)
        #expect(sizes == [5001, 66150 % 5001])
    }

    @Test func integersAreScaledByTheirRange() throws {
        let folder = try Folder()
        let raw: [(RawSampleFormat, [UInt8], [Float])] = [
            (.u8, [0, 128, 255, 192], [-1, 0, 127 / 128, 0.5]),
            (.s16le, [0, 0x80, 0, 0, 0, 0x40], [-1, 0, 0.5]),
            (.s24le, [0, 0, 0x80, 1, 0, 0, 0xFF, 0xFF, 0xFF], [-1, 0x1p-23, -0x1p-23]),
            (.s32le, [0, 0, 0, 0x80, 0, 0, 0, 0x40], [-1, 0.5]),
            (.f32le, [0, 0, 0x20, 0x40, 0, 0, 0, 0xBF], [2.5, -0.5]),
            (.f64le, [0, 0, 0, 0, 0, 0, 4, 0x40], [2.5]),
        ]
        for (samples, bytes, expected) in raw {
            let path = try folder.file("x", bytes)
            let format = try RawAudioFormat("\(samples.rawValue):8000:1")
            let reader = try AudioReader(path: path, raw: format)
            #expect(reader.frameCount == expected.count)
            #expect(try reader.readAll() == [expected])
            #expect(try AudioReader(descriptor: piped(bytes), name: "pipe", raw: format).readAll() == [expected])
        }
    }

    @Test func sixChannelsStayInOrder() throws {
        let folder = try Folder()
        let planar = (0..<6).map { channel in (0..<1000).map { Float(channel * 1000 + $0) * 0x1p-15 } }
        try save(planar, folder["six.wav"], rate: 48000)
        #expect(try load(folder["six.wav"]) == planar)
    }
}

@Suite("Refusals")
struct RefusalTests {
    @Test func whatIsNotAudioIsNamedAsSuch() throws {
        let folder = try Folder()
        #expect(code { _ = try AudioReader(path: folder["missing.wav"]) } == .cannotOpen)
        #expect(code { _ = try AudioReader(path: folder.path) } == .cannotOpen)
        #expect(code { _ = try AudioReader(path: "/dev/null") } == .notAudio)
        #expect(code { _ = try AudioReader(path: folder.file("empty", [])) } == .notAudio)
        #expect(code { _ = try AudioReader(path: folder.file("text", Array("hello, hello".utf8))) } == .notAudio)
        #expect(code { _ = try AudioReader(descriptor: piped(Array("hello, hello".utf8)), name: "p") } == .notAudio)
        #expect(code { _ = try AudioReader(descriptor: piped([]), name: "p") } == .notAudio)
        #expect(
            code {
                _ = try AudioReader(path: folder.file("cut.wav", bytes(fixture("mono-8k-16bit.wav")).prefix(30) + []))
            } == .damaged)
    }

    @Test(arguments: [
        (0, 8000, AudioError.Code.damaged), (65, 8000, .unsupported), (1, 0, .unsupported), (1, 768_001, .unsupported),
    ])
    func absurdHeaders(channels: Int, rate: Int, expected: AudioError.Code) throws {
        let folder = try Folder()
        let format = AudioFormat(sampleRate: rate, channels: channels)
        var bytes = WAVLayout(format: format, encoding: .pcm16, reserve: false).header(dataBytes: 0)
        bytes += [UInt8](repeating: 0, count: 400)
        let path = try folder.file("x.wav", bytes)
        #expect(code { _ = try AudioReader(path: path) } == expected)
        #expect(code { _ = try AudioReader(descriptor: piped(bytes), name: "p") } == expected)
    }

    @Test(arguments: [
        "", "s16le", "s16le:44100", "s16le:44100:2:1", "s16be:44100:2", "s16le:0:2", "s16le:x:2", "f32le:44100:65",
    ])
    func rawFormatTexts(_ text: String) {
        #expect(code { _ = try RawAudioFormat(text) } == .badFormat)
    }

    @Test func rawFormatText() throws {
        let raw = try RawAudioFormat("s24le:48000:3")
        #expect(raw == RawAudioFormat(samples: .s24le, format: AudioFormat(sampleRate: 48000, channels: 3)))
        #expect(raw.bytesPerFrame == 9)
    }
}
