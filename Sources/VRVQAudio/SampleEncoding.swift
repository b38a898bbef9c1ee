/// How samples are stored in an output.
public enum SampleEncoding: String, CaseIterable, Sendable {
    /// Signed 16-bit integer.
    case pcm16
    /// Signed 24-bit integer.
    case pcm24
    /// Signed 32-bit integer.
    case pcm32
    /// IEEE 754 single precision; values beyond +-1 are kept.
    case float32

    /// Bits per sample.
    public var bits: Int {
        switch self {
        case .pcm16: 16
        case .pcm24: 24
        case .pcm32, .float32: 32
        }
    }
}

/// The kinds of output file.
public enum AudioContainer: String, CaseIterable, Sendable {
    /// WAV; beyond 4 GiB the file becomes RF64.
    case wav
    /// FLAC, 16 or 24 bit.
    case flac
    /// AIFF, or AIFF-C for float.
    case aiff
    /// Apple Core Audio Format.
    case caf
    /// Vorbis in Ogg.
    case vorbis
    /// Opus in Ogg; rates of 8, 12, 16, 24 and 48 kHz.
    case opus
    /// Little-endian samples without header.
    case raw

    /// The container that a file name's extension asks for; nil when there is none known.
    public init?(path: String) {
        let file = path.split(separator: "/").last ?? ""
        guard let dot = file.lastIndex(of: ".") else { return nil }
        switch file[file.index(after: dot)...].lowercased() {
        case "wav", "wave", "rf64": self = .wav
        case "flac": self = .flac
        case "aiff", "aif", "aifc": self = .aiff
        case "caf": self = .caf
        case "ogg", "oga": self = .vorbis
        case "opus": self = .opus
        case "raw", "pcm": self = .raw
        default: return nil
        }
    }

    /// Whether the container can be written without going back: to standard output or a pipe.
    public var isStreamable: Bool { self == .wav || self == .raw }

    /// True for codecs that choose their own representation.
    public var isLossy: Bool { self == .vorbis || self == .opus }
}
