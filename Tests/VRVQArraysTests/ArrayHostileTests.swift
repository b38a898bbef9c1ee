import TestSupport
import Testing
import VRVQ
import VRVQArrays

/// Broken archives and object files: one error each, nothing allocated on their word.
@Suite("Arrays: Hostile files")
struct ArrayHostileTests {
    private func read(_ bytes: [UInt8]) throws(VRVQError) {
        let (stream, entropy) = try TokenArrays.stream(npz: bytes, ArrayFixtures.supplement)
        _ = try stream.encoded(entropy: entropy)
    }

    private func readDAC(_ bytes: [UInt8]) throws(VRVQError) -> DACFile {
        var start = 0
        _ = try NPYHeader(bytes, start: &start)
        return try DACFile(pickle: Array(bytes[start...]))
    }

    @Test(arguments: ["segments.npz", "stereo-tags.npz"]) func truncatedArchives(_ name: String) throws {
        let whole = try ArrayFixtures.golden(name)
        for length in 0..<whole.count { #expect(throws: VRVQError.self) { try read(Array(whole[..<length])) } }
    }

    /// Mutated archives are read or refused, and what is read can be written.
    @Test(arguments: ["segments", "stereo-tags", "silence"]) func mutatedArchives(_ name: String) throws {
        let seed = propertySeeds(1)[0]
        var random = SeededGenerator(seed: seed)
        let compressed = try ArrayFixtures.golden("\(name).npz")
        let (stream, entropy) = try TokenArrays.stream(npz: compressed, ArrayFixtures.supplement)
        // Stored, so that a changed byte reaches the readers behind the checksum; the checksum is made right again.
        let stored = TokenArrays.npz(stream, entropy: entropy)
        for _ in 0..<400 {
            var bytes = Bool.random(using: &random) ? compressed : stored
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            do throws(VRVQError) { try read(bytes) } catch {
                #expect(!error.message.isEmpty, "seed \(seed)")
            }
        }
    }

    /// The size in the directory of the first entry, codes, lies 24 bytes behind its signature.
    private func withClaim(_ size: Int, _ bytes: [UInt8]) throws -> [UInt8] {
        var bytes = bytes
        let signature: [UInt8] = [0x50, 0x4B, 1, 2]
        let entry = try #require(bytes.indices.first { bytes[$0...].starts(with: signature) })
        for place in 0..<4 { bytes[entry + 24 + place] = UInt8(truncatingIfNeeded: size >> (8 * place)) }
        return bytes
    }

    @Test func bombs() throws {
        let archive = try ArrayFixtures.golden("mono-adaptive.npz")
        for (claim, words) in [
            (Int(UInt32.max) - 1, "more than are read"), ((1 << 28) + 1, "more than are read"),
            (1 << 27, "cannot unpack"), (1000, "not as many as its entry says"),
            (1329, "not as many as its entry says"),
        ] {
            let error = #expect(throws: VRVQError.self) { try read(try withClaim(claim, archive)) }
            #expect(error?.message.contains(words) == true, "\(claim): \(error?.message ?? "")")
        }
    }

    @Test func aWrongChecksum() throws {
        let (stream, entropy) = try TokenArrays.stream(
            npz: ArrayFixtures.golden("mono-packed.npz"), ArrayFixtures.supplement)
        var bytes = TokenArrays.npz(stream, entropy: entropy)
        // A code of the first array, behind the header of the zip entry and that of the array.
        bytes[30 + 9 + 128 + 3] ^= 1
        let error = #expect(throws: VRVQError.self) { try read(bytes) }
        #expect(error?.message.contains("checksum") == true)
    }

    @Test func truncatedObjects() throws {
        for name in ["chunked.dac", "padded-protocol-2.dac"] {
            let whole = try ArrayFixtures.array(name)
            for length in 0..<whole.count {
                #expect(throws: VRVQError.self) { try readDAC(Array(whole[..<length])) }
            }
        }
    }

    @Test(arguments: ["chunked.dac", "padded.dac", "padded-protocol-2.dac"]) func mutatedObjects(_ name: String) throws
    {
        let seed = propertySeeds(1)[0]
        var random = SeededGenerator(seed: seed)
        let whole = try ArrayFixtures.array(name)
        let codec = try ArrayFixtures.codec(threads: 1)
        for _ in 0..<600 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            do throws(VRVQError) {
                let samples = try codec.samples(of: readDAC(bytes))
                #expect(samples.count == samples.filter { $0.count == samples[0].count }.count)
            } catch {
                #expect(!error.message.isEmpty, "seed \(seed)")
            }
        }
    }

    /// A pickle that would run a program, were it executed.
    @Test func nothingIsRun() throws {
        let pickle =
            Array("\u{80}".unicodeScalars.map { UInt8($0.value) }) + [2] + Array("cos\nsystem\nU".utf8)
            + [4] + Array("true".utf8) + [0x85] + Array("R.".utf8)
        let error = #expect(throws: VRVQError.self) { try DACFile(pickle: pickle) }
        #expect(error?.code == .unsupported && error?.message.contains("os.system") == true)
        #expect(error?.message.contains("nothing was run") == true)
    }

    /// What PyTorch's pickles may name is not what NumPy's may.
    @Test func dialectsAreKeptApart() throws {
        let pickle =
            Array("\u{80}".unicodeScalars.map { UInt8($0.value) }) + [2] + Array("ccollections\nOrderedDict\n)R.".utf8)
        let error = #expect(throws: VRVQError.self) { try DACFile(pickle: pickle) }
        #expect(error?.message.contains("collections.OrderedDict") == true)
    }
}
