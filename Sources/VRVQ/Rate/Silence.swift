/// Which frames are left out as silence: they get depth 0, cost next to nothing and decode to exact zeros.
///
/// A frame is silent where its own samples and those of every frame that the decoder makes with its help are quiet:
/// with a decoder that reaches b frames back and a frames ahead, frames t - a to t + b for frame t (what lies outside
/// the signal is quiet). So the sound around a silence decodes to the very samples that it would without this, and a
/// pause shorter than the reach is coded as any other sound.
public enum Silence: Equatable, Sendable {
    /// No frame is left out.
    case kept
    /// Digital silence: all samples are zero.
    case digital
    /// Samples of at most this size, full scale being 1 (discontinuous transmission); not negative.
    case below(Float)

    /// The largest sample of a quiet frame; nil where none is quiet.
    var threshold: Float? {
        switch self {
        case .kept: nil
        case .digital: 0
        case .below(let level): level
        }
    }

    func check() throws(VRVQError) {
        guard case .below(let level) = self else { return }
        guard level >= 0, level < 1 else {
            throw VRVQError(.badSetting, "the level of silence must be from 0 to below 1, not \(level)")
        }
    }
}
