/// Spends codebooks by measured distortion: greedy rate-distortion on what the stages leave of the latent.
///
/// A frame with the latent z that d stages leave with the squared error E(d) counts for D(d) = p E(d) / |z|²: the share
/// that is lost, times its importance p (1 in a model without). A level is the inverse of a Lagrange multiplier: each frame
/// takes the depth with the least D(d) + d / level, that is the next codebooks as long as they gain at least 1 / level
/// each (on the convex hull of D). The depth is at least 1.
public struct DistortionAllocator: DepthAllocator {
    /// Distortion by measured error.
    public init() {}

    /// Gains are differences of shares: what lies beyond these ends is none.
    public var leastLevel: Float { 0x1p-20 }
    /// See `leastLevel`.
    public var greatestLevel: Float { 0x1p30 }
    /// The level is no scale.
    public var takesScale: Bool { false }
    /// Errors are what it goes by.
    public var needsErrors: Bool { true }

    /// See `DepthAllocator`.
    public func depths(_ analysis: Analysis, level: Float) -> [Int] {
        var distortions = [Float](repeating: 0, count: analysis.stages + 1)
        return (0..<analysis.frames).map { frame in
            for depth in 1...analysis.stages {
                distortions[depth] = distortion(analysis, frame: frame, depth: depth)
            }
            return depth(distortions, level: level)
        }
    }

    /// What a frame counts for where it has this depth.
    public func distortion(_ analysis: Analysis, frame: Int, depth: Int) -> Float {
        let start = frame * (analysis.stages + 1)
        let energy = analysis.errors[start]
        guard energy > 0 else { return 0 }
        let importance = analysis.importance.isEmpty ? 1 : analysis.importance[frame]
        return importance * analysis.errors[start + depth] / energy
    }

    /// Walks along the hull: whatever the level, it is the same walk, so that a higher level only goes on.
    private func depth(_ distortions: [Float], level: Float) -> Int {
        var depth = 1
        while depth < distortions.count - 1 {
            let (gain, next) = steepest(distortions, from: depth)
            guard gain > 0, gain * level >= 1 else { break }
            depth = next
        }
        return depth
    }

    /// The greatest gain for each codebook that lies ahead, and the depth that it is reached at.
    private func steepest(_ distortions: [Float], from depth: Int) -> (gain: Float, next: Int) {
        var best = (gain: -Float.infinity, next: depth + 1)
        for next in depth + 1..<distortions.count {
            let gain = (distortions[depth] - distortions[next]) / Float(next - depth)
            if gain > best.gain { best = (gain, next) }
        }
        return best
    }
}
