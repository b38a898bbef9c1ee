import Foundation
import Testing

extension TrainCommandTests {
    /// Disks that are full, folders that go away.
    @Suite("Storage", .needsTorch, .serialized) struct StorageTests {
        private func arguments(_ scratch: Scratch, _ out: String) throws -> [String] {
            [
                "run", "--preset", "micro", "--data", try scratch.audio(), "--out", scratch[out], "--steps", "6",
                "--device", "cpu", "--set", "log_every=1", "--set", "checkpoint_every=2", "--set",
                "validate_every=100",
            ] + quick
        }

        /// No file may become larger than 64 KiB, as on a full disk: the checkpoint of step 4 cannot be written. That is
        /// one line; the one of step 2 stays, and with room again the run ends as if nothing had been.
        @Test func fullDiskLosesNothing() throws {
            let scratch = try Scratch()
            let whole = try Program.run(arguments(scratch, "whole"), folder: scratch.path)
            try #require(whole.status == 0, "\(whole.error)")
            let first = try Program.run(arguments(scratch, "run") + ["--steps", "2"], folder: scratch.path)
            try #require(first.status == 0, "\(first.error)")
            let full = try Program.run(
                ["resume", scratch["run"], "--steps", "6"], folder: scratch.path, limit: "ulimit -f 128")
            #expect(full.status == 73, "\(full.error)")
            #expect(full.lastLine.hasPrefix("vrvq-train: error: \(scratch["run/checkpoints/000000004"])"))
            #expect(full.lastLine.contains("step 2 is good") && full.lastLine.contains("resume \(scratch["run"])"))
            #expect(full.error.split(separator: "\n").count { $0.contains("error") } == 1)
            let left = try FileManager.default.contentsOfDirectory(atPath: scratch["run/checkpoints"]).sorted()
            #expect(left == ["000000000", "000000002"])
            let resumed = try Program.run(["resume", scratch["run"]], folder: scratch.path)
            #expect(resumed.status == 0, "\(resumed.error)")
            #expect(try scratch.journal("run") == scratch.journal("whole"))
            let weights = "checkpoints/000000006/weights.safetensors"
            #expect(
                FileManager.default.contentsEqual(
                    atPath: scratch["run/\(weights)"], andPath: scratch["whole/\(weights)"]))
        }

        /// A run whose folder is removed while it trains writes its state into a new one.
        @Test func removedFolderIsMadeAgain() throws {
            let scratch = try Scratch()
            let program = try Program(arguments(scratch, "run") + ["--steps", "100000"], folder: scratch.path)
            let end = Date(timeIntervalSinceNow: 120)
            while !program.saidSoFar.contains("step 1/"), !program.hasEnded, Date() < end {
                Thread.sleep(forTimeInterval: 0.005)
            }
            try FileManager.default.moveItem(atPath: scratch["run"], toPath: scratch["moved"])
            program.signal(SIGTERM)
            let stopped = try program.wait()
            #expect(stopped.status == 143, "\(stopped.error)")
            let step = try #require(
                FileManager.default.contentsOfDirectory(atPath: scratch["run/checkpoints"]).compactMap { Int($0) }.max()
            )
            let resumed = try Program.run(["resume", scratch["run"], "--steps", "\(step + 1)"], folder: scratch.path)
            #expect(resumed.status == 0, "\(resumed.error)")
        }
    }
}
