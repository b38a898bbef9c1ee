/// The bytes before the samples of a WAV file. Sources: Microsoft, "Multiple channel audio data and WAVE files";
/// EBU Tech 3306 for RF64 (a `JUNK` chunk keeps the place of `ds64`, so that the size need not be known beforehand).
package struct WAVLayout {
    package let format: AudioFormat
    package let encoding: SampleEncoding
    /// Whether room is kept for the 64-bit sizes: only where the header can be rewritten.
    package let reserve: Bool

    package init(format: AudioFormat, encoding: SampleEncoding, reserve: Bool) {
        self.format = format
        self.encoding = encoding
        self.reserve = reserve
    }

    /// Length of ``header(dataBytes:)``.
    package var headerBytes: Int { header(dataBytes: nil).count }

    /// The header for so many bytes of samples; nil writes all ones, which readers take as "until the end".
    package func header(dataBytes: Int?) -> [UInt8] {
        var body = WAVBytes()
        body.chunk("fmt ", formatChunk)
        if encoding == .float32 { body.chunk("fact", WAVBytes().adding(32, clamped(dataBytes.map(frames))).bytes) }
        let place = reserve ? 36 : 0
        let riff = dataBytes.map { 4 + place + body.bytes.count + 8 + $0 + $0 % 2 }
        let large = reserve && (riff ?? 0) >= 0xFFFF_FFFF
        var result = WAVBytes()
        result.text(large ? "RF64" : "RIFF")
        result.add(32, clamped(riff))
        result.text("WAVE")
        if reserve { result.chunk(large ? "ds64" : "JUNK", longSizes(large ? riff : nil, dataBytes)) }
        result.bytes += body.bytes
        result.text("data")
        result.add(32, large ? 0xFFFF_FFFF : clamped(dataBytes))
        return result.bytes
    }

    private var frameBytes: Int { encoding.bits / 8 * format.channels }

    private func frames(_ bytes: Int) -> Int { bytes / frameBytes }

    private func clamped(_ value: Int?) -> Int { min(value ?? 0xFFFF_FFFF, 0xFFFF_FFFF) }

    private func longSizes(_ riff: Int?, _ data: Int?) -> [UInt8] {
        guard let riff, let data else { return [UInt8](repeating: 0, count: 28) }
        return WAVBytes().adding(64, riff).adding(64, data).adding(64, frames(data)).adding(32, 0).bytes
    }

    private var formatChunk: [UInt8] {
        let tag = encoding == .float32 ? 3 : 1
        // The extensible form is asked for beyond two channels and 16 bits; float has always been read without.
        let extensible = format.channels > 2 || (tag == 1 && encoding.bits > 16)
        var chunk = WAVBytes()
        chunk.add(16, extensible ? 0xFFFE : tag)
        chunk.add(16, format.channels)
        chunk.add(32, format.sampleRate)
        chunk.add(32, min(format.sampleRate * frameBytes, 0xFFFF_FFFF))
        chunk.add(16, frameBytes)
        chunk.add(16, encoding.bits)
        if extensible {
            chunk = chunk.adding(16, 22).adding(16, encoding.bits).adding(32, speakers).adding(16, tag)
            chunk.bytes += WAVHeader.subformatTail
        } else if tag == 3 {
            chunk.add(16, 0)
        }
        return chunk.bytes
    }

    /// The usual speakers of so many channels; 0 says that none are meant.
    private var speakers: Int {
        switch format.channels {
        case 1: 0x4
        case 2: 0x3
        case 4: 0x33
        case 6: 0x3F
        case 8: 0x63F
        default: 0
        }
    }
}

/// Little-endian integers and chunks, appended.
private struct WAVBytes {
    var bytes: [UInt8] = []

    mutating func add(_ bits: Int, _ value: Int) {
        for byte in 0..<(bits / 8) { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
    }

    func adding(_ bits: Int, _ value: Int) -> WAVBytes {
        var copy = self
        copy.add(bits, value)
        return copy
    }

    mutating func text(_ text: String) { bytes += Array(text.utf8) }

    mutating func chunk(_ name: String, _ body: [UInt8]) {
        text(name)
        add(32, body.count)
        bytes += body
    }
}
