import VRVQ
import VRVQAudio

extension AudioReader {
    /// Reads as `read(into:upTo:)` does and refuses samples that are no numbers: here, before any conversion of the
    /// rate spreads them, so that the message names the sample of the file (counted from 0).
    func readFinite(into block: inout [[Float]], upTo frames: Int) throws -> Int {
        let start = position
        let count = try read(into: &block, upTo: frames)
        for (channel, samples) in block.enumerated() {
            guard let index = firstNonFinite(in: samples) else { continue }
            let seconds = Double(start + index) / Double(format.sampleRate)
            throw VRVQError(
                .badAudio,
                "sample \(start + index) of channel \(channel + 1), at \(Text.duration(seconds)), is "
                    + "\(samples[index].isNaN ? "not a number" : "infinite"); such audio cannot be encoded")
        }
        return count
    }
}
