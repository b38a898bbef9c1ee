import Foundation
import Testing
@_spi(Laboratory) import VRVQReport

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// What a parsed picture holds.
private final class Picture: NSObject, XMLParserDelegate {
    private(set) var outlines: [String] = []
    private(set) var texts: [String] = []
    private(set) var images = 0
    private(set) var elements: Set<String> = []
    private var text = ""

    /// Parses a document; records an issue when it is not well-formed.
    init(_ document: String) {
        super.init()
        let parser = XMLParser(data: Data(document.utf8))
        parser.delegate = self
        #expect(parser.parse(), "\(String(describing: parser.parserError))")
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String] = [:]
    ) {
        text = ""
        elements.insert(name)
        if name == "path", let outline = attributes["d"] { outlines.append(outline) }
        if name == "image" { images += 1 }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        if name == "text" || name == "title" { texts.append(text) }
    }

    func steps(_ panel: Int) -> Int { outlines[panel].filter { $0 == "H" }.count }
}

private func sine(_ hertz: Double, rate: Int, seconds: Double, amplitude: Double = 1) -> [Float] {
    (0..<Int(seconds * Double(rate))).map { Float(amplitude * sin(2 * Double.pi * hertz * Double($0) / Double(rate))) }
}

private func spectrogram(_ samples: [Float], rate: Int = 8000) -> Spectrogram {
    let builder = SpectrogramBuilder(sampleRate: rate)
    builder.add(samples)
    return builder.finish()
}

private func map(
    _ depths: [[UInt8]], name: String = "a.flac", stages: Int = 8, samples: [Float] = [], frame: Double = 0.01
) -> DepthMap {
    DepthMap(
        fileName: name, bytesOnDisk: 1000, scale: 1, stages: stages, frameSeconds: frame, depths: depths,
        spectrogram: spectrogram(samples))
}

@Suite("Depth map")
struct DepthMapTests {
    @Test func oneStepPerChangeOfDepth() {
        let picture = Picture(map([[1, 1, 2, 2, 2, 8, 0, 0, 3]], samples: sine(440, rate: 8000, seconds: 0.09)).svg())
        #expect(picture.outlines.count == 1)
        #expect(picture.steps(0) == 5)
        #expect(picture.images == 1)
        for text in [
            "0", "8", "1k", "2k", "codebooks in use", "time (s)", "frequency (Hz, mel scale)", "dB re full scale",
        ] {
            #expect(picture.texts.contains(text), "\(text)")
        }
    }

    @Test func stepsReachTheirHeight() {
        // The panel reaches from y = 56 (all 4 stages) to y = 264 (none); 2 frames fill 1030 pixels from x = 78.
        let picture = Picture(map([[4, 1]], stages: 4).svg())
        #expect(picture.outlines == ["M78 264V56H593V212H1108V264Z"])
    }

    @Test func channels() {
        let two = Picture(map([[1, 2, 3], [4, 4, 4]]).svg())
        #expect(two.outlines.count == 2 && two.steps(0) == 3 && two.steps(1) == 1)
        #expect(two.texts.contains("left") && two.texts.contains("right"))
        let three = Picture(map([[1, 2], [2, 2], [3, 5]], stages: 6).svg())
        #expect(three.outlines.count == 1 && three.steps(0) == 2)
        #expect(three.outlines[0].hasPrefix("M78 264V\(fixed(264 - 208.0 * 2 / 6, 2))H"))
        #expect(three.texts.contains("3 channels"))
    }

    @Test func titleSaysTheNumbers() {
        let picture = map([[2, 3, 4, 4]], samples: [Float](repeating: 0, count: 8000))
        #expect(
            picture.title == "a.flac   \u{B7}   8.00 kbit/s on disk   \u{B7}   mean depth 3.25 of 8   \u{B7}   scale 1")
        #expect(Picture(picture.svg()).texts.contains(picture.title))
    }

    @Test func titleIsEscaped() {
        let name = "<script>\"a\" & 'b'</script>\u{1}\n\u{1F3B5}.flac"
        let picture = Picture(map([[1]], name: name).svg())
        #expect(picture.texts.allSatisfy { !$0.contains("\u{1}") })
        #expect(picture.texts.contains { $0.contains("<script>\"a\" & 'b'</script>\u{FFFD}\u{FFFD}\u{1F3B5}.flac") })
        #expect(!picture.elements.contains("script"))
    }

    @Test(arguments: [[[UInt8]](), [[]], [[0]], [[8]], [[], []], [[255]], [[1], []], [[], [1], [2]]])
    func fewFrames(_ depths: [[UInt8]]) {
        for samples in [[], [0.5], [Float.nan, .infinity, -.infinity, 3e38, -3e38]] {
            let picture = Picture(map(depths, samples: samples).svg())
            #expect(picture.outlines.count == (depths.count == 2 ? 2 : 1))
            #expect(picture.texts.allSatisfy { !$0.lowercased().contains("nan") && !$0.contains("inf") })
        }
    }

    @Test func manyFramesStayBelowAMegabyte() {
        var state: UInt32 = 1
        let noise = (0..<700_000).map { _ -> Float in
            state = state &* 1_664_525 &+ 1_013_904_223
            return Float(Int32(bitPattern: state)) * 0x1p-31
        }
        let depths = (0..<2).map { channel in noise.prefix(200_000).map { UInt8(16 + 15 * $0 * Float(channel + 1) / 2) }
        }
        let document = map(depths, stages: 32, samples: noise, frame: 87.5 / 200_000).svg()
        #expect(document.utf8.count < 1_000_000)
        let picture = Picture(document)
        #expect((500...1030).contains(picture.steps(0)))
        #expect(picture.texts.contains("195 frames"))
    }

    @Test func stageCounts() {
        for stages in [1, 2, 3, 9, 16, 32, 64, 255] {
            #expect(Picture(map([[1, 0, 1]], stages: stages).svg()).texts.contains("\(stages)"))
        }
    }
}

@Suite("Spectrogram")
struct SpectrogramTests {
    @Test(arguments: [120.0, 440, 1000, 3000, 3900], [1.0, 0.01])
    func aSineLandsInItsRow(hertz: Double, amplitude: Double) {
        let result = spectrogram(sine(hertz, rate: 8000, seconds: 0.5, amplitude: amplitude))
        #expect(abs(Double(result.columns) * result.columnSeconds - 0.5) <= result.columnSeconds)
        // Both edges show the jump from and to silence.
        for column in result.columns / 4..<result.columns * 3 / 4 {
            let levels = result.levels[column * result.rows..<(column + 1) * result.rows]
            let loudest = levels.indices.max { levels[$0] < levels[$1] }! - column * result.rows
            #expect(abs(loudest - result.row(of: hertz)) <= 2)
            // A Hann window shows a tone between two bins up to 1.42 dB too low.
            #expect(abs(Double(levels.max()!) - 20 * log10(amplitude)) < 2)
        }
    }

    @Test func onsetFallsInItsColumn() {
        var samples = [Float](repeating: 0, count: 16000)
        samples[12000] = 1
        let result = spectrogram(samples)
        let sums = (0..<result.columns).map { column in
            result.levels[column * result.rows..<(column + 1) * result.rows].reduce(0, +)
        }
        let loudest = sums.indices.max { sums[$0] < sums[$1] }!
        #expect(abs((Double(loudest) + 0.5) * result.columnSeconds - 1.5) <= result.columnSeconds)
    }

    @Test func blocksDoNotMatter() {
        let samples = sine(500, rate: 8000, seconds: 0.4)
        let builder = SpectrogramBuilder(sampleRate: 8000)
        for start in stride(from: 0, to: samples.count, by: 77) {
            builder.add(planar: [Array(samples[start..<min(start + 77, samples.count)])])
        }
        #expect(builder.finish().levels == spectrogram(samples).levels)
    }

    @Test func channelsAreAveraged() {
        let samples = sine(500, rate: 8000, seconds: 0.2)
        let builder = SpectrogramBuilder(sampleRate: 8000)
        builder.add(planar: [samples, samples.map { -$0 }])
        #expect(builder.finish().levels.allSatisfy { $0 == -200 })
    }

    @Test func longAudioKeepsItsPlacesWithFewColumns() {
        // Silence with a tone from 60 % to 80 % of the time, long enough for columns to be joined several times.
        let count = 400_000
        let tone = sine(1000, rate: 8000, seconds: Double(count) / 8000)
        let samples = tone.indices.map { (count * 6 / 10..<count * 8 / 10).contains($0) ? tone[$0] : 0 }
        let result = spectrogram(samples)
        #expect((600...1200).contains(result.columns))
        #expect(result.seconds == 50)
        let row = result.row(of: 1000)
        for column in 0..<result.columns {
            let time = (Double(column) + 0.5) * result.columnSeconds / 50
            if (0.61..<0.79).contains(time) { #expect(result.levels[column * result.rows + row] > -6) }
            if time < 0.59 || time > 0.81 { #expect(result.levels[column * result.rows + row] == -200) }
        }
    }
}

@Suite("PNG and text")
struct EncodingTests {
    @Test func checksums() {
        #expect(PNG.crc(Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(PNG.adler(Array("Wikipedia".utf8)) == 0x11E6_0398)
    }

    @Test func base64OfAllRemainders() {
        for count in [0, 1, 2, 3, 255, 256, 1000] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37) }
            #expect(base64(bytes) == Data(bytes).base64EncodedString())
        }
    }

    @Test func aLargeImageIsSplitIntoBlocks() {
        let pixels = [UInt8](repeating: 1, count: 400 * 200)
        let bytes = PNG.encode(pixels: pixels, width: 400, palette: [0, 0, 0, 255, 0, 0])
        // 200 lines of 401 bytes in two blocks of 5 bytes more, zlib's 6, three further chunks.
        #expect(bytes.count == 8 + (12 + 13) + (12 + 6) + (12 + 2 + 80200 + 10 + 4) + 12)
        #expect(bytes.suffix(8) == [0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82])
    }

    @Test func numbers() {
        #expect(fixed(0, 2) == "0" && fixed(1.5, 0) == "2" && fixed(-0.25, 2) == "-0.25" && fixed(3.10, 2) == "3.1")
        #expect(fixed(2, 2, keep: true) == "2.00" && fixed(-0.001, 2) == "0" && fixed(12.345, 1) == "12.3")
    }
}
