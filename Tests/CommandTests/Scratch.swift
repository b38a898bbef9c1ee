import Foundation
import VRVQ
import VRVQAudio
import VRVQDefaultModel

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A folder that goes with its owner.
final class Scratch {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("vrvq-command-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// A path in it.
    subscript(_ name: String) -> String { "\(path)/\(name)" }

    /// A file in it, with folders as needed.
    @discardableResult
    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        let url = URL(fileURLWithPath: self[name])
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
        return url.path
    }

    /// A copy of an audio fixture.
    @discardableResult
    func copy(_ fixture: String, as name: String) throws -> String { try file(name, bytes(of: Fixture.audio(fixture))) }

    /// All files below, hidden ones too, as relative paths in order.
    var contents: [String] {
        let found = FileManager.default.subpaths(atPath: path) ?? []
        var isFolder: ObjCBool = false
        return found.filter {
            FileManager.default.fileExists(atPath: self[$0], isDirectory: &isFolder) && !isFolder.boolValue
        }
        .sorted()
    }
}

/// Files that other rooms' tests bring.
enum Fixture {
    private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    static func audio(_ name: String) -> String { tests.appendingPathComponent("VRVQAudioTests/Fixtures/\(name)").path }

    /// A recording of the documentation.
    static func sample(_ name: String) -> String {
        tests.deletingLastPathComponent().appendingPathComponent("Samples/\(name)").path
    }

    static func array(_ name: String) -> String {
        tests.appendingPathComponent("VRVQArraysTests/Fixtures/\(name)").path
    }

    /// A file of `Tests/Fixtures`.
    static func shared(_ name: String) -> String { tests.appendingPathComponent("Fixtures/\(name)").path }

    static func model(_ name: String) -> String {
        tests.appendingPathComponent("VRVQTests/Model/Fixtures/\(name)").path
    }
}

/// The codes of a stream that was made with the built-in model.
func decoded(_ stream: [UInt8]) throws -> VRVQStream {
    try VRVQStream(decoding: stream, contextModels: ContextModels(DefaultModel.load()))
}

/// The bytes of a file.
func bytes(of path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

/// WAV files made by hand.
enum WAV {
    /// A 16-bit or float file; `size` overrides both length fields.
    static func file(_ planar: [[Float]], rate: Int, float: Bool = false, size: UInt32? = nil) -> [UInt8] {
        let channels = planar.count
        let width = float ? 4 : 2
        let data = samples(planar, float: float)
        var bytes: [UInt8] = Array("RIFF".utf8) + little(size ?? UInt32(36 + data.count), 4) + Array("WAVEfmt ".utf8)
        bytes += little(16, 4) + little(float ? 3 : 1, 2) + little(UInt32(channels), 2) + little(UInt32(rate), 4)
        bytes += little(UInt32(rate * channels * width), 4) + little(UInt32(channels * width), 2)
        bytes += little(UInt32(width * 8), 2)
        return bytes + Array("data".utf8) + little(size ?? UInt32(data.count), 4) + data
    }

    /// The samples alone, interleaved.
    static func samples(_ planar: [[Float]], float: Bool = false) -> [UInt8] {
        var bytes: [UInt8] = []
        for index in 0..<(planar.first?.count ?? 0) {
            for channel in planar {
                bytes +=
                    float
                    ? little(channel[index].bitPattern, 4)
                    : little(UInt32(bitPattern: Int32((channel[index] * 32767).rounded())), 2)
            }
        }
        return bytes
    }

    /// Chords that differ by channel, within +-0.6.
    static func sound(seconds: Double, rate: Int = 44100, channels: Int = 1) -> [[Float]] {
        (0..<channels).map { channel in
            (0..<Int(seconds * Double(rate))).map { index in
                let time = Double(index) / Double(rate)
                let tone = sin(2 * .pi * (220 + 90 * Double(channel)) * time) * (0.5 + 0.5 * sin(2 * .pi * 3 * time))
                return Float(0.4 * tone + 0.2 * sin(2 * .pi * 1900 * time * time))
            }
        }
    }

    private static func little(_ value: UInt32, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
    }
}
