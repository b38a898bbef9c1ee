import VRVQ

/// Context models with random weights, and streams for them.
enum ContextFixtures {
    /// Integers of a size at which all layers are alive and scores differ by some bits.
    static func model(_ shape: ContextModel.Shape, seed: UInt64) throws(VRVQError) -> ContextModel {
        var random = ContainerRandom(seed: seed)
        var arrays: [ContextField: [Int]] = [:]
        for field in ContextField.allCases {
            let range = range(of: field)
            // Not the standard library's way to a range, which may change: the golden bytes depend on it.
            arrays[field] = (0..<field.count(shape)).map { _ in
                range.lowerBound + Int(random.next() % UInt64(range.count))
            }
        }
        arrays[.shifts] = [9, 9] + (0..<shape.stages).flatMap { _ in [9, 8, 6] }
        return try ContextModel(shape, arrays)
    }

    private static func range(of field: ContextField) -> ClosedRange<Int> {
        switch field {
        case .frame, .below, .output: -128...127
        case .firstBias, .secondBias, .stageBias: -20_000...60_000
        case .outputBias: -400...400
        case .gateBias, .copyLag, .copyBelow, .copyLast, .copyBefore: -700...300
        case .shifts: 0...0
        default: -300...300
        }
    }

    static func shape(_ random: inout ContainerRandom, stages: Int? = nil, entries: Int? = nil) -> ContextModel.Shape {
        ContextModel.Shape(
            stages: stages ?? random.int(1...9),
            entries: entries ?? random.pick([2, 3, 16, 341, 513, 1024, 4096, random.int(2...2000)]),
            width: random.int(1...20), hidden: random.int(1...40), inner: random.int(1...33))
    }

    /// A stream of such codes, some of which repeat.
    static func stream(_ shape: ContextModel.Shape, _ random: inout ContainerRandom, frames: Int? = nil) -> VRVQStream {
        var format = random.format()
        (format.stages, format.entries, format.channels) = (shape.stages, shape.entries, random.int(1...3))
        format.stereoMode = .independent
        format.sourceRate = format.modelRate
        format.constantDepth = random.oneIn(3) ? random.int(1...shape.stages) : nil
        let frames = frames ?? random.int(1...260)
        let sampleCount = frames * format.hop
        var grids: [CodeGrid] = []
        for channel in 0..<format.channels {
            var grid = random.grid(format, frames: frames)
            if channel > 0, random.oneIn(2) { grid = mixed(grids[0], grid, &random) }
            if random.oneIn(2) { grid = repeating(grid, &random) }
            grid.sampleCount = sampleCount
            grids.append(grid)
        }
        return VRVQStream(format: format, grids: grids, sampleCount: sampleCount)
    }

    /// Frames of one grid or the other.
    private static func mixed(_ first: CodeGrid, _ second: CodeGrid, _ random: inout ContainerRandom) -> CodeGrid {
        var result = CodeGrid(stages: first.stages, entries: first.entries)
        for frame in 0..<first.frames {
            let source = random.oneIn(3) ? second : first
            result.append(depth: Int(source.depth[frame]), codes: source.codes(ofFrame: frame))
        }
        return result
    }

    /// Frames of which many are those of a while ago.
    private static func repeating(_ grid: CodeGrid, _ random: inout ContainerRandom) -> CodeGrid {
        var result = CodeGrid(stages: grid.stages, entries: grid.entries)
        for frame in 0..<grid.frames {
            let source = random.oneIn(3) ? frame : max(0, frame - random.int(0...20))
            result.append(depth: Int(grid.depth[source]), codes: grid.codes(ofFrame: source))
        }
        return result
    }

    /// The stream with every chunk in coding 4, shorter or not, and what the writer says of it.
    static func written(
        _ stream: VRVQStream, _ model: ContextModel
    ) throws(VRVQError) -> (bytes: [UInt8], statistics: StreamStatistics) {
        var writer = try StreamWriter(stream.format, entropy: .learned(model))
        writer.isNeverPacked = true
        var bytes = writer.header()
        let (frames, step) = (stream.grids[0].frames, stream.format.framesPerChunk)
        for start in stride(from: 0, to: frames, by: step) {
            bytes += writer.chunk(stream.grids, frames: start..<min(frames, start + step))
        }
        bytes += try writer.trailer(sampleCount: stream.sampleCount)
        return (bytes, writer.statistics)
    }
}
