import Foundation
import Torch
import VRVQ
import VRVQNetwork

@testable import Training

/// A folder with generated audio for short runs, that goes with its owner.
final class RunScratch {
    let path: String

    init(pieces: Int = 4, seconds: Double = 1.5) throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("vrvq-run-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: url.appendingPathComponent("tones"), withIntermediateDirectories: true)
        path = url.path
        _ = try SyntheticAudio(seed: 7).write(pieces: pieces, seconds: seconds, to: self["tones"])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    subscript(_ name: String) -> String { "\(path)/\(name)" }

    /// A preset, narrowed, on the generated audio.
    func configuration(_ preset: String, _ settings: [String] = []) throws -> TrainingConfiguration {
        var configuration = try TrainingConfiguration(preset: preset, settings: Self.quick + settings)
        configuration.data.sources = [self["tones"]]
        return configuration
    }

    /// Short excerpts, two windows, and validation of one clip.
    static let quick = [
        "device=cpu", "threads=1", "excerpt.samples=2048", "batch=2", "objective.mel.windows=[256,512]",
        "objective.mel.bands=[20,40]", "objective.stft.windows=[512]", "validation.clips=1", "validation.seconds=0.2",
        "validation.samples=0", "data.loaders=1",
    ]

    /// Keys that make any preset's network as narrow as `micro` or less.
    static func narrow(_ preset: String) throws -> [String] {
        let whole = try TrainingConfiguration(preset: preset)
        var settings = [
            "discriminators.mpd.periods=[2,3]", "discriminators.mpd.channels=[2,4,4,4,4]",
            "discriminators.mrd.windows=[256]", "discriminators.mrd.channels=2", "model.latent=16",
            "model.quantizer.entries=16", "quantizer.kmeans.rounds=2", "quantizer.kmeans.frames=500",
            "start.lapped.excerpts=12",
        ]
        if let importance = whole.model.architecture.importance {
            let widths = importance.channels.map { _ in "4" }.joined(separator: ",")
            settings.append("model.importance.channels=[\(widths)]")
        }
        for half in ["encoder", "decoder"] {
            if case .frameRate = whole.model.architecture.encoder {
                settings += ["stride=64", "channels=32", "hidden=8", "dilations=[1,2]"].map { "model.\(half).\($0)" }
            } else {
                settings.append("model.\(half).width=\(half == "encoder" ? 2 : 32)")
            }
        }
        return settings
    }

    /// The lines of a run's journal.
    func journal(_ run: String) throws -> [JSON] { try Journal.lines(of: RunFolder(self[run]).journal) }
}

extension [JSON] {
    /// The mean of a value over these lines.
    func mean(_ name: String) -> Double {
        let values = compactMap { $0[name]?.doubleValue }
        return values.reduce(0, +) / Double(values.count)
    }
}
