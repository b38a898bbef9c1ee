import Foundation
import Testing
import VRVQ
import VRVQNetwork

/// Ten thousand damaged files of each kind: a model or one error, and no more memory than the file asks for.
@Suite struct ModelMutationTests {
    private let seed = ProcessInfo.processInfo.environment["VRVQ_SEED"].flatMap(UInt64.init) ?? 1
    private let rounds = 10_000

    @Test func damagedModelFiles() throws {
        let architecture = Architecture(
            sampleRate: 8000, encoder: .pyramid(width: 1, strides: [2]), decoder: .pyramid(width: 2, strides: [2]),
            latent: 1, quantizer: .init(dimensions: [1], entries: 2, lookup: .cosine), importance: nil)
        let whole = try Model.untrained(architecture, name: "tiny").serialized()
        let header = 8 + Int(whole[0]) + Int(whole[1]) << 8
        try damage(whole, structure: [0..<header]) { bytes throws(VRVQError) in
            let model = try Model(bytes)
            _ = model.fingerprint
            _ = model.serialized()
        }
    }

    @Test func damagedSafetensorsForImport() throws {
        let whole = try ModelFiles.fixture("huggingface.safetensors")
        let header = 8 + Int(whole[0]) + Int(whole[1]) << 8
        var options = ImportOptions()
        options.sampleRate = 8000
        try damage(whole, structure: [0..<header]) { [options] bytes throws(VRVQError) in
            _ = try ModelImport.read(ModelBytes(bytes), options: options).model()
        }
    }

    @Test(arguments: ["vrvq.pth", "parametrized.pth"]) func damagedCheckpoints(name: String) throws {
        let whole = try ModelFiles.fixture(name)
        var options = ImportOptions()
        options.sampleRate = 8000
        // The pickle comes first, the directory last.
        try damage(whole, structure: [0..<12_000, whole.count - 12_000..<whole.count]) {
            [options] bytes throws(VRVQError) in
            _ = try ModelImport.read(ModelBytes(bytes), options: options).model()
        }
    }

    private func damage(
        _ whole: [UInt8], structure: [Range<Int>], _ read: ([UInt8]) throws(VRVQError) -> Void
    ) throws {
        var random = Mixer(state: seed)
        var outcomes = (models: 0, errors: 0)
        for round in 0..<rounds {
            let bytes = random.damaged(whole, structure: structure)
            let error = vrvqError { () throws(VRVQError) in try read(bytes) }
            if error == nil { outcomes.models += 1 } else { outcomes.errors += 1 }
            #expect(error?.message.isEmpty != true, "seed \(seed), round \(round)")
        }
        #expect(outcomes.models > 0 && outcomes.errors > rounds / 10, "seed \(seed): \(outcomes)")
    }
}

private struct Mixer: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    /// One to four changes, three in four of them where the file's structure is.
    mutating func damaged(_ whole: [UInt8], structure: [Range<Int>]) -> [UInt8] {
        var bytes = whole
        for _ in 0..<Int.random(in: 1...4, using: &self) {
            let range =
                Int.random(in: 0..<4, using: &self) == 0 ? 0..<whole.count : structure.randomElement(using: &self)!
            let place = min(Int.random(in: range, using: &self), max(0, bytes.count - 1))
            guard !bytes.isEmpty else { break }
            switch Int.random(in: 0..<12, using: &self) {
            case 0: bytes.removeSubrange(place...)
            case 1: bytes.insert(UInt8.random(in: 0...255, using: &self), at: place)
            case 2: bytes.remove(at: place)
            case 3: bytes[place] = [0, 255, 127, 128].randomElement(using: &self)!
            case 4: bytes.replaceSubrange(place..<place, with: bytes[max(0, place - 20)..<place])
            case 5...8: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            default: bytes[place] = UInt8.random(in: 0...255, using: &self)
            }
        }
        return bytes
    }
}
