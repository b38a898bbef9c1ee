import Foundation
import Testing
import Torch
import Training

/// A folder with some audio, that goes with its owner.
final class Scratch {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("vrvq-train-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    subscript(_ name: String) -> String { "\(path)/\(name)" }

    /// A folder of generated audio.
    func audio(pieces: Int = 4, seconds: Double = 2) throws -> String {
        let folder = self["tones"]
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        _ = try SyntheticAudio(seed: 3).write(pieces: pieces, seconds: seconds, to: folder)
        return folder
    }

    /// The journal of a run in this folder, without what depends on the time.
    func journal(_ run: String) throws -> [[String: String]] {
        let data = try Data(contentsOf: URL(fileURLWithPath: self["\(run)/journal.jsonl"]))
        return try String(decoding: data, as: UTF8.self).split(separator: "\n").map { line in
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            return object.filter { !["seconds", "steps_per_second", "waiting"].contains($0.key) }.mapValues { "\($0)" }
        }
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips where there is no plugin. With `VRVQ_REQUIRE_TORCH` set nothing is skipped, and a missing plugin fails.
    static var needsTorch: Self {
        let isRequired = ProcessInfo.processInfo.environment["VRVQ_REQUIRE_TORCH"] != nil
        return .enabled(if: isRequired || Torch.isAvailable, "\(Torch.unavailableReason?.description ?? "")")
    }
}

/// Settings that make `micro` quick: one thread, short excerpts, two windows.
let quick = [
    "threads=1", "excerpt.samples=2048", "objective.mel.windows=[256,512]", "objective.mel.bands=[20,40]",
    "objective.stft.windows=[512]", "discriminators.mpd.periods=[2]", "discriminators.mrd.windows=[256]",
    "validation.clips=1", "validation.seconds=0.3", "validation.samples=0", "batch=2", "data.loaders=1",
].flatMap { ["--set", $0] }

/// The same for `small`: narrow, with k-means over few frames.
let quickSmall = [
    "threads=1", "excerpt.samples=2048", "objective.mel.windows=[256,512]", "objective.mel.bands=[20,40]",
    "objective.stft.windows=[512]", "validation.clips=1", "validation.seconds=0.3", "validation.samples=0", "batch=2",
    "model.encoder.stride=64", "model.decoder.stride=64", "model.encoder.channels=32", "model.decoder.channels=32",
    "model.encoder.hidden=16", "model.decoder.hidden=16", "model.encoder.dilations=[1]", "model.decoder.dilations=[1]",
    "model.latent=16", "model.quantizer.stages=3", "model.quantizer.entries=32", "model.importance.channels=[8,4]",
    "start.lapped.excerpts=12", "quantizer.kmeans.rounds=3", "quantizer.restart.every=5", "data.loaders=1",
].flatMap { ["--set", $0] }
