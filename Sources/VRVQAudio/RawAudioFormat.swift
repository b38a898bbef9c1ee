/// How one sample lies in a stream of bytes without header; all little-endian.
public enum RawSampleFormat: String, CaseIterable, Sendable {
    /// Unsigned 8-bit integer, 128 is zero.
    case u8
    /// Signed 16-bit integer.
    case s16le
    /// Signed 24-bit integer in three bytes.
    case s24le
    /// Signed 32-bit integer.
    case s32le
    /// IEEE 754 single precision.
    case f32le
    /// IEEE 754 double precision.
    case f64le

    /// Bytes per sample.
    public var bytes: Int {
        switch self {
        case .u8: 1
        case .s16le: 2
        case .s24le: 3
        case .s32le, .f32le: 4
        case .f64le: 8
        }
    }
}

/// Everything that is needed to read samples from bytes without header.
public struct RawAudioFormat: Equatable, Sendable {
    /// Layout of one sample.
    public var samples: RawSampleFormat
    /// Rate and channel count.
    public var format: AudioFormat

    /// A raw format from its parts.
    public init(samples: RawSampleFormat, format: AudioFormat) {
        self.samples = samples
        self.format = format
    }

    /// A raw format from text such as `s16le:44100:2` (sample layout, rate in hertz, channels). Throws `badFormat`.
    public init(_ text: String) throws(AudioError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw Self.malformed(text, "expected LAYOUT:RATE:CHANNELS") }
        guard let samples = RawSampleFormat(rawValue: String(parts[0])) else {
            let known = RawSampleFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw Self.malformed(text, "the layout must be one of \(known)")
        }
        guard let rate = Int(parts[1]), AudioFormat.sampleRates.contains(rate) else {
            throw Self.malformed(text, "the rate must be from 1 to \(AudioFormat.sampleRates.upperBound) Hz")
        }
        guard let channels = Int(parts[2]), AudioFormat.channelCounts.contains(channels) else {
            throw Self.malformed(text, "channels must be from 1 to \(AudioFormat.channelCounts.upperBound)")
        }
        self.init(samples: samples, format: AudioFormat(sampleRate: rate, channels: channels))
    }

    /// Bytes of one sample of every channel.
    public var bytesPerFrame: Int { samples.bytes * format.channels }

    private static func malformed(_ text: String, _ what: String) -> AudioError {
        AudioError(.badFormat, "raw format \"\(text)\": \(what); for example s16le:44100:2")
    }
}
