import TestSupport
import Testing
import VRVQ

@Suite("Rate: depths by distortion") struct DistortionAllocatorTests {
    private func plan(
        _ kind: TestModel, seconds: Double, channels: Int = 1, seed: UInt64, paths: Int = 1,
        allocator: any DepthAllocator = DistortionAllocator()
    ) throws -> RatePlan {
        var generator = SeededGenerator(seed: seed)
        let codec = try kind.codec()
        let samples = (0..<channels).map { _ in generator.signal(Int(seconds * Double(codec.sampleRate))) }
        var analyser = try RateAnalyser(
            codec, channels: channels, search: QuantizerSearch(paths: paths, measuresErrors: true))
        try analyser.push(samples)
        return try analyser.finish(allocator: allocator)
    }

    @Test(arguments: TestModel.allCases) func depthsGrowWithTheLevel(_ kind: TestModel) throws {
        for seed in propertySeeds(2) {
            let analysis = try plan(kind, seconds: 0.5, seed: seed, paths: 2).analyses[0]
            let allocator = DistortionAllocator()
            var before = allocator.depths(analysis, level: allocator.leastLevel)
            #expect(before.allSatisfy { $0 == 1 }, "VRVQ_SEED=\(seed)")
            var level = allocator.leastLevel
            var steps = Set<Int>()
            while level < allocator.greatestLevel {
                level *= 1.3
                let depths = allocator.depths(analysis, level: min(level, allocator.greatestLevel))
                #expect(zip(before, depths).allSatisfy { $0 <= $1 }, "VRVQ_SEED=\(seed)")
                before = depths
                steps.formUnion(depths)
            }
            #expect(before.allSatisfy { $0 <= kind.stages }, "VRVQ_SEED=\(seed)")
            // Stages of random weights may leave more than those before: they get no code. Of these models they do not.
            #expect(![.small, .tiny].contains(kind) || steps.contains(kind.stages), "VRVQ_SEED=\(seed)")
        }
    }

    /// At a level the sum of distortion and codes cannot be made smaller in any frame.
    @Test(arguments: TestModel.narrow) func depthsAreTheBestOfTheirLevel(_ kind: TestModel) throws {
        for seed in propertySeeds(2) {
            let analysis = try plan(kind, seconds: 0.5, seed: seed).analyses[0]
            let allocator = DistortionAllocator()
            for level in [Float(0.3), 3, 30, 300] {
                let depths = allocator.depths(analysis, level: level)
                for (frame, depth) in depths.enumerated() {
                    let costs = (1...kind.stages).map {
                        allocator.distortion(analysis, frame: frame, depth: $0) + Float($0) / level
                    }
                    #expect(costs[depth - 1] <= costs.min()! + 1e-5, "VRVQ_SEED=\(seed), \(frame) at \(level)")
                }
            }
        }
    }

    /// With as many codes as the map has at a scale, or all that gain anything, and less distortion.
    @Test(arguments: [TestModel.micro, .odd, .tiny]) func scalesAskForTheMapsCodes(_ kind: TestModel) throws {
        for seed in propertySeeds(2) {
            let plan = try plan(kind, seconds: 2, channels: 2, seed: seed)
            let map = try RatePlan(
                kind.codec(), plan.analyses, sampleCount: plan.sampleCount, allocator: ImportanceAllocator())
            let most = try plan.allocation(.bitrate(1e9)).stream.grids.reduce(0) { $0 + $1.usedCodes }
            for scale in [1.2, Float(kind.stages) / 2, Float(kind.stages)] {
                let found = try plan.allocation(.rate(.scale(scale)))
                let expected = try map.allocation(.rate(.scale(scale)))
                #expect(found.stream.format.scale == nil && expected.stream.format.scale == scale)
                let codes = [found, expected].map { $0.stream.grids.reduce(0) { $0 + $1.usedCodes } }
                #expect(codes[0] <= codes[1], "VRVQ_SEED=\(seed)")
                #expect(codes[0] == most || codes[1] - codes[0] <= kind.stages, "VRVQ_SEED=\(seed): \(codes)")
                let distortions = [found, expected].map { distortion(plan.analyses, $0.stream.grids) }
                #expect(distortions[0] < distortions[1], "VRVQ_SEED=\(seed)")
            }
        }
    }

    private func distortion(_ analyses: [Analysis], _ grids: [CodeGrid]) -> Double {
        zip(analyses, grids).reduce(0) { sum, pair in
            sum
                + pair.1.depth.indices.reduce(0.0) { sum, frame in
                    let depth = Int(pair.1.depth[frame])
                    return sum + Double(DistortionAllocator().distortion(pair.0, frame: frame, depth: depth))
                }
        }
    }

    /// Rates are met as with the map; a model without a map can be given any, too.
    @Test(arguments: [(TestModel.tiny, 1), (.tiny, 3), (.micro, 2), (.constant, 1)])
    func averagesAreMetWithinOnePercent(_ kind: TestModel, paths: Int) throws {
        for seed in propertySeeds(1) {
            let plan = try plan(kind, seconds: 11, seed: seed, paths: paths)
            let reach = try [1e-9, 1e9].map { try plan.allocation(.bitrate($0)).bytes().count }
            for share in [0.1, 0.5, 0.9] {
                let bytes = Double(reach[0]) + share * Double(reach[1] - reach[0])
                let kbps = plan.kbps(bytes: Int(bytes))
                let found = try plan.allocation(.bitrate(kbps))
                #expect(found.outcome == .met, "VRVQ_SEED=\(seed)")
                #expect(try abs(Double(found.bytes().count) / bytes - 1) < 0.01, "VRVQ_SEED=\(seed)")
                let sized = try plan.allocation(.size(Int(bytes))).bytes().count
                #expect(sized <= Int(bytes) && Double(sized) > 0.99 * bytes, "VRVQ_SEED=\(seed)")
            }
        }
    }

    /// Silence and caps are none of the allocator's concern.
    @Test func silenceAndCapsHold() throws {
        var generator = SeededGenerator(seed: 1)
        var samples = generator.signal(16000)
        for index in 4000..<12000 { samples[index] = 0 }
        var analyser = try RateAnalyser(
            TestModel.tiny.codec(), channels: 1, search: QuantizerSearch(measuresErrors: true))
        try analyser.push([samples])
        let plan = try analyser.finish(entropy: .packed, allocator: DistortionAllocator())
        let free = try plan.allocation(.rate(.scale(3)))
        #expect(free.stream.grids[0].depth[600..<1400].allSatisfy { $0 == 0 })
        let capped = try plan.allocation(.bitrate(1e9), cap: .init(kbps: 10, seconds: 0.25))
        let depth = capped.stream.grids[0].depth.map { Int($0) }
        let worst = (0...depth.count - 250).map { depth[$0..<$0 + 250].reduce(0, +) }.max()!
        #expect(worst * 5 <= 2500 && worst > 300, "\(worst)")
    }

    @Test func errorsAreNeeded() throws {
        let codec = try TestModel.tiny.codec()
        let analysis = try codec.analyse([Float](repeating: 0.1, count: 800))
        let error = #expect(throws: VRVQError.self) {
            try RatePlan(codec, [analysis], sampleCount: 800, allocator: DistortionAllocator())
        }
        #expect(error?.code == .badSetting && error?.message.contains("measures errors") == true)
    }

    @Test(arguments: [0, 1, 9]) func shortSignals(count: Int) throws {
        let plan = try plan(.tiny, seconds: Double(count) / 8000, seed: 1, paths: 2)
        for target in [RatePlan.Target.bitrate(1), .size(1000), .rate(.scale(1))] {
            #expect(try VRVQStream(decoding: plan.allocation(target).bytes()).sampleCount == count)
        }
    }
}
