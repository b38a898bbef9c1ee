import Foundation
import VRVQAudio

/// SplitMix64; the seed comes from `VRVQ_SEED` when set, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
    let seed: UInt64
    private var state: UInt64

    init(_ fallback: UInt64) {
        seed = ProcessInfo.processInfo.environment["VRVQ_SEED"].flatMap { UInt64($0) } ?? fallback
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func samples(_ count: Int) -> [Float] { (0..<count).map { _ in Float.random(in: -1..<1, using: &self) } }
}

func fixture(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/\(name)").path
}

func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

/// A folder that goes with its owner.
final class Folder {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("vrvq-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    subscript(_ name: String) -> String { "\(path)/\(name)" }

    var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }

    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: self[name]))
        return self[name]
    }
}

/// The reading end of a pipe into which another thread writes the bytes, in pieces of odd sizes.
func piped(_ bytes: [UInt8]) -> Int32 {
    // A reader that has seen enough closes its end while this one still writes: an error, not a signal.
    signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [0, 0]
    precondition(pipe(&ends) == 0)
    let writer = ends[1]
    Thread.detachNewThread {
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + 3331)
            let count = bytes[start..<end].withUnsafeBytes { write(writer, $0.baseAddress, $0.count) }
            if count <= 0 { break }
            start += count
        }
        close(writer)
    }
    return ends[0]
}

func save(_ planar: [[Float]], _ path: String, rate: Int = 44100, _ encoding: SampleEncoding = .pcm16) throws {
    let writer = try AudioWriter(
        path: path, format: AudioFormat(sampleRate: rate, channels: planar.count), encoding: encoding, overwrite: true)
    try writer.write(planar)
    try writer.finish()
}

func load(_ path: String) throws -> [[Float]] { try AudioReader(path: path).readAll() }

/// The error's kind, nil when the body does not throw.
func code(_ body: () throws -> Void) -> AudioError.Code? {
    do {
        try body()
        return nil
    } catch {
        return (error as? AudioError)?.code
    }
}
