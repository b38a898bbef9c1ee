import VRVQ

/// Small fixed streams that the tests share.
enum ContainerFixtures {
    static let fingerprint = Fingerprint(hex: "0123456789abcdef")!

    /// The stream of the worked example in FORMAT.md: one channel, variable rate, a full chunk, eight silent frames, a
    /// short chunk.
    static var worked: VRVQStream {
        let format = StreamFormat(
            sourceRate: 44100, channels: 1, modelRate: 44100, hop: 512, stages: 8, entries: 1024, framesPerChunk: 4,
            networkFingerprint: fingerprint, modelName: "micro", scale: 8)
        var grid = CodeGrid(stages: 8, entries: 1024)
        grid.append(depth: 1, codes: [5])
        grid.append(depth: 3, codes: [1023, 0, 512])
        grid.append(depth: 2, codes: [1, 2])
        grid.append(depth: 8, codes: [100, 200, 300, 400, 500, 600, 700, 800])
        grid.appendSilence(frames: 8)
        grid.append(depth: 2, codes: [85, 682])
        grid.sampleCount = 6244
        return VRVQStream(
            format: format, grids: [grid], sampleCount: 6244, tags: [Tag(key: "title", value: "Test")])
    }

    /// Two channels, constant rate, a codebook whose size is no power of two, silence in one channel only.
    static var constantRate: VRVQStream {
        let format = StreamFormat(
            sourceRate: 48000, channels: 2, modelRate: 24000, hop: 320, stages: 12, entries: 1000, framesPerChunk: 75,
            networkFingerprint: fingerprint, modelName: "dac-24k", constantDepth: 2)
        var left = CodeGrid(stages: 12, entries: 1000)
        left.append(depth: 2, codes: [999, 0])
        left.append(depth: 0, codes: [])
        left.append(depth: 2, codes: [1, 998])
        var right = CodeGrid(stages: 12, entries: 1000)
        for frame in 0..<3 { right.append(depth: 2, codes: [UInt16(frame), UInt16(2 * frame)]) }
        left.sampleCount = 700
        right.sampleCount = 700
        return VRVQStream(format: format, grids: [left, right], sampleCount: 1400)
    }

    /// The stream of the worked example of coding 3 in FORMAT.md: two channels that are often equal, codes that come
    /// back, one silent frame, and a last chunk of one frame.
    static var adaptive: VRVQStream {
        let format = StreamFormat(
            sourceRate: 8000, channels: 2, modelRate: 8000, hop: 80, stages: 4, entries: 600, framesPerChunk: 12,
            networkFingerprint: fingerprint, modelName: "tiny")
        var grids = [CodeGrid(stages: 4, entries: 600), CodeGrid(stages: 4, entries: 600)]
        for frame in 0..<13 {
            let depth = [2, 2, 2, 3, 4, 4, 2, 2, 1, 1, 1, 2, 3][frame]
            let codes: [UInt16] = [UInt16(frame / 3 % 2 * 77), 599, UInt16(frame % 4), 300]
            grids[0].append(depth: depth, codes: codes)
            grids[1].append(depth: frame == 9 ? 0 : frame == 4 ? 1 : depth, codes: frame < 6 ? codes : [5, 599, 3, 9])
        }
        for channel in 0..<2 { grids[channel].sampleCount = 1040 }
        return VRVQStream(format: format, grids: grids, sampleCount: 1040)
    }

    /// Magic, version and the sections.
    static func stream(_ sections: [[UInt8]], version: UInt8 = 1) -> [UInt8] {
        Array("VRVQ".utf8) + [version] + sections.flatMap { $0 }
    }

    /// The sections of a valid stream as bytes, one by one.
    static func sections(_ bytes: [UInt8]) throws -> [[UInt8]] {
        var scanner = SectionScanner()
        scanner.push(bytes[...])
        var sections: [[UInt8]] = []
        while let section = try scanner.next() {
            sections.append(Array(bytes[section.offset..<section.offset + section.byteCount]))
        }
        return sections
    }

    /// Reads a whole stream and gives its events.
    static func events(_ pieces: [ArraySlice<UInt8>]) throws(VRVQError) -> [StreamReader.Event] {
        var reader = StreamReader()
        var events: [StreamReader.Event] = []
        for piece in pieces {
            reader.push(piece)
            while let event = try reader.next() { events.append(event) }
        }
        try reader.finish()
        return events
    }
}

extension [UInt8] {
    /// Bytes from hexadecimal digits; white space is left out.
    init(hex: String) {
        let digits = hex.compactMap(\.hexDigitValue)
        precondition(digits.count % 2 == 0)
        self = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    /// Two lower-case digits a byte.
    var hex: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
