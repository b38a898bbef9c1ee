import Foundation
import Testing
import Torch
import VRVQ

@testable import Training

@Suite("Compact checkpoints", .needsTorch, .serialized) struct CompactTests {
    /// Every value over eight decades comes back within half a level, zero as zero, signs as they were.
    @Test func codesKeepTheirRelativeError() throws {
        var random = KeyedRandom(3)
        let values = (0..<5001).map { index -> Float in
            index % 50 == 0 ? 0 : Float(random.normal() * power(10, random.uniform(-4...4)))
        }
        for (code, bound) in [(LogarithmicCode.mean, Float(0.045)), (.root, 0.034)] {
            let given = code.isSigned ? values : values.map(abs)
            let (codes, scales) = try code.encoded(Tensor(given, [3, 1667]))
            #expect(codes.dtype == .uint8 && codes.shape == [3, 1667] && scales.shape == [20])
            let back = try code.decoded(codes, scales: scales).floats()
            for (index, (old, new)) in zip(given, back).enumerated() {
                let block = index / 256 * 256
                let greatest = given[block..<min(5001, block + 256)].map(abs).max()!
                let least = greatest / Float(power(2, code.octaves))
                if abs(old) >= least {
                    #expect(abs(new - old) <= bound * abs(old), "\(old) became \(new)")
                } else if code.isSigned || old == 0 {
                    #expect(abs(new - old) <= least)
                } else {
                    // It divides a step: too small a value would make the step too long.
                    #expect(new >= old && new <= 1.001 * least)
                }
            }
        }
    }

    /// Large arrays are rounded and come in parts, small ones and integers stay exact.
    @Test func formsRoundWhatTheySay() throws {
        let scratch = try RunScratch(pieces: 1)
        var configuration = try scratch.configuration("micro")
        configuration.checkpointForm = .compact
        let large = try Tensor.randn([9000, 1000]), small = try Tensor.randn([100])
        let steps = try Tensor(Array(0..<5000))
        let mean = try Tensor.randn([80, 80]), square = try Tensor.randn([80, 80]).square()
        let checkpoint = Checkpoint(
            files: [
                "weights": [("large", large), ("small", small)],
                "optimisers": [("a.mean", mean), ("a.square", square), ("steps", steps)], "codebooks": [("c", mean)],
            ],
            manifest: ["step": .integer(1)], configuration: configuration)
        try checkpoint.write(to: scratch["1"])
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch["1"]).sorted()
        #expect(
            names == [
                "codebooks.safetensors", "configuration.yaml", "manifest.json", "optimisers.safetensors",
                "weights.safetensors.1", "weights.safetensors.2",
            ])
        for name in names {
            let size = try FileManager.default.attributesOfItem(atPath: scratch["1/\(name)"])[.size] as? Int
            #expect(size! <= 15 << 20, "\(name)")
        }
        let read = try Checkpoint(reading: scratch["1"])
        func error(_ file: String, _ name: String, _ original: Tensor) throws -> Double {
            let stored = try #require(read.arrays(file)[name])
            #expect(stored.shape == original.shape && stored.dtype == original.dtype)
            return try ((stored - original) / original.abs().clamp(min: 1e-30)).abs().amax().item()
        }
        let rounded = try error("weights", "large", large)
        #expect(rounded > 0 && rounded <= 1.0 / 256)
        #expect(try error("weights", "small", small) == 0)
        #expect(try error("codebooks", "c", mean) == 0)
        #expect(try read.arrays("optimisers")["steps"]?.ints() == Array(0..<5000))
        let squares = try error("optimisers", "a.square", square)
        #expect(squares > 0 && squares <= 0.07, "\(squares)")
        // A lost part is an error, not a shorter file.
        try FileManager.default.removeItem(atPath: scratch["1/weights.safetensors.2"])
        #expect(throws: (any Error).self) { try Checkpoint(reading: scratch["1"]) }
    }

    /// A run that is resumed from the compact form goes on beside the exact one.
    @Test func resumedRunStaysClose() throws {
        let scratch = try RunScratch()
        var journals: [[JSON]] = []
        for form in ["exact", "compact"] {
            let configuration = try scratch.configuration(
                "micro",
                [
                    "steps=4", "log_every=1", "validate_every=100", "checkpoint_form=\(form)",
                    "discriminators.mpd.periods=[2]", "discriminators.mrd.windows=[256]",
                ])
            _ = try TrainingRun.start(configuration, in: RunFolder(scratch[form])).run()
            _ = try TrainingRun.resume(RunFolder(scratch[form]), steps: 8).run()
            journals.append(try scratch.journal(form))
        }
        let losses = journals.map { $0.compactMap { $0["loss"]?.doubleValue } }
        #expect(losses[0].count == 8 && losses[1].count == 8)
        #expect(losses[0].prefix(4) == losses[1].prefix(4) && losses[0].suffix(4) != losses[1].suffix(4))
        for (exact, compact) in zip(losses[0], losses[1]) { #expect(abs(exact - compact) < 0.02 * exact) }
    }
}
