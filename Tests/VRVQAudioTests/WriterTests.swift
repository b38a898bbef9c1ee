import Foundation
import Testing
import VRVQAudio

@Suite("Writing")
struct WriterTests {
    @Test(arguments: ["x.wav", "x.aiff", "x.caf", "x.flac"], SampleEncoding.allCases)
    func roundTrip(name: String, encoding: SampleEncoding) throws {
        let folder = try Folder()
        var random = SplitMix(5)
        let planar = [random.samples(5001), random.samples(5001)]
        if name == "x.flac" && encoding.bits == 32 {
            #expect(code { try save(planar, folder[name], encoding) } == .unsupported)
            #expect(folder.names == [])
            return
        }
        try save(planar, folder[name], rate: 32000, encoding)
        let reader = try AudioReader(path: folder[name])
        #expect(reader.format == AudioFormat(sampleRate: 32000, channels: 2))
        let back = try reader.readAll()
        // Half a step of rounding, and one ulp of the Float32 that holds the result.
        let tolerance = encoding == .float32 ? 0 : Float(0.5) / Float(1 << (encoding.bits - 1)) + 0x1p-25
        for channel in 0..<2 {
            let worst = zip(back[channel], planar[channel]).reduce(0) { max($0, abs($1.0 - $1.1)) }
            #expect(back[channel].count == 5001 && worst <= tolerance, "seed \(random.seed)")
        }
        try save(back, folder["again.wav"], encoding)
        #expect(try load(folder["again.wav"]) == back)
    }

    @Test(arguments: ["x.ogg", "x.opus"])
    func lossy(_ name: String) throws {
        let folder = try Folder()
        let sine = (0..<48000).map { 0.5 * Float(sin(2 * Double.pi * 440 * Double($0) / 48000)) }
        try save([sine], folder[name], rate: 48000)
        let back = try load(folder[name])[0]
        #expect(back.count == 48000)
        let error = zip(back, sine).reduce(0.0) { $0 + pow(Double($1.0 - $1.1), 2) }
        #expect(error / Double(sine.count) < 0.01 * 0.125)
        #expect(code { try save([sine], folder["y.opus"], rate: 44100) } == .unsupported)
    }

    @Test(arguments: [SampleEncoding.pcm16, .pcm24, .pcm32])
    func clippingSaturatesAndIsCounted(_ encoding: SampleEncoding) throws {
        let folder = try Folder()
        let writer = try AudioWriter(
            path: folder["x.wav"], format: AudioFormat(sampleRate: 8000, channels: 1), encoding: encoding)
        try writer.write([[1, -1, 1.5, -7, .infinity, .nan, 0.25, 1.000001]])
        try writer.finish()
        #expect(writer.clippedSamples == 5)
        let top = encoding == .pcm16 ? Float(32767) / 32768 : encoding == .pcm24 ? Float(8_388_607) / 8_388_608 : 1
        #expect(try load(folder["x.wav"]) == [[top, -1, top, -1, top, 0, 0.25, top]])
    }

    @Test func floatKeepsWhatIsBeyondFullScale() throws {
        let folder = try Folder()
        try save([[1.5, -3]], folder["x.wav"], .float32)
        #expect(try load(folder["x.wav"]) == [[1.5, -3]])
    }

    @Test func wavIsReadByExtensionAndPadded() throws {
        let folder = try Folder()
        try save([[0.5]], folder["x.WAV"], .pcm24)
        let content = try bytes(folder["x.WAV"])
        #expect(content.count % 2 == 0)
        #expect(try load(folder["x.WAV"]) == [[0.5]])
        #expect(code { try save([[0.5]], folder["x.txt"]) } == .badFormat)
        #expect(code { try save([[0.5]], folder["none/x.wav"]) } == .cannotOpen)
    }

    @Test func beyondFourGibibytesIsRF64() throws {
        let folder = try Folder()
        let layout = WAVLayout(
            format: AudioFormat(sampleRate: 44100, channels: 2), encoding: .pcm16, reserve: true)
        let dataBytes = (4 << 30) + 4000
        let header = layout.header(dataBytes: dataBytes)
        #expect(header.count == layout.headerBytes)
        let path = try folder.file("x.wav", header)
        truncate(path, off_t(header.count + dataBytes))
        let reader = try AudioReader(path: path)
        #expect(reader.frameCount == dataBytes / 4)
        #expect(reader.format.channels == 2)
        #expect(!reader.truncated)
    }

    @Test func pipedWAVIsReadBack() throws {
        let folder = try Folder()
        mkfifo(folder["fifo"], 0o600)
        let path = folder["fifo"]
        let planar = [(0..<9000).map { Float($0) * 0x1p-15 }, (0..<9000).map { Float(-$0) * 0x1p-15 }]
        Thread.detachNewThread { try? save(planar, path) }
        let reader = try AudioReader(path: path)
        #expect(reader.frameCount == nil)
        #expect(try reader.readAll() == planar)
        #expect(!reader.truncated)
        #expect(folder.names == ["fifo"])
    }
}

@Suite("Outputs that appear complete or not at all")
struct AtomicTests {
    @Test func nothingIsThereBeforeTheEnd() throws {
        let folder = try Folder()
        let file = try AtomicFile(path: folder["x.vrvq"])
        try file.write("hello")
        #expect(!folder.names.contains("x.vrvq"))
        try file.finish()
        #expect(folder.names == ["x.vrvq"])
        #expect(try bytes(folder["x.vrvq"]) == Array("hello".utf8))
    }

    @Test(arguments: ["x.wav", "x.flac"])
    func cancelLeavesNothing(_ name: String) throws {
        let folder = try Folder()
        let format = AudioFormat(sampleRate: 8000, channels: 1)
        let writer = try AudioWriter(path: folder[name], format: format)
        try writer.write([[0.5, 0.25]])
        writer.cancel()
        #expect(folder.names == [])
        do {
            let dropped = try AudioWriter(path: folder[name], format: format)
            try dropped.write([[0.5, 0.25]])
        }
        #expect(folder.names == [])
    }

    @Test func anExistingFileIsSafe() throws {
        let folder = try Folder()
        let path = try folder.file("x", [1, 2, 3])
        #expect(code { _ = try AtomicFile(path: path) } == .alreadyExists)
        let replacing = try AtomicFile(path: path, overwrite: true)
        try replacing.write([9])
        #expect(try bytes(path) == [1, 2, 3])
        replacing.cancel()
        #expect(try bytes(path) == [1, 2, 3])
        let again = try AtomicFile(path: path, overwrite: true)
        try again.write([9])
        try again.finish()
        #expect(try bytes(path) == [9])
        #expect(folder.names == ["x"])
    }

    @Test func aNameTakenMeanwhileIsNotReplaced() throws {
        let folder = try Folder()
        let file = try AtomicFile(path: folder["x"])
        try file.write([1])
        _ = try folder.file("x", [2])
        #expect(code { try file.finish() } == .alreadyExists)
        file.cancel()
        #expect(try bytes(folder["x"]) == [2])
        #expect(folder.names == ["x"])
    }

    @Test func linksAreFollowedAndModesKept() throws {
        let folder = try Folder()
        let path = try folder.file("real", [1])
        chmod(path, 0o640)
        symlink(path, folder["link"])
        let file = try AtomicFile(path: folder["link"], overwrite: true)
        try file.write([2])
        try file.finish()
        #expect(try bytes(path) == [2])
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o640)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder["link"]) == path)
    }

    @Test func rewriteThenAppend() throws {
        let folder = try Folder()
        let file = try AtomicFile(path: folder["x"])
        try file.write([1, 2, 3])
        try file.rewrite([9], at: 1)
        try file.write([4])
        try file.finish()
        #expect(try bytes(folder["x"]) == [1, 9, 3, 4])
        #expect(file.byteCount == 4)
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func aFullDiskIsAnError() throws {
        #expect(code { try AtomicFile(path: "/dev/full").write([1]) } == .writeFailed)
        #expect(code { try save([[0.5]], "/dev/full") } == .writeFailed)
        try save([[0.5]], "/dev/null")
        let format = AudioFormat(sampleRate: 8000, channels: 1)
        #expect(code { _ = try AudioWriter(path: "/dev/null", format: format, container: .flac) } == .unsupported)
    }

    @Test func aClosedPipeIsAnError() throws {
        signal(SIGPIPE, SIG_IGN)
        let folder = try Folder()
        mkfifo(folder["fifo"], 0o600)
        let reading = open(folder["fifo"], O_RDONLY | O_NONBLOCK)
        let file = try AtomicFile(path: folder["fifo"])
        close(reading)
        #expect(code { try file.write([1]) } == .closedPipe)
    }
}
