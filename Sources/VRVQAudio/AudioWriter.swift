/// Writes planar Float32 samples to a file, standard output or a pipe.
///
/// Files appear under their name only on ``finish()`` (see ``AtomicFile``). To pipes, WAV goes with sizes of all ones,
/// which readers take as "until the end". No dither is added; see ``clippedSamples``.
public final class AudioWriter {
    /// Rate and channel count.
    public let format: AudioFormat
    /// The kind of file that is written.
    public let container: AudioContainer
    /// Frames (samples per channel) written so far.
    public private(set) var framesWritten = 0
    /// Samples beyond +-1, or not a number, that an integer output could not hold: saturated, or 0. Always 0 for float
    /// outputs. For Vorbis and Opus, which hold more than full scale, likewise 0.
    public var clippedSamples: Int { quantizer?.clipped ?? 0 }

    private let file: AtomicFile
    private let sink: any SampleSink
    private var quantizer: IntegerQuantizer?
    private var integers: [Int32] = []
    private var floats: [Float] = []

    /// Opens an output; `-` is standard output.
    ///
    /// `container` defaults to what the extension says, WAV where the output is a pipe; `encoding` to `pcm16` and means
    /// nothing for Vorbis and Opus. Throws `unsupported` where format, encoding and container do not fit together,
    /// `badFormat` for an unknown extension, and what ``AtomicFile`` throws.
    public init(
        path: String, format: AudioFormat, encoding: SampleEncoding = .pcm16, container: AudioContainer? = nil,
        overwrite: Bool = false
    ) throws(AudioError) {
        try format.validate(path)
        let direct = AtomicFile.isDirect(path)
        guard let container = container ?? AudioContainer(path: path) ?? (direct ? .wav : nil) else {
            throw AudioError(
                .badFormat, "\(path): no known audio extension; use .wav, .flac, .aiff, .caf, .ogg, .opus or .raw")
        }
        if direct && !container.isStreamable {
            throw AudioError(.unsupported, "\(path): only WAV and raw samples can be written to a pipe")
        }
        let float = encoding == .float32 || container.isLossy
        self.format = format
        self.container = container
        file = try AtomicFile(path: path, overwrite: overwrite)
        quantizer = float ? nil : IntegerQuantizer(bits: encoding.bits)
        sink =
            container.isStreamable
            ? try PlainSink(file, format, encoding, header: container == .wav)
            : try SndfileSink(file, format, container, encoding)
    }

    deinit { cancel() }

    private static let block = 4096

    /// Appends frames: `planar[channel][frame]`, all channels of one length. Throws `writeFailed` or `closedPipe`.
    public func write(_ planar: [[Float]]) throws(AudioError) {
        precondition(planar.count == format.channels && planar.allSatisfy { $0.count == planar[0].count })
        let frames = planar[0].count
        for start in stride(from: 0, to: frames, by: Self.block) {
            try write(planar, start..<min(start + Self.block, frames))
        }
        framesWritten += frames
    }

    /// Completes the output and gives it its name. Call once, last.
    public func finish() throws(AudioError) {
        try sink.close()
        try file.finish()
    }

    /// Removes what was written, unless `finish()` came before.
    public func cancel() { file.cancel() }

    private func write(_ planar: [[Float]], _ frames: Range<Int>) throws(AudioError) {
        interleave(planar, frames)
        guard var quantizer else { return try sink.write(floats: floats) }
        integers.removeAll(keepingCapacity: true)
        for sample in floats { integers.append(quantizer(sample)) }
        self.quantizer = quantizer
        try sink.write(integers: integers)
    }

    private func interleave(_ planar: [[Float]], _ frames: Range<Int>) {
        let channels = planar.count
        floats.removeAll(keepingCapacity: true)
        floats.append(contentsOf: repeatElement(0, count: frames.count * channels))
        floats.withUnsafeMutableBufferPointer { target in
            for (channel, samples) in planar.enumerated() {
                for frame in frames { target[(frame &- frames.lowerBound) &* channels &+ channel] = samples[frame] }
            }
        }
    }
}
