import HostileInput
import Testing
import VRVQ
import VRVQArrays

/// Files whose bytes must never change while the version of the format is 1 (FORMAT.md, section 12): `NAME.vrvq` is what
/// writing the grids of `NAME.npz` gives, and they are what reading it gives. There is no legitimate reason to edit
/// them; what a writer of a later release does better comes beside them, as more files.
@Suite("Container: golden files")
struct ContainerGoldenTests {
    @Test(arguments: ArrayFixtures.golden) func writingGivesTheBytes(_ name: String) throws {
        let (stream, entropy) = try TokenArrays.stream(
            npz: ArrayFixtures.golden("\(name).npz"), ArrayFixtures.supplement)
        #expect(try stream.encoded(entropy: entropy) == ArrayFixtures.golden("\(name).vrvq"))
    }

    @Test(arguments: ArrayFixtures.golden) func readingGivesTheGrids(_ name: String) throws {
        let (wanted, entropy) = try TokenArrays.stream(
            npz: ArrayFixtures.golden("\(name).npz"), ArrayFixtures.supplement)
        let bytes = try ArrayFixtures.golden("\(name).vrvq")
        let models = ArrayFixtures.contextModels
        let stream = try TokenStream(decoding: bytes, contextModels: models)
        #expect(stream.format == wanted.format && stream.grids == wanted.grids)
        #expect(stream.sampleCount == wanted.sampleCount && stream.tags == wanted.tags)
        #expect(stream.segments == wanted.segments)
        #expect(try stream.entropy(of: bytes, contextModels: models) == entropy)
    }

    /// They cover what they are there for.
    @Test func theyHoldWhatTheirNamesSay() throws {
        func stream(_ name: String) throws -> TokenStream {
            try TokenStream(
                decoding: ArrayFixtures.golden("\(name).vrvq"), contextModels: ArrayFixtures.contextModels)
        }
        #expect(try stream("stereo-tags").tags.count == 3 && stream("stereo-tags").grids.count == 2)
        #expect(try stream("constant").format.constantDepth == 2)
        #expect(try stream("segments").segments.count == 2 && stream("segments").chunkFrames != nil)
        #expect(try stream("silence").grids[0].depth.filter { $0 == 0 }.count == 125)
        #expect(try stream("mono-adaptive").format.scale == 3.5)
        #expect(try stream("empty").frames == 0)
        #expect(try stream("mid-side").format.stereoMode == .midSide && stream("mid-side").grids.count == 2)
        #expect(try stream("equal").format.stereoMode == .equal && stream("equal").format.channels == 3)
        #expect(try stream("stereo-segments").segments.map(\.segment.stereoMode) == [nil, .independent])
        // Type and length of the index, which the trailer of 14 bytes follows.
        #expect(try ArrayFixtures.golden("indexed.vrvq").suffix(24).starts(with: [0x02, 4]))
        for name in ["mono-adaptive", "stereo-tags", "silence", "eight-stages", "learned"] {
            let bytes = try ArrayFixtures.golden("\(name).vrvq")
            #expect(try stream(name).encoded(entropy: .packed).count > bytes.count, "\(name) shows no coding 3")
        }
        // A chunk needs the context model.
        #expect(throws: VRVQError.self) { try TokenStream(decoding: ArrayFixtures.golden("learned.vrvq")) }
    }

    /// The fuzzer's context model is the same, so that it comes past the name.
    @Test func theFuzzerReadsThemAll() { #expect(TinyModels.context == ArrayFixtures.context) }
}
