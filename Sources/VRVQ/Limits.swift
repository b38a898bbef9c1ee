/// Bounds that every reader checks before it allocates anything on the word of foreign bytes, and that every writer
/// keeps. They are part of the format (FORMAT.md, section 9): raising one is a new version.
public enum Limits {
    /// Payload bytes of one section; what an incremental reader buffers at most, plus a few bytes of framing.
    public static let maximumSectionBytes = 1 << 20
    /// Samples per second, of the source and of the model.
    public static let maximumSampleRate = 8_000_000
    /// Channels of the source.
    public static let maximumChannels = 64
    /// Model samples per frame.
    public static let maximumHop = 1 << 20
    /// Stages of the residual quantizer: the paper's N.
    public static let maximumStages = 64
    /// Entries per codebook.
    public static let maximumEntries = 1 << 16
    /// Frames of a full chunk.
    public static let maximumFramesPerChunk = 1 << 16
    /// Source samples per channel in one stream. With the bound on rates, every product of a sample count and a rate
    /// stays below 2^63.
    public static let maximumSampleCount = 1 << 40
    /// Frames that silence runs may stand for in one stream (54 hours at 86 frames a second). Without a bound a few
    /// bytes could claim years.
    public static let maximumSilenceRunFrames = 1 << 24
    /// Frames that a segment may have behind its last sample. It bounds what a decoder holds back.
    public static let maximumLookAhead = 1024
    /// Bytes of UTF-8 in a model's name.
    public static let maximumModelNameBytes = 32
    /// Bytes of a tag's key.
    public static let maximumTagKeyBytes = 64
    /// Codes (channels x frames x stages) that `VRVQStream(decoding:)` will hold in memory: 128 MiB of them, 13 hours
    /// of stereo with 8 stages at 86 frames a second. Longer streams are read piece by piece with `StreamReader`. A
    /// bound of this library, not of the format.
    public static let maximumCodesInMemory = 1 << 26
}
