import CSndfile

/// Samples through libsndfile into an output that can be sought.
final class SndfileSink: SampleSink {
    private let output: VirtualFile
    private let channels: Int
    private var handle: OpaquePointer?

    init(
        _ file: AtomicFile, _ format: AudioFormat, _ container: AudioContainer, _ encoding: SampleEncoding
    ) throws(AudioError) {
        output = VirtualFile(file.descriptor, name: file.name)
        channels = format.channels
        var info = SF_INFO()
        info.samplerate = Int32(format.sampleRate)
        info.channels = Int32(format.channels)
        info.format = Self.code(container, encoding)
        guard sf_format_check(&info) != 0 else { throw Self.refusal(file.name, format, container, encoding) }
        do throws(VirtualFile.Refusal) { handle = try output.open(SFM_WRITE, &info) } catch {
            throw output.failure ?? Self.refusal(file.name, format, container, encoding)
        }
    }

    deinit { if let handle { sf_close(handle) } }

    func write(integers: [Int32]) throws(AudioError) {
        let frames = sf_count_t(integers.count / channels)
        try check(integers.withUnsafeBufferPointer { sf_writef_int(handle, $0.baseAddress, frames) }, frames)
    }

    func write(floats: [Float]) throws(AudioError) {
        let frames = sf_count_t(floats.count / channels)
        try check(floats.withUnsafeBufferPointer { sf_writef_float(handle, $0.baseAddress, frames) }, frames)
    }

    func close() throws(AudioError) {
        guard let handle else { return }
        self.handle = nil
        let result = sf_close(handle)
        if let failure = output.failure { throw failure }
        if result != 0 {
            throw AudioError(.writeFailed, "\(output.name): \(String(cString: sf_error_number(result)))")
        }
    }

    private func check(_ written: sf_count_t, _ frames: sf_count_t) throws(AudioError) {
        if let failure = output.failure { throw failure }
        if written != frames {
            throw AudioError(.writeFailed, "\(output.name): \(String(cString: sf_strerror(handle)))")
        }
    }

    private static func code(_ container: AudioContainer, _ encoding: SampleEncoding) -> Int32 {
        let subtype =
            switch encoding {
            case .pcm16: SF_FORMAT_PCM_16
            case .pcm24: SF_FORMAT_PCM_24
            case .pcm32: SF_FORMAT_PCM_32
            case .float32: SF_FORMAT_FLOAT
            }
        let (major, minor) =
            switch container {
            case .wav: (SF_FORMAT_WAV, subtype)
            case .raw: (SF_FORMAT_RAW, subtype)
            case .flac: (SF_FORMAT_FLAC, subtype)
            case .aiff: (SF_FORMAT_AIFF, subtype)
            case .caf: (SF_FORMAT_CAF, subtype)
            case .vorbis: (SF_FORMAT_OGG, SF_FORMAT_VORBIS)
            case .opus: (SF_FORMAT_OGG, SF_FORMAT_OPUS)
            }
        return Int32(major | minor)
    }

    private static func refusal(
        _ name: String, _ format: AudioFormat, _ container: AudioContainer, _ encoding: SampleEncoding
    ) -> AudioError {
        let stored = container.isLossy ? "" : " as \(encoding.rawValue)"
        let hint = container == .opus ? "; Opus takes 8000, 12000, 16000, 24000 and 48000 Hz" : ""
        return AudioError(
            .unsupported,
            "\(name): \(container.rawValue) cannot hold \(format.channels) channels at \(format.sampleRate) Hz"
                + stored + hint)
    }
}
