import Testing
import VRVQ

@Suite("Container: damage never traps")
struct ContainerHostileTests {
    @Test func everyTruncationIsAnError() throws {
        for stream in [ContainerFixtures.worked, ContainerFixtures.constantRate] {
            let bytes = try stream.encoded()
            for length in 0..<bytes.count {
                let error = #expect(throws: VRVQError.self, "\(length) bytes") {
                    try VRVQStream(decoding: Array(bytes.prefix(length)))
                }
                #expect(error?.code == .truncated, "\(length) bytes: \(error?.description ?? "")")
            }
        }
    }

    /// Without repaired checksums nearly all end there; with repaired ones the fields themselves are tried.
    @Test(arguments: [false, true]) func mutationsDecodeOrThrow(repairingChecksums: Bool) throws {
        var decoded = 0
        for round in 0..<5000 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            let stream = random.oneIn(2) ? ContainerFixtures.worked : ContainerFixtures.constantRate
            let original = try stream.encoded()
            let bytes = try mutated(original, repairingChecksums, &random)
            do throws(VRVQError) {
                let result = try VRVQStream(decoding: bytes)
                decoded += 1
                // A change may put back what was there; any other is found by a checksum.
                #expect(repairingChecksums || bytes == original, "VRVQ_SEED=\(seed)")
                #expect(result.grids.allSatisfy { $0.frames == result.grids[0].frames }, "VRVQ_SEED=\(seed)")
                #expect(try VRVQStream(decoding: try result.encoded()) == result, "VRVQ_SEED=\(seed)")
            } catch {
                #expect(!error.message.isEmpty && !error.message.contains("\n"), "VRVQ_SEED=\(seed)")
                #expect(error.offset.map { (0...bytes.count).contains($0) } ?? true, "VRVQ_SEED=\(seed) \(error)")
            }
        }
        #expect(!repairingChecksums || decoded > 100)
    }

    private func mutated(_ bytes: [UInt8], _ repairing: Bool, _ random: inout ContainerRandom) throws -> [UInt8] {
        guard repairing else { return random.damaged(bytes) }
        var sections: [[UInt8]] = []
        for section in try ContainerFixtures.sections(bytes) {
            let type = random.oneIn(40) ? UInt8.random(in: 0...255, using: &random) : section[0]
            let payload = Array(section[2...].dropLast(4))
            sections.append(
                Section.bytes(
                    SectionType(rawValue: type), payload: random.oneIn(4) ? random.damaged(payload) : payload))
        }
        if random.oneIn(20) { sections.swapAt(random.int(0...sections.count - 1), random.int(0...sections.count - 1)) }
        return ContainerFixtures.stream(sections)
    }

    @Test func piecesMakeNoDifferenceToErrors() throws {
        for round in 0..<500 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            let bytes = try mutated(try ContainerFixtures.worked.encoded(), random.oneIn(2), &random)
            let whole = outcome([bytes[...]])
            let single = outcome(bytes.indices.map { bytes[$0...$0] })
            #expect(whole == single, "VRVQ_SEED=\(seed)")
        }
    }

    private func outcome(_ pieces: [ArraySlice<UInt8>]) -> Result<[StreamReader.Event], VRVQError> {
        do throws(VRVQError) { return .success(try ContainerFixtures.events(pieces)) } catch { return .failure(error) }
    }

    @Test func aReaderStaysFailed() throws {
        var reader = StreamReader()
        reader.push(Array("RIFF".utf8))
        let first = #expect(throws: VRVQError.self) { try reader.next() }
        reader.push(try ContainerFixtures.worked.encoded())
        let second = #expect(throws: VRVQError.self) { try reader.next() }
        let third = #expect(throws: VRVQError.self) { try reader.finish() }
        #expect(first == second && second == third)
    }
}

extension ContainerRandom {
    /// One to four changes: a bit, a byte, a piece left out, doubled or put in.
    mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<int(1...4) {
            guard !bytes.isEmpty else { return [UInt8(int(0...255))] }
            let place = int(0...bytes.count - 1)
            let end = min(bytes.count, place + int(1...8))
            switch int(0...4) {
            case 0: bytes[place] ^= 1 << UInt8(int(0...7))
            case 1: bytes[place] = pick([0, 1, 0x7f, 0x80, 0xff, UInt8(int(0...255))])
            case 2: bytes.removeSubrange(place..<end)
            case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
            default: bytes.insert(contentsOf: (0..<int(1...8)).map { _ in pick([0, 0x80, 0xff]) }, at: place)
            }
        }
        return bytes
    }
}
