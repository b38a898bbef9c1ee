import VRVQ
import VRVQAudio

extension AudioReader {
    /// Reads as `read(into:upTo:)` does and refuses samples that are no numbers: here, before any conversion of the
    /// rate spreads them, so that the message names the sample of the file (counted from 0).
    func readFinite(into block: inout [[Float]], upTo frames: Int) throws -> Int {
        let start = position
        let count = try read(into: &block, upTo: frames)
        for (channel, samples) in block.enumerated() {
            try checkFinite(samples, channel: channel, position: start) {
                Text.duration(Double($0) / Double(format.sampleRate))
            }
        }
        return count
    }
}
