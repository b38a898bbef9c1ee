/// Where an `AudioReader` gets its samples from.
protocol SampleSource: AnyObject {
    var format: AudioFormat { get }
    /// Frames in all; nil when not known beforehand.
    var frameCount: Int? { get }
    /// True once it is known that samples are missing at the end.
    var truncated: Bool { get }
    /// Appends up to `frames` samples to each channel; returns how many, 0 only at the end.
    func append(upTo frames: Int, to planar: inout [[Float]]) throws(AudioError) -> Int
    /// Goes to a frame; false, and nothing has changed, where that is not possible.
    func seek(to frame: Int) -> Bool
}

extension SampleSource {
    func seek(to frame: Int) -> Bool { false }
}

/// Samples that lie plainly in a stream of bytes: WAV on a pipe, raw PCM.
final class PlainSource: SampleSource {
    let format: AudioFormat
    let frameCount: Int?
    private(set) var truncated = false
    private let input: ByteInput
    private let samples: RawSampleFormat
    private var remaining: Int?
    private var bytes: [UInt8]
    private let frameBytes: Int

    /// Frames decoded at a time.
    private static let block = 4096
    /// What follows the samples is read up to this, so that the writer does not see its pipe closed early.
    private static let tailLimit = 1 << 20

    /// `dataBytes` bounds the samples (nil: to the end of the input); `frameCount` is what callers are told.
    init(_ input: ByteInput, _ raw: RawAudioFormat, dataBytes: Int?, frameCount: Int?) {
        self.input = input
        self.frameCount = frameCount
        format = raw.format
        samples = raw.samples
        frameBytes = raw.bytesPerFrame
        remaining = dataBytes
        bytes = [UInt8](repeating: 0, count: Self.block * raw.bytesPerFrame)
    }

    func append(upTo frames: Int, to planar: inout [[Float]]) throws(AudioError) -> Int {
        let wanted = min(frames, Self.block, remaining.map { $0 / frameBytes } ?? .max)
        let input = input
        let count = wanted * frameBytes
        let got = try bytes.withMutableBytes { (buffer) throws(AudioError) in
            try input.take(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
        }
        remaining = remaining.map { $0 - got }
        if got < count || wanted == 0 { try noteEnd(partial: got % frameBytes, ended: got < count) }
        let whole = got / frameBytes
        bytes.withUnsafeBytes { samples.decode(.init(rebasing: $0[..<(whole * frameBytes)]), into: &planar) }
        return whole
    }

    private func noteEnd(partial: Int, ended: Bool) throws(AudioError) {
        let left = remaining ?? 0
        if partial > 0 || (ended && left > 0) || (!ended && left > 0 && left < frameBytes) { truncated = true }
        if !ended { try input.skip(Self.tailLimit) }
        remaining = 0
    }
}
