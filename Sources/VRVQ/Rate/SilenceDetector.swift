/// Decides frame by frame which are silent (see `Silence`), one channel's samples coming in any pieces.
///
/// A frame of sound is decided with its last sample; a quiet one waits until it is known to be silent or not, but
/// never longer than the next sound.
struct SilenceDetector {
    private let hop: Int
    private let threshold: Float?
    /// The decoder's reach, in frames.
    private let back: Int
    private let ahead: Int
    /// Samples of the frame under way, and whether one of them is sound.
    private var samples = 0
    private var isSound = false
    /// Quiet frames in a row up to now; as many as there could be before the start.
    private var quiet: Int
    /// Of these, the last ones that are not decided.
    private var waiting = 0
    private var decided: [Bool] = []

    init(_ silence: Silence, hop: Int, back: Int, ahead: Int) {
        threshold = silence.threshold
        (self.hop, self.back, self.ahead) = (hop, back, ahead)
        quiet = ahead
    }

    /// Takes samples and returns what is decided: whether each frame is silent, in order.
    mutating func push(_ block: [Float], isLast: Bool) -> [Bool] {
        var start = 0
        while start < block.count {
            let end = min(block.count, start + hop - samples)
            isSound = isSound || hasSound(block[start..<end])
            samples += end - start
            start = end
            if samples == hop { endFrame() }
        }
        if isLast {
            if samples > 0 { endFrame() }
            decide(waiting, areSilent: true)
        }
        defer { decided.removeAll(keepingCapacity: true) }
        return decided
    }

    private func hasSound(_ samples: ArraySlice<Float>) -> Bool {
        guard let threshold else { return true }
        return samples.contains { abs($0) > threshold }
    }

    private mutating func endFrame() {
        if isSound {
            decide(waiting, areSilent: false)
            decided.append(false)
            quiet = 0
        } else {
            quiet += 1
            // Too near to the sound before.
            if quiet <= ahead { decided.append(false) } else { waiting += 1 }
            if waiting > back { decide(1, areSilent: true) }
        }
        (samples, isSound) = (0, false)
    }

    private mutating func decide(_ count: Int, areSilent: Bool) {
        decided += repeatElement(areSilent, count: count)
        waiting -= count
    }
}
