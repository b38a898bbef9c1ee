import Foundation
import Testing
import VRVQ
import VRVQArrays

/// What is written and read here, against the real NumPy. Where no `python3` has it these tests skip, unless
/// `VRVQ_REQUIRE_NUMPY` is 1, as in continuous integration.
@Suite(
    "Arrays: the real NumPy",
    .enabled(if: NumPy.isWanted, "no python3 has NumPy: install python3-numpy (\(NumPy.reasons))"))
struct NumPyTests {
    private func run(_ program: String, _ files: [String: [UInt8]] = [:]) throws -> [String: [UInt8]] {
        let numpy = try #require(NumPy.found, "no python3 has NumPy: install python3-numpy (\(NumPy.reasons))")
        return try numpy.run(program, files)
    }

    @Test(arguments: ArrayFixtures.golden) func numPyReadsWhatIsWritten(_ name: String) throws {
        let bytes = try ArrayFixtures.golden("\(name).vrvq")
        let models = ArrayFixtures.contextModels
        let stream = try TokenStream(decoding: bytes, contextModels: models)
        let entropy = try #require(try stream.entropy(of: bytes, contextModels: models))
        // Equal to what the golden archive holds, array by array, and of the types that the document promises.
        _ = try run(
            """
            ours, golden = np.load('ours.npz'), np.load('golden.npz')
            extra = set(ours) - set(golden) - {'chunk_frames', 'frames_per_chunk', 'tags', 'segments'}
            assert not extra and set(golden) - set(ours) <= {'chunk_frames'}, (extra, set(golden) - set(ours))
            for key in golden:
                if key in ours and key != 'tags':
                    assert np.array_equal(ours[key], golden[key]), key
            if 'tags' in golden:
                import json
                assert json.loads(ours['tags'].tobytes()) == json.loads(golden['tags'].tobytes())
            codes, alone = ours['codes'], np.load('codes.npy')
            assert codes.dtype == np.int16 and np.array_equal(alone, codes) and alone.dtype == np.int16
            assert ours['depth'].dtype == np.uint8 and np.array_equal(ours['depth'], (codes >= 0).sum(axis=-2))
            assert str(ours['fingerprint']) == str(golden['fingerprint']) and ours['sample_count'].shape == ()
            """,
            [
                "ours.npz": TokenArrays.npz(stream, entropy: entropy), "codes.npy": TokenArrays.npy(stream),
                "golden.npz": try ArrayFixtures.golden("\(name).npz"),
            ])
    }

    /// Whatever NumPy makes of the arrays, stored or compressed, the stream comes back to the byte.
    @Test(arguments: ["savez", "savez_compressed"], ArrayFixtures.golden)
    func whatNumPyWritesIsTheStreamAgain(_ function: String, _ name: String) throws {
        let bytes = try ArrayFixtures.golden("\(name).vrvq")
        let models = ArrayFixtures.contextModels
        let stream = try TokenStream(decoding: bytes, contextModels: models)
        let entropy = try #require(try stream.entropy(of: bytes, contextModels: models))
        let files = try run(
            "np.\(function)('out.npz', **np.load('in.npz'))", ["in.npz": TokenArrays.npz(stream, entropy: entropy)])
        let (back, coding) = try TokenArrays.stream(
            npz: try #require(files["out.npz"]), .init(contextModels: models, format: nil))
        #expect(try back.encoded(entropy: coding) == bytes)
    }

    @Test func typesAndOrders() throws {
        let files = try run(
            """
            codes = np.arange(24).reshape(2, 3, 4) - 1
            codes[codes < 0] = 0
            for kind in ['i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', '>i2', '>i4', '>u8']:
                np.save('c-' + kind.replace('>', 'big') + '.npy', codes.astype(kind))
                np.save('f-' + kind.replace('>', 'big') + '.npy', np.asfortranarray(codes.astype(kind)))
                np.save('v-' + kind.replace('>', 'big') + '.npy', np.ascontiguousarray(codes.transpose(2, 1, 0)).T.astype(kind))
            """)
        #expect(files.count == 30)
        for (name, bytes) in files {
            let stream = try TokenArrays.stream(npy: bytes, ArrayFixtures.supplement)
            let wanted = (0..<2).map { channel in (0..<4).map { max(0, channel * 12 + 8 + $0 - 1) } }
            let found = stream.grids.map { grid in (0..<4).map { Int(grid.codes[$0 * 3 + 2]) } }
            #expect(found == wanted, "\(name)")
        }
    }
}

/// A `python3` that has NumPy.
struct NumPy {
    private let python: String

    /// The interpreter of the path, or that of the system; nil where none has it.
    static var found: NumPy? { search.numpy }

    /// Why there is none, of each interpreter that was tried.
    static var reasons: String { search.reasons.joined(separator: "; ") }

    private static let search: (numpy: NumPy?, reasons: [String]) = {
        var reasons: [String] = []
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        for folder in folders + ["/usr/bin"] {
            let numpy = NumPy(python: "\(folder)/python3")
            guard FileManager.default.isExecutableFile(atPath: numpy.python) else { continue }
            do {
                _ = try numpy.run("")
                return (numpy, reasons)
            } catch { reasons.append("\(numpy.python): \(error)") }
        }
        return (nil, reasons)
    }()

    static var isWanted: Bool { found != nil || ProcessInfo.processInfo.environment["VRVQ_REQUIRE_NUMPY"] == "1" }

    struct Failed: Error { let message: String }

    /// Runs a program in a folder with some files and gives the files that it adds.
    func run(_ program: String, _ files: [String: [UInt8]] = [:]) throws -> [String: [UInt8]] {
        let manager = FileManager.default
        let folder = manager.temporaryDirectory.appendingPathComponent("vrvq-numpy-\(UUID().uuidString)")
        try manager.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? manager.removeItem(at: folder) }
        for (name, bytes) in files { try Data(bytes).write(to: folder.appendingPathComponent(name)) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = ["-c", "import numpy as np\n" + program]
        process.currentDirectoryURL = folder
        let messages = Pipe()
        process.standardError = messages
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let text = try messages.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed(message: String(decoding: text, as: UTF8.self)) }
        var added: [String: [UInt8]] = [:]
        for name in try manager.contentsOfDirectory(atPath: folder.path) where files[name] == nil {
            added[name] = Array(try Data(contentsOf: folder.appendingPathComponent(name)))
        }
        return added
    }
}
