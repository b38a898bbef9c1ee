/// Reads audio from a file or a pipe as planar Float32 in bounded blocks.
///
/// Integers are scaled so that full scale is 1; float files beyond +-1 are kept as they are. From files every format
/// of libsndfile is read. From pipes, WAV (sizes may be unknown) and raw PCM stream in bounded memory; other formats
/// are first copied to an unnamed temporary file in `TMPDIR`.
public final class AudioReader {
    /// Rate and channel count.
    public var format: AudioFormat { source.format }
    /// Frames (samples per channel) in all, as the header claims; nil when only the end of a pipe will tell. It is what
    /// to expect, not what to rely on: inputs can be truncated, and for some MP3 files it is an estimate.
    public var frameCount: Int? { source.frameCount }
    /// True once it is known that the input ends before its own header says, or in the middle of a frame. The samples
    /// that are there are read all the same. On a pipe this is known only at the end; for formats other than WAV and
    /// raw it is as much as libsndfile notices.
    public var truncated: Bool { source.truncated }
    /// Frames read so far.
    public private(set) var position = 0

    private let source: any SampleSource
    private let descriptor: Descriptor?

    /// Bytes that a pipe of a format which cannot be streamed may have: 8 GiB.
    public static let spoolLimit = 8 << 30

    /// Opens a file, or standard input for `-`. With `raw` the bytes are taken as samples of that format, without
    /// header. Throws `cannotOpen`, `notAudio`, `unsupported` or `damaged`.
    public convenience init(path: String, raw: RawAudioFormat? = nil) throws(AudioError) {
        if path == "-" {
            try self.init(descriptor: 0, name: "standard input", raw: raw)
        } else {
            try self.init(Descriptor(try System.openForReading(path)), name: path, raw: raw)
        }
    }

    /// Reads from an open descriptor, from its present position on. The reader closes it at its own end, except the
    /// three standard ones. `name` is how messages call it.
    public convenience init(
        descriptor: Int32, name: String, raw: RawAudioFormat? = nil, spoolLimit: Int = AudioReader.spoolLimit
    ) throws(AudioError) {
        try self.init(Descriptor(descriptor), name: name, raw: raw, spoolLimit: spoolLimit)
    }

    private convenience init(
        _ descriptor: Descriptor, name: String, raw: RawAudioFormat?, spoolLimit: Int = AudioReader.spoolLimit
    ) throws(AudioError) {
        guard let status = System.status(of: descriptor.number) else {
            throw AudioError(.cannotOpen, "\(name): cannot be read: \(System.reason())")
        }
        switch status.kind {
        case .folder: throw AudioError(.cannotOpen, "\(name): a folder, not a file")
        case .regular: self.init(try Self.fileSource(descriptor, name, status.size, raw), descriptor)
        case .special:
            if System.isTerminal(descriptor.number) {
                throw AudioError(.cannotOpen, "\(name): a terminal; name a file or send audio through a pipe")
            }
            let input = ByteInput(descriptor: descriptor.number, name: name)
            self.init(try Self.pipeSource(input, raw, spoolLimit), descriptor)
        }
    }

    /// Reads from memory the way a pipe is read.
    package convenience init(pipeBytes: [UInt8], name: String, spoolLimit: Int = AudioReader.spoolLimit)
        throws(AudioError)
    {
        self.init(try Self.pipeSource(ByteInput(bytes: pipeBytes, name: name), nil, spoolLimit), nil)
    }

    private init(_ source: any SampleSource, _ descriptor: Descriptor?) {
        self.source = source
        self.descriptor = descriptor
    }

    /// Reads up to `frames` frames: afterwards `planar` has `format.channels` arrays of as many samples as the result
    /// says. Fewer than asked only at the end of the input, 0 once nothing is left. Throws `damaged`.
    public func read(into planar: inout [[Float]], upTo frames: Int) throws(AudioError) -> Int {
        precondition(frames >= 0)
        if planar.count != format.channels { planar = Array(repeating: [], count: format.channels) }
        for channel in planar.indices { planar[channel].removeAll(keepingCapacity: true) }
        var done = 0
        while done < frames {
            let count = try source.append(upTo: frames - done, to: &planar)
            if count == 0 { break }
            done += count
        }
        position += done
        return done
    }

    /// Goes to a frame, so that the next read starts there; past the end, reads find nothing. Input that cannot be moved
    /// about in is read up to the frame instead, which works forwards only. Throws `damaged`, or `unsupported` where it
    /// would have to go back.
    public func seek(toFrame frame: Int) throws(AudioError) {
        precondition(frame >= 0)
        if source.seek(to: frame) {
            position = min(frame, frameCount ?? frame)
            return
        }
        if frame < position { throw AudioError(.unsupported, "cannot go back in this kind of audio input") }
        var block: [[Float]] = []
        while position < frame, try read(into: &block, upTo: min(1 << 16, frame - position)) > 0 {}
    }

    /// Reads all that is left, `[channel][frame]`. Memory grows with the length: for files known to be short.
    public func readAll() throws(AudioError) -> [[Float]] {
        var all = [[Float]](repeating: [], count: format.channels)
        var block: [[Float]] = []
        while try read(into: &block, upTo: 1 << 16) > 0 {
            for channel in all.indices { all[channel] += block[channel] }
        }
        return all
    }
}

extension AudioReader {
    private static func fileSource(
        _ descriptor: Descriptor, _ name: String, _ size: Int, _ raw: RawAudioFormat?
    ) throws(AudioError) -> any SampleSource {
        let start = System.position(of: descriptor.number)
        if size <= start { throw AudioError(.notAudio, "\(name): the file is empty") }
        let input = ByteInput(descriptor: descriptor.number, name: name)
        if let raw { return plain(input, raw, bytes: size - start) }
        var short = false
        if try WAVHeader.begins(input), let header = try WAVHeader(input) {
            let held = size - start - input.position
            guard let claimed = header.dataBytes else { return plain(input, header.raw, bytes: held) }
            short = claimed > held
        }
        System.move(descriptor.number, to: start)
        return try SndfileSource(descriptor, name: name, truncated: short)
    }

    private static func plain(_ input: ByteInput, _ raw: RawAudioFormat, bytes: Int) -> PlainSource {
        PlainSource(input, raw, dataBytes: nil, frameCount: bytes / raw.bytesPerFrame)
    }

    private static func pipeSource(
        _ input: ByteInput, _ raw: RawAudioFormat?, _ spoolLimit: Int
    ) throws(AudioError) -> any SampleSource {
        if let raw { return PlainSource(input, raw, dataBytes: nil, frameCount: nil) }
        if try input.peek(1).isEmpty { throw AudioError(.notAudio, "\(input.name): no bytes came") }
        if try WAVHeader.begins(input), let header = try WAVHeader(input) {
            return PlainSource(
                input, header.raw, dataBytes: header.dataBytes,
                frameCount: header.dataBytes.map { $0 / header.raw.bytesPerFrame })
        }
        return try SndfileSource(try spool(input, spoolLimit), name: input.name, truncated: false)
    }

    /// Copies a pipe to an unnamed temporary file.
    private static func spool(_ input: ByteInput, _ limit: Int) throws(AudioError) -> Descriptor {
        let file = try Descriptor.temporary()
        var block = [UInt8](repeating: 0, count: 1 << 16)
        var total = 0
        while true {
            let count = try block.withMutableBytes { (buffer) throws(AudioError) in
                let count = try input.take(into: buffer)
                try System.writeAll(file.number, .init(rebasing: buffer[..<count]), "temporary copy of \(input.name)")
                return count
            }
            if count == 0 { break }
            total += count
            if total > limit {
                throw AudioError(
                    .unsupported,
                    "\(input.name): more than \(limit) bytes of a format that cannot be streamed; use a file, or WAV")
            }
        }
        System.move(file.number, to: 0)
        return file
    }
}
