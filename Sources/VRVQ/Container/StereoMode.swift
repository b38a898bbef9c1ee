/// How the coded channels relate to the source's channels (FORMAT.md, section 5.2). One stream has one, but where
/// streams were joined: then every segment has its own.
public enum StereoMode: UInt8, CaseIterable, Sendable {
    /// Every channel is coded by itself.
    case independent = 0
    /// The first two channels a and b are coded as mid, (a + b) / 2, and side, (a - b) / 2; any others by themselves.
    case midSide = 1
    /// All channels are the same, and one is coded.
    case equal = 2

    /// The fewest channels of a source with which it makes sense.
    public var leastChannels: Int { self == .independent ? 1 : 2 }

    /// Channels that are coded of a source with so many.
    public func codedChannels(of channels: Int) -> Int { self == .equal ? 1 : channels }

    /// What is coded of a source's samples, one array per channel of equal length.
    /// - Parameter position: samples that came before, for the message.
    /// - Throws: `badAudio` where channels differ that have to be equal.
    func coded(_ samples: [[Float]], position: Int) throws(VRVQError) -> [[Float]] {
        switch self {
        case .independent: return samples
        case .midSide:
            // Halved first: the sum of two finite samples need not be finite.
            let pairs = zip(samples[0], samples[1])
            return [pairs.map { $0 / 2 + $1 / 2 }, pairs.map { $0 / 2 - $1 / 2 }] + samples[2...]
        case .equal:
            for channel in samples.indices.dropFirst() where samples[channel] != samples[0] {
                let place = zip(samples[0], samples[channel]).enumerated().first { $1.0 != $1.1 }!.offset
                throw VRVQError(
                    .badAudio,
                    "channels 1 and \(channel + 1) differ in sample \(position + place): they cannot be coded as equal ones"
                )
            }
            return [samples[0]]
        }
    }

    /// The samples of a source's channels from those that were coded.
    func decoded(_ samples: [[Float]], channels: Int) -> [[Float]] {
        switch self {
        case .independent: return samples
        case .midSide:
            let pairs = zip(samples[0], samples[1])
            return [pairs.map { $0 + $1 }, pairs.map { $0 - $1 }] + samples[2...]
        case .equal: return Array(repeating: samples[0], count: channels)
        }
    }
}

extension StereoMode: CustomStringConvertible {
    /// As the command line calls it.
    public var description: String {
        switch self {
        case .independent: "independent"
        case .midSide: "mid-side"
        case .equal: "equal"
        }
    }
}

extension StreamFormat {
    /// The mode of a segment.
    public func stereoMode(of segment: Segment) -> StereoMode { segment.stereoMode ?? stereoMode }

    /// Whether a segment may have that mode: the number of coded channels is that of the whole stream.
    func admits(_ mode: StereoMode) -> Bool {
        channels >= mode.leastChannels && mode.codedChannels(of: channels) == codedChannels
    }
}
