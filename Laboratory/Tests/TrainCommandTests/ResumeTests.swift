import Foundation
import Testing

extension TrainCommandTests {
    @Suite("Resuming", .needsTorch, .serialized) struct ResumeTests {
        /// A run that is killed again and again ends with the journal and the checkpoint of one that never was.
        @Test(arguments: [("micro", quick), ("small", quickSmall)])
        func killedRunEndsTheSame(preset: String, settings: [String]) throws {
            let scratch = try Scratch()
            let all =
                [
                    "run", "--preset", preset, "--data", try scratch.audio(), "--steps", "24", "--seed", "5", "--set",
                    "log_every=3", "--set", "checkpoint_every=4", "--set", "validate_every=12", "--device", "cpu",
                ] + settings
            let whole = try Program.run(all + ["--out", scratch["whole"]], folder: scratch.path)
            try #require(whole.status == 0, "\(whole.error)")
            try runKilled(all + ["--out", scratch["killed"]], scratch)
            #expect(try scratch.journal("killed") == scratch.journal("whole"))
            for file in ["weights", "optimisers", "codebooks"] {
                let name = "checkpoints/000000024/\(file).safetensors"
                let (a, b) = (scratch["whole/\(name)"], scratch["killed/\(name)"])
                #expect(FileManager.default.contentsEqual(atPath: a, andPath: b), "\(file)")
            }
        }

        /// Kills the run with SIGKILL each time that it has gone on by a few steps, until it has reached its end.
        private func runKilled(_ arguments: [String], _ scratch: Scratch) throws {
            var next = arguments
            for attempt in 0..<12 {
                let program = try Program(next, folder: scratch.path)
                // More each time, so that the run gets on though little is kept of what was done since a checkpoint.
                if try Self.killed(program, sayings: 1 + attempt) { return }
                next = ["resume", scratch["killed"], "--device", "cpu"]
            }
            let last = try Program.run(next, folder: scratch.path)
            #expect(last.status == 0, "\(last.error)")
        }

        /// True where the program came to its end by itself.
        private static func killed(_ program: Program, sayings: Int) throws -> Bool {
            let end = Date(timeIntervalSinceNow: 60)
            while program.saidSoFar.split(separator: "\n").count(where: { $0.hasPrefix("step ") }) < sayings,
                Date() < end
            {
                if program.hasEnded { return try program.wait().status == 0 }
                Thread.sleep(forTimeInterval: 0.01)
            }
            program.signal(SIGKILL)
            return try program.wait().status == 0
        }

        @Test func signalSavesAndStops() throws {
            let scratch = try Scratch()
            let program = try Program(
                [
                    "run", "--preset", "micro", "--data", scratch.audio(), "--out", scratch["run"], "--set",
                    "log_every=1",
                ]
                    + quick, folder: scratch.path)
            let end = Date(timeIntervalSinceNow: 120)
            while !program.saidSoFar.contains("step 3/"), Date() < end { Thread.sleep(forTimeInterval: 0.02) }
            program.signal(SIGTERM)
            let result = try program.wait()
            #expect(result.status == 143)
            #expect(result.lastLine.hasPrefix("stopped and saved at step "), "\(result.error)")
            let steps = try FileManager.default.contentsOfDirectory(atPath: scratch["run/checkpoints"])
            let last = try #require(steps.compactMap { Int($0) }.max())
            #expect(last >= 3)
            let resumed = try Program.run(["resume", scratch["run"], "--steps", "\(last + 2)"], folder: scratch.path)
            #expect(resumed.status == 0, "\(resumed.error)")
            #expect(try scratch.journal("run").last?["step"] == "\(last + 2)")
        }
    }
}
