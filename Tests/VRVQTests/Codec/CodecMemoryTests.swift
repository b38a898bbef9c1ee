import TestSupport
import Testing
import VRVQ
import VRVQNetwork

/// Memory does not grow with the length of a signal. The streams count what they hold: the resident set of a process
/// that runs other tests beside would say little.
@Suite struct CodecMemoryTests {
    /// In pieces of a quarter second.
    @Test(arguments: [(TestModel.micro, 1, 2), (.tiny, 1, 10), (.tiny, 3, 10)])
    func longSignals(_ kind: TestModel, threads: Int, minutes: Int) throws {
        let codec = try kind.codec(threads: threads, segmentFrames: 128)
        var encoder = try StreamEncoder(codec, channels: 1, rate: kind.rate)
        var decoder = StreamDecoder { _ in codec }
        var generator = SeededGenerator(seed: 1)
        let piece = kind.architecture.sampleRate / 4
        let samples = generator.signal(piece + 40)
        var (atFirst, greatest, given) = (0, 0, 0)
        for index in 0..<minutes * 240 {
            // The lengths of the pieces change, within bounds that are soon met.
            let count = piece + index % 37
            let bytes = try encoder.push([Array(samples[0..<count])])
            given += try decoder.push(bytes).first?.count ?? 0
            let held = encoder.heldBytes + decoder.heldBytes
            if index < 100 { atFirst = max(atFirst, held) } else { greatest = max(greatest, held) }
        }
        #expect(given > (minutes * 60 - 10) * kind.architecture.sampleRate)
        #expect(atFirst > 0 && greatest <= atFirst + atFirst / 100)
        #expect(greatest < 16 << 20)
    }
}
