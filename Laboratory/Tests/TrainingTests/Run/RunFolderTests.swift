import Foundation
import Testing
import Torch
import VRVQ

@testable import Training

@Suite("A run's folder", .needsTorch, .serialized) struct RunFolderTests {
    @Test func checkpointComesBackExactly() throws {
        let scratch = try RunScratch(pieces: 1)
        let tensor = try Tensor([Float(1), .leastNonzeroMagnitude, -0.1], [3])
        let steps = try Tensor([1, 2, 1 << 40])
        let configuration = try scratch.configuration("micro")
        let checkpoint = Checkpoint(
            files: ["weights": [("a", tensor)], "optimisers": [("steps", steps)]],
            manifest: ["step": .integer(5), "pending": .array([.number(0.1)])], configuration: configuration)
        try checkpoint.write(to: scratch["5"])
        try checkpoint.write(to: scratch["5"])
        let read = try Checkpoint(reading: scratch["5"])
        #expect(try read.arrays("weights")["a"]?.bytes() == tensor.bytes())
        #expect(try read.arrays("optimisers")["steps"]?.ints() == [1, 2, 1 << 40])
        #expect(read.manifest["pending"] == .array([.number(0.1)]) && read.configuration == configuration)
        #expect(throws: RunError.self) { try read.arrays("average") }
        #expect(!FileManager.default.fileExists(atPath: scratch["5.new"]))
    }

    @Test func oldCheckpointsGoButTheBestStays() throws {
        let scratch = try RunScratch(pieces: 1)
        let folder = RunFolder(scratch["run"])
        let configuration = try scratch.configuration("micro")
        try folder.create(configuration)
        for step in [1, 2, 3, 4] {
            try Checkpoint(files: [:], manifest: ["step": .integer(step)], configuration: configuration)
                .write(to: folder.checkpoint(step))
        }
        try folder.setBest(1)
        try FileManager.default.createDirectory(
            atPath: folder.checkpoint(9) + ".new", withIntermediateDirectories: true)
        folder.prune(keeping: 2)
        #expect(folder.steps == [1, 3, 4] && folder.bestStep == 1)
        try folder.setBest(4)
        folder.prune(keeping: 1)
        #expect(folder.steps == [4])
        #expect(try folder.checkpoint(named: nil) == folder.checkpoint(4) as String)
        #expect(throws: RunError.self) { try folder.checkpoint(named: "3") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.checkpoints) == ["000000004"])
    }

    @Test func oneProcessAtATime() throws {
        let scratch = try RunScratch(pieces: 1)
        let folder = RunFolder(scratch["run"])
        try folder.create(scratch.configuration("micro"))
        let lock = try folder.lock()
        #expect(throws: RunError.self) { try folder.lock() }
        withExtendedLifetime(lock) {}
        let error = #expect(throws: RunError.self) { try folder.create(try scratch.configuration("micro")) }
        #expect(error?.kind == .output)
    }

    @Test func journalForgetsWhatWasDoneAgain() throws {
        let scratch = try RunScratch(pieces: 1)
        let path = scratch["journal.jsonl"]
        do {
            let journal = try Journal(path, keepingTo: 0)
            for step in 1...5 { try journal.append(["step": .integer(step), "loss": .number(0.1 + 0.2)]) }
        }
        // A line that the end of the process cut short.
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("{\"step\":6,\"lo".utf8))
        let journal = try Journal(path, keepingTo: 3)
        try journal.append(["step": .integer(4)])
        let lines = try Journal.lines(of: path)
        #expect(lines.map { $0["step"]?.integerValue } == [1, 2, 3, 4])
        #expect(lines[2]["loss"]?.doubleValue == 0.1 + 0.2)
    }

    @Test func meansAreOverTheStepsThatHaveAValue() {
        let means = TrainingRun.means([[("a", 1), ("b", 2)], [("a", 3)], [("a", 5), ("c", 7)]])
        #expect(means.map(\.name) == ["a", "b", "c"] && means.map(\.value) == [3, 2, 7])
    }
}

@Suite("Places among processes") struct PlaceTests {
    private func place(_ variables: [String: String]) throws -> ProcessTeam.Place {
        try ProcessTeam.Place { variables[$0] }
    }

    @Test func launchersAreUnderstood() throws {
        #expect(try place([:]).size == 1)
        let torchrun = try place([
            "RANK": "3", "WORLD_SIZE": "4", "LOCAL_RANK": "1", "MASTER_ADDR": "node0", "MASTER_PORT": "1234",
        ])
        #expect((torchrun.rank, torchrun.size, torchrun.localRank, torchrun.port) == (3, 4, 1, 1234))
        #expect(torchrun.host == "node0")
        let slurm = try place([
            "SLURM_PROCID": "5", "SLURM_NTASKS": "8", "SLURM_LOCALID": "1", "MASTER_ADDR": "node0",
        ])
        #expect((slurm.rank, slurm.size, slurm.localRank) == (5, 8, 1))
        #expect(try place(["SLURM_PROCID": "0", "SLURM_NTASKS": "8"]).size == 1)
    }

    @Test(arguments: [
        ["RANK": "x"], ["RANK": "2", "WORLD_SIZE": "2"], ["WORLD_SIZE": "0"], ["MASTER_PORT": "70000"],
    ])
    func nonsenseIsNamed(variables: [String: String]) {
        let error = #expect(throws: RunError.self) { try place(variables) }
        #expect(error?.kind == .usage)
    }
}
