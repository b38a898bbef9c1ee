import VRVQ

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// SplitMix64: small, repeatable, good enough to draw test cases with.
struct ContainerRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    /// True once in `count` times.
    mutating func oneIn(_ count: Int) -> Bool { int(1...count) == 1 }

    mutating func pick<Element>(_ choices: [Element]) -> Element { choices[int(0...choices.count - 1)] }

    /// `VRVQ_SEED` where it is set, else always the same, so that a run can be compared with the one before.
    static let seed: UInt64 = getenv("VRVQ_SEED").flatMap { UInt64(String(cString: $0)) } ?? 20_261_121
}

extension ContainerRandom {
    mutating func format() -> StreamFormat {
        let stages = int(1...32)
        let entries = pick([2, 3, 10, 1000, 1023, 1024, 1025, 4096, 65535, 65536, int(2...65536)])
        let rates = [8000, 16000, 22050, 44100, 48000, 96000, 192_000, int(1...200_000)]
        let channels = int(1...8)
        return StreamFormat(
            sourceRate: pick(rates), channels: channels,
            stereoMode: pick(StereoMode.allCases.filter { channels >= $0.leastChannels }), modelRate: pick(rates),
            hop: pick([1, 320, 512, 2048]),
            stages: stages, entries: entries, framesPerChunk: pick([1, 2, 7, 86, int(1...200)]),
            networkFingerprint: Fingerprint(bytes: (0..<8).map { _ in UInt8.random(in: 0...255, using: &self) }),
            modelName: pick(["", "small", "größer", "a name of thirty-two bytes, full"]),
            constantDepth: oneIn(3) ? int(1...stages) : nil, scale: oneIn(2) ? Float(int(1...4000)) / 100 : nil)
    }

    /// A grid with stretches of sound and of silence.
    mutating func grid(_ format: StreamFormat, frames: Int) -> CodeGrid {
        var grid = CodeGrid(stages: format.stages, entries: format.entries)
        var silent = false
        for _ in 0..<frames {
            if oneIn(20) { silent.toggle() }
            let depth = silent ? 0 : format.constantDepth ?? int(1...format.stages)
            grid.append(depth: depth, codes: (0..<depth).map { _ in UInt16(int(0...format.entries - 1)) })
        }
        return grid
    }

    /// A stream of a random shape, with silence common to all channels in some.
    mutating func stream(frames: Int? = nil) -> VRVQStream {
        let format = format()
        let samples = sampleCount(frames: frames ?? int(0...300), format)
        let count = format.frameCount(sourceSamples: samples)
        let same = oneIn(3) ? grid(format, frames: count) : nil
        var grids = (0..<format.codedChannels).map { _ in same ?? grid(format, frames: count) }
        for channel in grids.indices { grids[channel].sampleCount = format.modelSampleCount(sourceSamples: samples) }
        let tags = oneIn(3) ? [Tag(key: "artist", value: "Ärzte"), Tag(key: "ARTIST", value: "")] : []
        return VRVQStream(format: format, grids: grids, sampleCount: samples, tags: tags)
    }

    /// A sample count that needs about so many frames. (Where one source sample is many frames, exactly so many may not
    /// exist.)
    private mutating func sampleCount(frames: Int, _ format: StreamFormat) -> Int {
        guard frames > 0 else { return 0 }
        let most = frames * format.hop * format.sourceRate / format.modelRate
        let least = (frames - 1) * format.hop * format.sourceRate / format.modelRate
        return int(min(least + 1, most)...most)
    }
}
