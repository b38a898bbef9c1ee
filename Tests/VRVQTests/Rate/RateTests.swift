import TestSupport
import Testing
import VRVQ

@Suite("Rate: sizes that are asked for") struct RateTests {
    /// Seconds of noise of changing level, made ready for any rate.
    private func plan(
        _ kind: TestModel, seconds: Double, channels: Int = 1, seed: UInt64, entropy: EntropyCoding = .adaptive
    ) throws -> RatePlan {
        var generator = SeededGenerator(seed: seed)
        let codec = try kind.codec()
        let count = Int(seconds * Double(codec.sampleRate))
        var analyser = try RateAnalyser(codec, channels: channels)
        let samples = (0..<channels).map { _ in generator.signal(count) }
        for cut in generator.cuts(count) { try analyser.push(samples.map { Array($0[cut]) }) }
        return try analyser.finish(entropy: entropy)
    }

    private func size(_ plan: RatePlan, _ target: RatePlan.Target) throws -> Int {
        try plan.allocation(target).bytes().count
    }

    /// The least and the most that the model can spend.
    private func reach(_ plan: RatePlan) throws -> ClosedRange<Double> {
        let least = try plan.allocation(.bitrate(1e-9))
        let most = try plan.allocation(.bitrate(1e9))
        #expect(least.outcome == .leastPossible && most.outcome == .mostPossible)
        #expect(least.stream.grids.allSatisfy { $0.depth.allSatisfy { $0 <= 1 } })
        return try plan.kbps(bytes: least.bytes().count)...plan.kbps(bytes: most.bytes().count)
    }

    @Test(arguments: [(TestModel.tiny, EntropyCoding.adaptive), (.micro, .adaptive), (.constant, .packed)])
    func averagesAreMetWithinOnePercent(_ kind: TestModel, _ entropy: EntropyCoding) throws {
        for seed in propertySeeds(1) {
            let channels = kind == .tiny ? 2 : 1
            let plan = try plan(kind, seconds: 11, channels: channels, seed: seed, entropy: entropy)
            let reach = try reach(plan)
            for share in [0.002, 0.1, 0.5, 0.998] {
                let kbps = reach.lowerBound + share * (reach.upperBound - reach.lowerBound)
                let allocation = try plan.allocation(.bitrate(kbps))
                let found = try plan.kbps(bytes: allocation.bytes().count)
                #expect(allocation.outcome == .met, "VRVQ_SEED=\(seed)")
                #expect(abs(found / kbps - 1) < 0.01, "VRVQ_SEED=\(seed): \(found) for \(kbps)")
            }
        }
    }

    /// Tags are paid from the same purse.
    @Test func sizesAreNotExceeded() throws {
        let tags = [Tag(key: "title", value: String(repeating: "long ", count: 30))]
        for seed in propertySeeds(2) {
            let plan = try plan(.tiny, seconds: 2, channels: 2, seed: seed)
            let least = try plan.allocation(.bitrate(1e-9)).bytes(tags: tags).count
            let most = try plan.allocation(.bitrate(1e9)).bytes(tags: tags).count
            let reserved = try least - plan.allocation(.bitrate(1e-9)).bytes().count
            for size in [least, least + 1, (least + most) / 2, most - 1, most, most + 1000] {
                let allocation = try plan.allocation(.size(size), reserving: reserved)
                let found = try allocation.bytes(tags: tags).count
                #expect(found <= size, "VRVQ_SEED=\(seed)")
                #expect(Double(found) >= 0.99 * Double(min(size, most)), "VRVQ_SEED=\(seed)")
                #expect(allocation.outcome == (size > most ? .mostPossible : .met), "VRVQ_SEED=\(seed)")
            }
            let error = #expect(throws: VRVQError.self) { try plan.allocation(.size(least - 1), reserving: reserved) }
            #expect(error?.code == .badSetting && error?.message.contains(" \(least)") == true, "VRVQ_SEED=\(seed)")
        }
    }

    /// No stretch is over the cap, counted in what is written; with entropy coding more codes fit under it. A generous cap
    /// changes nothing, an impossible one is told.
    @Test func capsHoldInEveryStretch() throws {
        for seed in propertySeeds(3) {
            let plain = try plan(.tiny, seconds: 7, channels: 2, seed: seed, entropy: .packed)
            let coded = try plan(.tiny, seconds: 7, channels: 2, seed: seed)
            let reach = try reach(plain)
            for (share, window) in [(0.2, 1.0), (0.5, 0.25), (0.8, 3)] {
                let kbps = reach.lowerBound + share * (reach.upperBound - reach.lowerBound) + 0.5
                let cap = RatePlan.Cap(kbps: kbps, seconds: window)
                let found = try [plain, coded].map { try $0.allocation(.bitrate(1e9), cap: cap) }
                for (plan, (allocation, least)) in zip([plain, coded], zip(found, [0.9, 0.75])) {
                    #expect(allocation.outcome == .mostPossible, "VRVQ_SEED=\(seed)")
                    let worst = try worstStretch(allocation, seconds: window)
                    // An importance map of noise leaves a few levels only.
                    let wanted = try least * min(kbps, worstStretch(plan.allocation(.bitrate(1e9)), seconds: window))
                    #expect(worst <= kbps && worst > wanted, "VRVQ_SEED=\(seed): \(worst) under \(kbps)")
                }
                #expect(usedCodes(found[1]) >= usedCodes(found[0]), "VRVQ_SEED=\(seed)")
                let targets = [RatePlan.Target.bitrate(kbps * 0.8), .bitrate(kbps * 0.7), .rate(.scale(1.5))]
                for (plan, target) in [plain, coded].flatMap({ plan in targets.map { (plan, $0) } }) {
                    let lower = try plan.allocation(target, cap: cap)
                    #expect(try worstStretch(lower, seconds: window) <= kbps, "VRVQ_SEED=\(seed) \(target)")
                }
            }
            // Where plain bits have no way, coded ones may.
            let tight = try RatePlan.Cap(
                kbps: (worstStretch(coded.allocation(.bitrate(1e-9)), seconds: 1) + reach.lowerBound) / 2)
            let tightly = try coded.allocation(.bitrate(1e9), cap: tight)
            #expect(
                try tightly.outcome != .overCap && worstStretch(tightly, seconds: 1) <= tight.kbps, "VRVQ_SEED=\(seed)")
            #expect(try plain.allocation(.bitrate(1e9), cap: tight).outcome == .overCap)
            let free = try coded.allocation(.rate(.scale(2)))
            let capped = try coded.allocation(.rate(.scale(2)), cap: .init(kbps: 1e6))
            #expect(free.stream.grids == capped.stream.grids)
            #expect(try plain.allocation(.bitrate(50), cap: .init(kbps: 0.01)).outcome == .overCap)
        }
    }

    private func usedCodes(_ allocation: Allocation) -> Int {
        allocation.stream.grids.reduce(0) { $0 + $1.usedCodes }
    }

    /// kbit/s of the costliest stretch, from the sizes of the chunk sections as they were written: framing evenly over a
    /// chunk's frames, the rest in proportion to plain bits.
    private func worstStretch(_ allocation: Allocation, seconds: Double) throws -> Double {
        let (format, grids) = (allocation.stream.format, allocation.stream.grids)
        var bits: [Double] = []
        for section in try ContainerFixtures.sections(allocation.bytes()) where section[0] == 0x82 {
            let frames = bits.count..<min(grids[0].frames, bits.count + format.framesPerChunk)
            let framing = frames.count == format.framesPerChunk ? 80.0 : 104
            let plain = frames.map { frame in grids.reduce(0) { $0 + 2 + 5 * Double($1.depth[frame]) } }
            let rest = max(0, Double(8 * section.count) - framing) / plain.reduce(0, +)
            bits += plain.map { framing / Double(frames.count) + min(1, rest) * $0 }
        }
        #expect(bits.count == grids[0].frames)
        let length = Int(seconds * 1000)
        let sums = bits.reduce(into: [0.0]) { $0.append($0.last! + $1) }
        return (0...bits.count - length).map { sums[$0 + length] - sums[$0] }.max()! / seconds / 1000
    }

    /// A plan at a rate of `StreamEncoder` gives that encoder's bytes.
    @Test(arguments: TestModel.narrow) func plansGiveTheStreamEncodersBytes(_ kind: TestModel) throws {
        for seed in propertySeeds(2) {
            var generator = SeededGenerator(seed: seed)
            let codec = try kind.codec()
            var samples = [generator.signal(200 * kind.hop + 3), generator.signal(200 * kind.hop + 3)]
            for index in 0..<150 * kind.hop { samples[1][index] = 0 }
            var analyser = try RateAnalyser(codec, channels: 2)
            try analyser.push(samples)
            let plan = try analyser.finish()
            let rates = [kind.rate, .codebooks(2)]
            for rate in rates {
                #expect(
                    try plan.allocation(.rate(rate)).bytes() == codec.encode(samples, rate: rate), "VRVQ_SEED=\(seed)")
            }
        }
    }

    @Test func settingsThatMakeNoSense() throws {
        let plan = try plan(.tiny, seconds: 0.1, seed: 1)
        for target in [RatePlan.Target.bitrate(0), .bitrate(.nan), .bitrate(-1), .rate(.codebooks(4)), .size(-5)] {
            let error = #expect(throws: VRVQError.self) { try plan.allocation(target) }
            #expect(error?.code == .badSetting)
        }
        for cap in [RatePlan.Cap(kbps: 0), .init(kbps: 1, seconds: 0), .init(kbps: .infinity)] {
            #expect(throws: VRVQError.self) { try plan.allocation(.bitrate(1), cap: cap) }
        }
        #expect(throws: VRVQError.self) { try plan.allocation(.rate(.codebooks(1)), cap: .init(kbps: 1)) }
        #expect(throws: VRVQError.self) {
            try RatePlan(TestModel.tiny.codec(), plan.analyses, sampleCount: plan.sampleCount + 8)
        }
    }

    /// Signals too short for any choice.
    @Test(arguments: [0, 1, 8, 9]) func shortSignals(count: Int) throws {
        var generator = SeededGenerator(seed: 1)
        var analyser = try RateAnalyser(TestModel.tiny.codec(), channels: 1)
        try analyser.push([generator.signal(count)])
        let plan = try analyser.finish()
        for target in [RatePlan.Target.bitrate(1), .size(1000), .rate(.scale(1))] {
            let bytes = try plan.allocation(target, cap: .init(kbps: 100)).bytes()
            #expect(try VRVQStream(decoding: bytes).sampleCount == count)
        }
    }

    /// Another allocator: louder codes first, whatever the importance.
    @Test func allocatorsAreASeam() throws {
        struct EarlyFirst: DepthAllocator {
            func depths(_ analysis: Analysis, level: Float) -> [Int] {
                (0..<analysis.frames).map { min(analysis.stages, 1 + Int(min(level, 1e6) * 100 / Float(1 + $0))) }
            }
        }
        var generator = SeededGenerator(seed: 1)
        let codec = try TestModel.tiny.codec()
        let samples = generator.signal(8000)
        let plan = try RatePlan(
            codec, [codec.analyse(samples)], sampleCount: 8000, entropy: .packed, allocator: EarlyFirst())
        let allocation = try plan.allocation(.bitrate(11))
        #expect(allocation.stream.grids[0].depth.first == 3 && allocation.stream.grids[0].depth.last == 1)
        #expect(try abs(plan.kbps(bytes: allocation.bytes().count) / 11 - 1) < 0.02)
    }
}
