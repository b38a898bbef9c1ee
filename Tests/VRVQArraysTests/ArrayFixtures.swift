import Foundation
import VRVQ
import VRVQArrays

/// Files that the tests read, by their place in the sources.
enum ArrayFixtures {
    private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    /// Streams whose bytes never change, without their endings.
    static let golden = [
        "mono-packed", "mono-adaptive", "stereo-tags", "constant", "silence", "segments", "eight-stages", "empty",
        "learned", "indexed", "mid-side", "equal", "stereo-segments",
    ]

    static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: tests.appendingPathComponent(path)))
    }

    /// A file of `Tests/Fixtures/golden`.
    static func golden(_ name: String) throws -> [UInt8] { try bytes("Fixtures/golden/\(name)") }

    /// The context model of `learned`.
    static let context: ContextModel = {
        do {
            let archive = try NPZArchive(golden("context.npz"))
            var arrays: [ContextField: [Int]] = [:]
            for field in ContextField.allCases { arrays[field] = try archive.array(field.rawValue)?.integers() }
            let shape = ContextModel.Shape(stages: 2, entries: 4, width: 3, hidden: 4, inner: 5)
            return try ContextModel(shape, arrays)
        } catch { preconditionFailure("context.npz: \(error)") }
    }()

    static var contextModels: ContextModels { ContextModels(context) }

    /// A file of this folder's `Fixtures`.
    static func array(_ name: String) throws -> [UInt8] { try bytes("VRVQArraysTests/Fixtures/\(name)") }

    /// The network that made the .dac files, as a codec.
    static func codec(threads: Int) throws -> Codec {
        var options = ImportOptions()
        options.name = "tiny"
        options.sampleRate = 8000
        let checkpoint = ModelBytes(try array("dac.safetensors"))
        return try Codec(model: ModelImport.read(checkpoint, options: options).model(), threads: threads)
    }

    /// A format for arrays that name no model: 3 stages of 1000 entries.
    static var supplement: TokenArrays.Supplement {
        TokenArrays.Supplement(contextModels: contextModels) { channels in
            StreamFormat(
                sourceRate: 8000, channels: channels, modelRate: 8000, hop: 8, stages: 3, entries: 1000,
                networkFingerprint: Fingerprint(hex: "0123456789abcdef")!, modelName: "three")
        }
    }
}
