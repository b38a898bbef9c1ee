import Foundation
import VRVQAudio

@testable import Training

/// A folder of audio that goes with its owner.
final class AudioFolder {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("vrvq-data-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    subscript(_ name: String) -> String { "\(path)/\(name)" }

    /// A folder inside.
    func folder(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: self[name], withIntermediateDirectories: true)
        return self[name]
    }

    /// A file of these bytes.
    @discardableResult
    func file(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: self[name]))
        return self[name]
    }

    /// A pipe that nobody writes to.
    func pipe(_ name: String) throws -> String {
        guard mkfifo(self[name], 0o600) == 0 else { throw CocoaError(.fileWriteUnknown) }
        return self[name]
    }

    /// An audio file of these samples, `[channel][frame]`, kept as floats where the format can.
    @discardableResult
    func audio(
        _ name: String, _ planar: [[Float]], rate: Int = 16000, encoding: SampleEncoding = .float32
    ) throws -> String {
        let writer = try AudioWriter(
            path: self[name], format: AudioFormat(sampleRate: rate, channels: planar.count), encoding: encoding,
            overwrite: true)
        try writer.write(planar)
        try writer.finish()
        return self[name]
    }

    /// Groups `a`, `b`, ... of synthetic pieces.
    func groups(_ counts: [Int], seconds: Double = 1.5, rate: Int = 16000) throws -> [AudioGroup] {
        try counts.enumerated().map { index, count in
            let name = String(UnicodeScalar(UInt8(97 + index)))
            let synthetic = SyntheticAudio(seed: UInt64(index), sampleRate: rate)
            return AudioGroup(
                name: name, files: try synthetic.write(pieces: count, seconds: seconds, to: try folder(name)))
        }
    }
}

/// Short excerpts at 16 kHz, taken as they are.
func plain(
    excerpt: Int = 2000, batch: Int = 4, seed: UInt64 = 1, salience: Salience = .any,
    augmentations: [Augmentation] = [], cacheBytes: Int = 0
) -> DataConfiguration {
    DataConfiguration(
        sampleRate: 16000, excerpt: excerpt, batch: batch, seed: seed, salience: salience,
        augmentations: augmentations, cacheBytes: cacheBytes)
}

/// Seeds for a property test: that of `VRVQ_SEED` alone when it is set.
func seeds(_ count: Int) -> [UInt64] {
    if let text = ProcessInfo.processInfo.environment["VRVQ_SEED"], let seed = UInt64(text) { return [seed] }
    return (1...UInt64(count)).map { $0 }
}
