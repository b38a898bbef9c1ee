/// Where an `AudioWriter` puts interleaved samples.
protocol SampleSink: AnyObject {
    /// Takes whole frames of integers in the upper bits of `Int32`.
    func write(integers: [Int32]) throws(AudioError)
    /// Takes whole frames of floats.
    func write(floats: [Float]) throws(AudioError)
    /// Completes headers; the file is renamed by the caller.
    func close() throws(AudioError)
}

/// Samples as plain bytes, with or without a WAV header: our own writer, since it must also serve pipes.
final class PlainSink: SampleSink {
    private let file: AtomicFile
    private let layout: WAVLayout?
    private let encoding: SampleEncoding
    private var bytes: [UInt8] = []

    init(_ file: AtomicFile, _ format: AudioFormat, _ encoding: SampleEncoding, header: Bool) throws(AudioError) {
        self.file = file
        self.encoding = encoding
        layout = header ? WAVLayout(format: format, encoding: encoding, reserve: file.isSeekable) : nil
        if let layout { try file.write(layout.header(dataBytes: nil)) }
    }

    func write(integers: [Int32]) throws(AudioError) {
        bytes.removeAll(keepingCapacity: true)
        let width = encoding.bits / 8
        for value in integers {
            for byte in (4 - width)..<4 { bytes.append(UInt8(truncatingIfNeeded: value >> Int32(8 * byte))) }
        }
        try file.write(bytes)
    }

    func write(floats: [Float]) throws(AudioError) {
        bytes.removeAll(keepingCapacity: true)
        for value in floats {
            for byte in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> UInt32(8 * byte))) }
        }
        try file.write(bytes)
    }

    func close() throws(AudioError) {
        guard let layout, file.isSeekable else { return }
        let dataBytes = file.byteCount - layout.headerBytes
        if dataBytes % 2 == 1 { try file.write([0]) }
        try file.rewrite(layout.header(dataBytes: dataBytes), at: 0)
    }
}
