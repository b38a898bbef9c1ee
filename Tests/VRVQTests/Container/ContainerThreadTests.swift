import Testing
import VRVQ

/// Chunks are written and read on several threads; nobody can tell.
@Suite struct ContainerThreadTests {
    private func events(_ bytes: [UInt8], threads: Int, piece: Int) -> ([StreamReader.Event], VRVQError?) {
        var reader = StreamReader()
        reader.setThreads(threads)
        var events: [StreamReader.Event] = []
        do throws(VRVQError) {
            for start in Swift.stride(from: 0, to: bytes.count, by: piece) {
                reader.push(bytes[start..<min(bytes.count, start + piece)])
                while let event = try reader.next() { events.append(event) }
            }
            try reader.finish()
            return (events, nil)
        } catch { return (events, error) }
    }

    @Test func streamsAreTheSame() throws {
        for round in 0..<25 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            let stream = random.stream()
            let entropy: EntropyCoding = random.oneIn(3) ? .packed : .adaptive
            let (bytes, statistics) = try stream.written(entropy: entropy)
            for threads in [2, 5] {
                let again = try stream.written(entropy: entropy, threads: threads)
                #expect(again.bytes == bytes && again.statistics == statistics, "VRVQ_SEED=\(seed)")
                let piece = random.pick([1, 50, 1000, 1 << 20])
                let read = events(bytes, threads: threads, piece: piece)
                #expect(read.1 == nil && read.0 == events(bytes, threads: 1, piece: piece).0, "VRVQ_SEED=\(seed)")
            }
        }
    }

    /// Errors come at the same place in the same words, after the same events.
    @Test func damageIsTheSame() throws {
        var failed = 0
        for round in 0..<100 {
            let seed = ContainerRandom.seed &+ UInt64(round)
            var random = ContainerRandom(seed: seed)
            var sections = try ContainerFixtures.sections(try random.stream(frames: random.int(0...60)).encoded())
            let index = random.int(0...sections.count - 1)
            let payload = random.damaged(Array(sections[index][2...].dropLast(4)))
            sections[index] = Section.bytes(SectionType(rawValue: sections[index][0]), payload: payload)
            let bytes =
                random.oneIn(2)
                ? ContainerFixtures.stream(sections) : random.damaged(ContainerFixtures.stream(sections))
            let expected = events(bytes, threads: 1, piece: 1 << 20)
            let found = events(bytes, threads: 3, piece: 1 << 20)
            if expected.1 != nil { failed += 1 }
            #expect(found.1 == expected.1 && found.0 == expected.0, "VRVQ_SEED=\(seed)")
        }
        #expect(failed > 30)
    }
}
