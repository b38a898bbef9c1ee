/// What the chunks before the samples of a WAV stream say. Reads from a pipe: nothing is ever sought.
/// Sources: Microsoft, "Multiple channel audio data and WAVE files"; EBU Tech 3306 for RF64.
struct WAVHeader: Equatable {
    var raw: RawAudioFormat
    /// Bytes of samples; nil when the writer did not know (a pipe, or a file that was never closed).
    var dataBytes: Int?

    /// The format chunk must lie this early; further chunks (pictures, notes) may be of any size.
    private static let formatLimit = 1 << 20

    /// True when the input starts as a WAV stream.
    static func begins(_ input: ByteInput) throws(AudioError) -> Bool {
        let head = Array(try input.peek(12))
        guard head.count == 12, head[8...].elementsEqual("WAVE".utf8) else { return false }
        return head.starts(with: Array("RIFF".utf8)) || head.starts(with: Array("RF64".utf8))
    }

    /// Reads up to the first sample. Returns nil, with nothing taken, when the samples are of a kind that is not plain
    /// PCM or float. Throws when the chunks contradict themselves.
    init?(_ input: ByteInput) throws(AudioError) {
        guard let raw = try Self.findFormat(input) else { return nil }
        self.raw = raw
        let riffBytes = Self.word(Array(try input.peek(8)), 4)
        var longSize: Int?
        var position = try input.skip(12)
        while true {
            let head = Array(try input.peek(8))
            guard head.count == 8 else { throw AudioError(.damaged, "\(input.name): a WAV file without samples") }
            position += try input.skip(8)
            let size = Self.word(head, 4)
            if head.starts(with: Array("data".utf8)) {
                dataBytes = longSize ?? Self.knownSize(size, riff: riffBytes, position: position)
                return
            }
            if head.starts(with: Array("ds64".utf8)) { longSize = Self.longSize(Array(try input.peek(16))) }
            position += try input.skip(size + size % 2)
        }
    }

    /// Finds the format chunk by looking ahead, so that a stream of another kind can still be handed on whole.
    private static func findFormat(_ input: ByteInput) throws(AudioError) -> RawAudioFormat? {
        var offset = 12
        while offset < formatLimit {
            let head = Array(try input.peek(offset + 8).dropFirst(offset))
            guard head.count == 8 else { throw AudioError(.damaged, "\(input.name): a WAV file without format chunk") }
            let size = word(head, 4)
            if head.starts(with: Array("fmt ".utf8)) {
                let body = Array(try input.peek(offset + 8 + min(size, 40)).dropFirst(offset + 8))
                return try parseFormat(body, input.name)
            }
            if head.starts(with: Array("data".utf8)) { break }
            offset += 8 + size + size % 2
        }
        throw AudioError(.damaged, "\(input.name): a WAV file whose format does not come before its samples")
    }

    private static func parseFormat(_ body: [UInt8], _ name: String) throws(AudioError) -> RawAudioFormat? {
        guard body.count >= 16 else { throw AudioError(.damaged, "\(name): a WAV file with a cut format chunk") }
        let format = AudioFormat(sampleRate: word(body, 4), channels: half(body, 2))
        try format.validate(name)
        let bits = half(body, 14)
        guard let tag = sampleTag(body), let samples = layout(tag: tag, bits: bits),
            half(body, 12) == samples.bytes * format.channels
        else { return nil }
        return RawAudioFormat(samples: samples, format: format)
    }

    /// The sample kind: 1 integer, 3 float, or what the extensible form names.
    private static func sampleTag(_ body: [UInt8]) -> Int? {
        let tag = half(body, 0)
        guard tag == 0xFFFE else { return tag }
        guard body.count >= 40, body[26..<40].elementsEqual(WAVHeader.subformatTail) else { return nil }
        return half(body, 24)
    }

    /// The fixed part of the identifiers of the extensible form.
    static let subformatTail: [UInt8] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]

    private static func layout(tag: Int, bits: Int) -> RawSampleFormat? {
        switch (tag, bits) {
        case (1, 8): .u8
        case (1, 16): .s16le
        case (1, 24): .s24le
        case (1, 32): .s32le
        case (3, 32): .f32le
        case (3, 64): .f64le
        default: nil
        }
    }

    /// The size of the samples, nil where it stands for "not known". ffmpeg writes all ones, sox 0x7FFFF000, arecord
    /// 0x80000000; 0 is what a writer leaves that was stopped, unless the size of the whole agrees with it.
    private static func knownSize(_ size: Int, riff: Int, position: Int) -> Int? {
        switch size {
        case 0: riff >= position - 8 && riff < 0x7FFF_F000 ? 0 : nil
        case 0x7FFF_F000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FF00...: nil
        default: size
        }
    }

    /// The size of the samples in RF64; nil where the writer left zeros or ones because it did not know.
    private static func longSize(_ body: [UInt8]) -> Int? {
        guard body.count == 16 else { return nil }
        let high = word(body, 12)
        let size = word(body, 8) | high << 32
        return high >= 1 << 31 || word(body, 0) | word(body, 4) == 0 ? nil : size
    }

    private static func half(_ bytes: [UInt8], _ at: Int) -> Int { Int(bytes[at]) | Int(bytes[at + 1]) << 8 }

    private static func word(_ bytes: [UInt8], _ at: Int) -> Int { half(bytes, at) | half(bytes, at + 2) << 16 }
}
