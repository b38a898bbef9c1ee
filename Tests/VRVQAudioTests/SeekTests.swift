import Testing
import VRVQAudio

@Suite("Seeking")
struct SeekTests {
    /// Reading from a frame on gives what reading everything gives there.
    @Test(arguments: [
        "mono-44k-24bit.wav", "mono-44k.caf", "stereo-44k.aiff", "stereo-correlated.flac", "mono-22k-8bit.wav",
    ])
    func equalsReadingThrough(_ name: String) throws {
        let whole = try AudioReader(path: fixture(name)).readAll()
        let reader = try AudioReader(path: fixture(name))
        for start in [whole[0].count - 7, 5, 12345, 0, 20001, whole[0].count] {
            var part: [[Float]] = []
            try reader.seek(toFrame: start)
            #expect(reader.position == start)
            let count = try reader.read(into: &part, upTo: 500)
            #expect(count == min(500, whole[0].count - start))
            let isEqual = whole.indices.allSatisfy { part[$0] == Array(whole[$0][start..<start + count]) }
            #expect(isEqual, "\(name) differs from frame \(start) on")
        }
        try reader.seek(toFrame: .max / 2)
        var rest: [[Float]] = []
        #expect(try reader.read(into: &rest, upTo: 10) == 0)
    }

    /// Decoders of these formats need a run-up, so that what follows a jump may differ a little.
    @Test(arguments: ["stereo-44k.mp3", "stereo-48k-opus.ogg", "stereo-44k-vorbis.ogg"])
    func comesCloseInLossyFormats(_ name: String) throws {
        let whole = try AudioReader(path: fixture(name)).readAll()
        let reader = try AudioReader(path: fixture(name))
        try reader.seek(toFrame: 100_000)
        var part: [[Float]] = []
        #expect(try reader.read(into: &part, upTo: 20_000) == 20_000)
        let expected = Array(whole[0][100_000..<120_000])
        let error = zip(part[0], expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        let energy = expected.reduce(0) { $0 + $1 * $1 }
        #expect(error < 1e-5 * energy, "\(error / energy) of the energy is off")
    }

    @Test func pipesGoForwardsOnly() throws {
        let whole = try AudioReader(path: fixture("mono-44k-24bit.wav")).readAll()
        let reader = try AudioReader(
            descriptor: piped(try bytes(fixture("mono-44k-24bit.wav"))), name: "pipe")
        var part: [[Float]] = []
        try reader.seek(toFrame: 10_000)
        #expect(try reader.read(into: &part, upTo: 10) == 10)
        #expect(part[0] == Array(whole[0][10_000..<10_010]))
        #expect(throws: AudioError.self) { try reader.seek(toFrame: 0) }
    }
}
