/// Index of the first NaN or infinity, nil when all samples are finite.
///
/// Works on bit patterns, since an integer maximum is vectorised and a search that may stop at any sample is not.
public func firstNonFinite(in samples: [Float]) -> Int? {
    samples.withUnsafeBufferPointer { samples in
        for start in stride(from: 0, to: samples.count, by: 1024) {
            let block = UnsafeBufferPointer(rebasing: samples[start..<min(start + 1024, samples.count)])
            var largest: UInt32 = 0
            for sample in block { largest = max(largest, sample.magnitude.bitPattern) }
            if largest >= Float.infinity.bitPattern { return start + block.firstIndex { !$0.isFinite }! }
        }
        return nil
    }
}

/// Throws `badAudio` where a sample is a NaN or an infinity, which no codec can bring back.
/// - Parameters:
///   - position: number of the first sample, from 0.
///   - time: for people, when a sample of that number is heard; may be empty.
package func checkFinite(
    _ samples: [Float], channel: Int, position: Int, time: (Int) -> String = { _ in "" }
) throws(VRVQError) {
    guard let index = firstNonFinite(in: samples) else { return }
    let time = time(position + index)
    throw VRVQError(
        .badAudio,
        "sample \(position + index) of channel \(channel + 1)\(time.isEmpty ? "" : ", at \(time),") is "
            + "\(samples[index].isNaN ? "not a number" : "infinite"); such audio cannot be encoded")
}
