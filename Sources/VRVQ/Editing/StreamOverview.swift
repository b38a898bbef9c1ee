/// What a whole stream holds, found without a look at its codes: needs no context model.
public struct StreamOverview: Equatable, Sendable {
    /// What its header says.
    public let format: StreamFormat
    /// Source samples per channel: the exact length of the decoded file.
    public let sampleCount: Int
    /// Frames per channel.
    public let frames: Int

    /// - Throws: `malformed`, `truncated` and `unsupported` as `StreamReader` does, for what can be seen without codes.
    public init(_ bytes: [UInt8]) throws(VRVQError) {
        let outline = try StreamOutline(StreamBytes(bytes))
        format = outline.format
        sampleCount = outline.sampleCount
        frames = outline.parts.reduce(0) { $0 + $1.frames }
    }
}
