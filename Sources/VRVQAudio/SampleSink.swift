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
        let width = encoding.bits / 8
        pack(integers, width: width) { UInt32(bitPattern: $0) >> UInt32(32 - 8 * width) }
        try file.write(bytes)
    }

    func write(floats: [Float]) throws(AudioError) {
        pack(floats, width: 4) { $0.bitPattern }
        try file.write(bytes)
    }

    /// The lower `width` bytes of each pattern, little-endian.
    @inline(__always)
    private func pack<Sample>(_ samples: [Sample], width: Int, _ pattern: (Sample) -> UInt32) {
        bytes.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: repeatElement(0, count: samples.count * width))
        bytes.withUnsafeMutableBufferPointer { buffer in
            var at = 0
            for sample in samples {
                let word = pattern(sample)
                for byte in 0..<width { buffer[at &+ byte] = UInt8(truncatingIfNeeded: word >> UInt32(8 &* byte)) }
                at &+= width
            }
        }
    }

    func close() throws(AudioError) {
        guard let layout, file.isSeekable else { return }
        let dataBytes = file.byteCount - layout.headerBytes
        if dataBytes % 2 == 1 { try file.write([0]) }
        try file.rewrite(layout.header(dataBytes: dataBytes), at: 0)
    }
}
