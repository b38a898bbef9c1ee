import TestSupport
import Testing
import VRVQ

@Suite("Rate: lowering that of a stream") struct ReductionTests {
    /// The rule as it is written down.
    private func depth(_ depth: UInt8, ratio: Double) -> Int {
        depth == 0 ? 0 : Int(ratio * (Double(depth) - 0.5)) + 1
    }

    private func reduced(
        _ bytes: [UInt8], _ target: RatePlan.Target, cap: RatePlan.Cap? = nil, _ entropy: EntropyCoding = .adaptive
    ) throws -> RateReduction.Result {
        try RateReduction(bytes, entropy: entropy).reduced(target, cap: cap)
    }

    private func reach(_ bytes: [UInt8], _ entropy: EntropyCoding) throws -> ClosedRange<Int> {
        let least = try reduced(bytes, .bitrate(1e-9), entropy)
        #expect(least.outcome == .leastPossible)
        return try least.bytes.count...max(least.bytes.count, reduced(bytes, .size(1 << 40), entropy).bytes.count)
    }

    /// Frames of sound in a stream: random codes, depths that wander, silences.
    private func stream(_ random: inout ContainerRandom, frames: Int) throws -> VRVQStream {
        var stream = ContainerFixtures.worked
        stream.format.framesPerChunk = 86
        var grid = CodeGrid(stages: 8, entries: 1024)
        var depth = 4
        var silent = 0
        for _ in 0..<frames {
            depth = min(8, max(1, depth + random.int(-1...1)))
            if random.oneIn(100) { silent = random.int(1...200) }
            silent -= 1
            let used = silent > 0 ? 0 : depth
            grid.append(depth: used, codes: (0..<used).map { _ in UInt16(random.int(0...1023)) })
        }
        grid.sampleCount = frames * 512
        (stream.grids, stream.sampleCount) = ([grid], grid.sampleCount)
        stream.format.constantDepth = nil
        return stream
    }

    /// Averages within a percent, sizes never above, and every frame at one ratio or the next.
    @Test(arguments: [EntropyCoding.adaptive, .packed]) func targetsAreMetWithTheShapeKept(
        _ entropy: EntropyCoding
    ) throws {
        for round in 0..<4 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            let stream = try stream(&random, frames: 1200)
            let bytes = try stream.encoded(entropy: entropy)
            let reach = try reach(bytes, entropy)
            #expect(reach.upperBound == bytes.count, "VRVQ_SEED=\(seed)")
            let seconds = Double(stream.sampleCount) / Double(stream.format.sourceRate)
            for share in [0.02, 0.3, 0.7, 0.97] {
                let size = reach.lowerBound + Int(share * Double(reach.upperBound - reach.lowerBound))
                let average = try reduced(bytes, .bitrate(Double(size) * 8 / 1000 / seconds), entropy)
                #expect(abs(average.bytes.count - size) * 100 <= size, "VRVQ_SEED=\(seed)")
                let fitted = try reduced(bytes, .size(size), entropy)
                #expect(fitted.bytes.count <= size && fitted.bytes.count > size * 99 / 100, "VRVQ_SEED=\(seed)")
                let small = try VRVQStream(decoding: fitted.bytes)
                #expect(isThinned(small.grids[0], of: stream.grids[0]), "VRVQ_SEED=\(seed)")
                #expect(small.format.scale == nil && small.sampleCount == stream.sampleCount)
            }
        }
    }

    /// Codes are those that were there; depths are those of one ratio, or there and there one less.
    private func isThinned(_ grid: CodeGrid, of whole: CodeGrid) -> Bool {
        guard grid.frames == whole.frames else { return false }
        let isSame = (0..<grid.frames).allSatisfy {
            grid.codes(ofFrame: $0) == whole.codes(ofFrame: $0).prefix(Int(grid.depth[$0]))
        }
        // Where the next depth begins for some frames.
        var ratios = [1.0]
        for depth in 1...8 { ratios += (1...depth).map { Double($0) / (Double(depth) - 0.5) } }
        return isSame
            && ratios.contains { ratio in
                zip(grid.depth, whole.depth).allSatisfy {
                    let most = depth($1, ratio: min(1, ratio * 1.000_001))
                    return (max(depth($1, ratio: min(1, ratio) * 0.999_999), most - 1)...most).contains(Int($0))
                }
            }
    }

    @Test func whatIsSmallEnoughStaysAsItIs() throws {
        for round in 0..<20 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            let bytes = try random.stream().encoded()
            for target in [RatePlan.Target.size(1 << 30), .bitrate(1e12)] {
                #expect(try reduced(bytes, target).bytes == bytes, "VRVQ_SEED=\(seed)")
            }
        }
    }

    /// Streams of every shape: any channels, stages, chunks, silences, constant rates.
    @Test func sizesOfAnyStream() throws {
        for round in 0..<15 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            let stream = random.stream(frames: random.int(0...100))
            let bytes = try stream.encoded()
            let reach = try reach(bytes, .adaptive)
            guard reach.lowerBound < bytes.count else { continue }
            let size = random.int(reach.lowerBound...bytes.count)
            let small = try reduced(bytes, .size(size)).bytes
            #expect(small.count <= size, "VRVQ_SEED=\(seed)")
            let decoded = try VRVQStream(decoding: small)
            #expect(decoded.tags == stream.tags && decoded.sampleCount == stream.sampleCount, "VRVQ_SEED=\(seed)")
            for (new, old) in zip(decoded.grids, stream.grids) {
                #expect(zip(new.depth, old.depth).allSatisfy { $0 <= $1 && ($0 == 0) == ($1 == 0) })
            }
            let error = #expect(throws: VRVQError.self) { try reduced(bytes, .size(reach.lowerBound - 1)) }
            #expect(error?.code == .badSetting && error?.message.contains(" \(reach.lowerBound)") == true)
        }
    }

    /// No second is above the cap, counted in plain bits: 3 a depth, 10 a code, the framing of a chunk evenly.
    @Test func capsHold() throws {
        var random = ContainerRandom(seed: ContainerRandom.seed)
        let stream = try stream(&random, frames: 1000)
        let bytes = try stream.encoded(entropy: .packed)
        let capped = try reduced(bytes, .bitrate(1e12), cap: .init(kbps: 3), .packed)
        let depths = try VRVQStream(decoding: capped.bytes).grids[0].depth.map { 3 + 10 * Double($0) }
        let sums = (0...depths.count - 86).map { depths[$0..<$0 + 86].reduce(0, +) }
        let worst = sums.max()! / (86 * 512 / 44100.0) / 1000
        #expect(worst <= 3 && worst > 2.6, "\(worst)")
        #expect(try reduced(bytes, .bitrate(1e12), cap: .init(kbps: 0.01)).outcome == .overCap)
    }

    /// Pieces of a cut stream keep their places.
    @Test func segmentsStay() throws {
        var random = ContainerRandom(seed: ContainerRandom.seed)
        let stream = try stream(&random, frames: 1000)
        let bytes = try stream.encoded()
        let piece = try StreamCut.cut(bytes, samples: 100_000..<300_000, context: .init(back: 20, ahead: 6))
        let joined = try StreamCut.joined([piece, bytes])
        let small = try reduced(joined, .size(joined.count / 2)).bytes
        #expect(small.count <= joined.count / 2 && small.count > joined.count * 49 / 100)
        func segments(_ bytes: [UInt8]) throws -> [Segment] {
            var reader = StreamReader()
            reader.push(bytes)
            var segments: [Segment] = []
            while let event = try reader.next() { if case .segment(let segment) = event { segments.append(segment) } }
            try reader.finish()
            return segments
        }
        #expect(try segments(small) == segments(joined) && segments(joined).count == 2)
    }

    @Test func refusals() throws {
        var random = ContainerRandom(seed: ContainerRandom.seed)
        let bytes = try random.stream().encoded()
        for target in [RatePlan.Target.bitrate(0), .bitrate(.nan), .rate(.scale(3)), .rate(.codebooks(1)), .size(-1)] {
            let error = #expect(throws: VRVQError.self) { try reduced(bytes, target) }
            #expect(error?.code == .badSetting)
        }
        for length in [0, 10, bytes.count / 2, bytes.count - 1] {
            let error = #expect(throws: VRVQError.self) { try RateReduction(Array(bytes.prefix(length))) }
            #expect(error?.code == .truncated)
        }
    }
}
