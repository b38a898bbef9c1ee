/// What decides how the channels of a sound are coded, before any of it is: energies of the first two channels, of their
/// mid and side, and whether all channels are the same.
public struct StereoStatistics: Sendable {
    /// Energy of the weaker of mid and side over that of the weaker of left and right, below which mid and side are
    /// coded. Measured in BITSTREAM.md, Stereo.
    public static let greatestShare = 0.2

    /// Whether all samples of all channels were the same so far.
    public private(set) var areEqual: Bool
    private let channels: Int
    private var (left, right, mid, side) = (0.0, 0.0, 0.0, 0.0)

    /// Nothing heard yet, of so many channels.
    public init(channels: Int) {
        self.channels = channels
        areEqual = channels > 1
    }

    /// Takes samples of any rate, one array per channel of equal length.
    public mutating func add(_ samples: [[Float]]) {
        precondition(samples.count == channels, "samples of all channels")
        guard channels > 1 else { return }
        areEqual = areEqual && samples.allSatisfy { $0 == samples[0] }
        for (a, b) in zip(samples[0], samples[1]) {
            let (a, b) = (Double(a), Double(b))
            left += a * a
            right += b * b
            mid += (a + b) * (a + b)
            side += (a - b) * (a - b)
        }
    }

    /// The mode that is expected to be cheapest.
    /// - Parameter isWhole: whether this was the whole sound. Of a beginning nobody knows whether equal channels stay so;
    ///   as mid and side they cost next to nothing more while they do.
    public func mode(isWhole: Bool) -> StereoMode {
        if isWhole && areEqual { return .equal }
        return min(mid, side) / 4 < Self.greatestShare * min(left, right) ? .midSide : .independent
    }
}

extension StereoMode {
    /// The mode that is expected to be cheapest for a whole sound. Channels of unequal length have none; they are
    /// refused elsewhere.
    static func best(for samples: [[Float]]) -> StereoMode {
        guard samples.count > 1, samples.allSatisfy({ $0.count == samples[0].count }) else { return .independent }
        var statistics = StereoStatistics(channels: samples.count)
        statistics.add(samples)
        return statistics.mode(isWhole: true)
    }
}
