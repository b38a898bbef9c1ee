import Foundation
import Testing

extension TrainCommandTests {
    @Suite("Several processes", .needsTorch, .serialized) struct ProcessesTests {
        /// Two processes that share a batch train as one that has all of it. Sums over halves are rounded in another
        /// order, and training makes small differences larger: 1e-4 of each value over ten steps.
        @Test(arguments: [("micro", quick), ("small", quickSmall)])
        func twoAreAsGoodAsOne(preset: String, settings: [String]) throws {
            let scratch = try Scratch()
            let arguments =
                [
                    "run", "--preset", preset, "--data", try scratch.audio(), "--steps", "10", "--device", "cpu",
                    "--set", "log_every=1",
                ] + settings + ["--set", "batch=4"]
            let one = try Program.run(arguments + ["--out", scratch["one"]], folder: scratch.path)
            try #require(one.status == 0, "\(one.error)")
            let port = "\(20000 + Int.random(in: 0..<20000))"
            let both = try (0..<2).map { rank in
                try Program(
                    arguments + ["--out", scratch["two"]],
                    environment: [
                        "RANK": "\(rank)", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port,
                    ], folder: scratch.path)
            }
            for program in both {
                let result = try program.wait()
                try #require(result.status == 0, "\(result.error)")
            }
            let (a, b) = (try scratch.journal("one"), try scratch.journal("two"))
            #expect(a.count == 10 && b.count == 10)
            for (one, two) in zip(a, b) {
                for name in ["loss", "mel", "commitment", "rate", "depth"] {
                    let x = try #require(one[name].flatMap(Double.init)),
                        y = try #require(two[name].flatMap(Double.init))
                    #expect(abs(x - y) <= 1e-4 * max(1, abs(x)), "\(name) at step \(one["step"] ?? ""): \(x) and \(y)")
                }
            }
        }
    }
}
