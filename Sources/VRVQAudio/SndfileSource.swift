import CSndfile

/// Samples of a file through libsndfile. The descriptor must be seekable.
final class SndfileSource: SampleSource {
    let format: AudioFormat
    let frameCount: Int?
    private(set) var truncated: Bool
    private let name: String
    private let file: VirtualFile
    private let handle: OpaquePointer
    /// MPEG streams carry no length; without a note of the encoder it is estimated.
    private let lengthIsExact: Bool
    private var position = 0
    private var scratch: [Float]

    /// Frames decoded in vain before the goal of a jump: lossy decoders need what came before, and some give anything
    /// until they have it.
    private let runUp: Int

    private static let block = 4096

    /// Opens what the descriptor holds from its present position on.
    init(_ descriptor: Descriptor, name: String, truncated: Bool) throws(AudioError) {
        var info = SF_INFO()
        let file = VirtualFile(descriptor, name: name)
        let handle: OpaquePointer
        do throws(VirtualFile.Refusal) { handle = try file.open(SFM_READ, &info) } catch {
            throw file.failure ?? Self.openError(name, error)
        }
        let format = AudioFormat(sampleRate: Int(info.samplerate), channels: Int(info.channels))
        do throws(AudioError) { try format.validate(name) } catch {
            _ = withExtendedLifetime(file) { sf_close(handle) }
            throw error
        }
        self.name = name
        self.file = file
        self.handle = handle
        self.format = format
        self.truncated = truncated
        lengthIsExact = Int(info.format) & SF_FORMAT_TYPEMASK != SF_FORMAT_MPEG
        frameCount = info.frames < 0 || info.frames == sf_count_t.max ? nil : Int(info.frames)
        let isLossy = [SF_FORMAT_OGG, SF_FORMAT_MPEG].contains(Int(info.format) & Int(SF_FORMAT_TYPEMASK))
        runUp = isLossy ? 16_384 : 0
        scratch = [Float](repeating: 0, count: Self.block * format.channels)
    }

    deinit { sf_close(handle) }

    func append(upTo frames: Int, to planar: inout [[Float]]) throws(AudioError) -> Int {
        let wanted = min(frames, Self.block)
        let got = scratch.withUnsafeMutableBufferPointer {
            Int(sf_readf_float(handle, $0.baseAddress!, sf_count_t(wanted)))
        }
        if got < wanted { try noteEnd(at: position + got) }
        position += got
        for channel in planar.indices { spread(channel, got, to: &planar[channel]) }
        return got
    }

    func seek(to frame: Int) -> Bool {
        let target = min(frame, frameCount ?? frame)
        let start = max(0, target - runUp)
        guard sf_seek(handle, sf_count_t(start), Int32(SF_SEEK_SET)) == sf_count_t(start) else { return false }
        position = start
        while position < target {
            let count = min(Self.block, target - position)
            let got = scratch.withUnsafeMutableBufferPointer {
                Int(sf_readf_float(handle, $0.baseAddress!, sf_count_t(count)))
            }
            if got == 0 { break }
            position += got
        }
        return true
    }

    private func spread(_ channel: Int, _ frames: Int, to target: inout [Float]) {
        let channels = format.channels
        scratch.withUnsafeBufferPointer { source in
            for frame in 0..<frames { target.append(source[frame &* channels &+ channel]) }
        }
    }

    /// What was read stays good; only a file of which nothing can be read is an error.
    private func noteEnd(at position: Int) throws(AudioError) {
        if let failure = file.failure { throw failure }
        let failure = sf_error(handle)
        if failure != 0 && position == 0 {
            throw AudioError(
                .damaged, "\(name): no sample can be read: \(VirtualFile.plain(String(cString: sf_strerror(handle))))")
        }
        if failure != 0 || (lengthIsExact && position < frameCount ?? 0) { truncated = true }
    }

    private static func openError(_ name: String, _ refusal: VirtualFile.Refusal) -> AudioError {
        switch refusal.code {
        case Int(SF_ERR_UNRECOGNISED_FORMAT):
            AudioError(
                .notAudio, "\(name): not audio in a known format (WAV, FLAC, Ogg, Opus, MP3, AIFF, CAF, AU)")
        case Int(SF_ERR_UNSUPPORTED_ENCODING):
            AudioError(.unsupported, "\(name): audio of a kind that cannot be decoded: \(refusal.words)")
        default:
            AudioError(.damaged, "\(name): a damaged audio file: \(refusal.words)")
        }
    }
}
