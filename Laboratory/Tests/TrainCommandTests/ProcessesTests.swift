import Foundation
import Testing

extension TrainCommandTests {
    @Suite("Several processes", .needsTorch, .serialized) struct ProcessesTests {
        /// Two processes that share a batch train as one that has all of it. Sums over halves are rounded in another
        /// order, and training makes small differences larger: 1e-4 of each value over ten steps.
        @Test(arguments: [("micro", quick, torchrun), ("small", quickSmall, slurm)])
        func twoAreAsGoodAsOne(preset: String, settings: [String], launcher: @Sendable (Int) -> [String: String]) throws
        {
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
                    environment: launcher(rank).merging(["MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port]) { $1 },
                    folder: scratch.path)
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

        /// A process that is killed ends the other one, which says so in one line; the run can be resumed.
        @Test func deadProcessEndsTheOthers() throws {
            let scratch = try Scratch()
            let arguments =
                [
                    "run", "--preset", "micro", "--data", try scratch.audio(), "--out", scratch["run"], "--steps",
                    "100000", "--device", "cpu", "--set", "log_every=1", "--set", "validate_every=100000",
                    "--set", "checkpoint_every=3",
                ] + quick
            for victim in [1, 0] {
                let port = "\(20000 + Int.random(in: 0..<20000))"
                let both = try (0..<2).map { rank in
                    try Program(
                        victim == 1 ? arguments : ["resume", scratch["run"]],
                        environment: torchrun(rank).merging(["MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port]) { $1 },
                        folder: scratch.path)
                }
                let end = Date(timeIntervalSinceNow: 120)
                while both[0].saidSoFar.split(separator: "\n").count(where: { $0.hasPrefix("step ") }) < 5,
                    Date() < end, !both[0].hasEnded
                { Thread.sleep(forTimeInterval: 0.01) }
                both[victim].signal(SIGKILL)
                _ = try both[victim].wait()
                let killed = Date()
                let other = try both[1 - victim].wait(seconds: 60)
                #expect(Date().timeIntervalSince(killed) < 30)
                #expect(other.status == 70, "\(other.error)")
                let message = "vrvq-train: error: process \(1 - victim) of 2: another one has ended"
                #expect(other.lastLine.hasPrefix(message), "\(other.error)")
                #expect(other.error.split(separator: "\n").count { $0.contains("error") } == 1, "\(other.error)")
            }
            let resumed = try Program.run(["resume", scratch["run"], "--steps", "13"], folder: scratch.path)
            #expect(resumed.status == 0, "\(resumed.error)")
        }
    }
}

/// Variables that torchrun sets.
private func torchrun(_ rank: Int) -> [String: String] { ["RANK": "\(rank)", "WORLD_SIZE": "2"] }

/// Variables that Slurm sets for each task of a step.
private func slurm(_ rank: Int) -> [String: String] {
    ["SLURM_PROCID": "\(rank)", "SLURM_NTASKS": "2", "SLURM_LOCALID": "\(rank)"]
}
