import Synchronization
import VRVQAudio

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An audio file of which stretches are read: from memory where it was decoded whole, else by seeking.
struct Recording {
    private enum Content {
        case whole(Decoded)
        case file(AudioReader)
    }

    /// All samples of a file, `[channel][frame]`.
    fileprivate struct Decoded: Sendable {
        var samples: [[Float]]
        var format: AudioFormat
        var frames: Int { samples.first?.count ?? 0 }
        var bytes: Int { frames * samples.count * MemoryLayout<Float>.size }
    }

    private let content: Content
    /// Rate and channels of the file.
    let format: AudioFormat
    /// Frames in all; for a file, as its header claims.
    let frames: Int

    fileprivate init(_ decoded: Decoded) {
        content = .whole(decoded)
        format = decoded.format
        frames = decoded.frames
    }

    fileprivate init(_ reader: AudioReader, frames: Int) {
        content = .file(reader)
        format = reader.format
        self.frames = frames
    }

    /// A stretch within `0 ..< frames`, `[channel][frame]`; shorter where the file ends before its header says.
    func read(_ range: Range<Int>) throws(AudioError) -> [[Float]] {
        switch content {
        case .whole(let decoded): return decoded.samples.map { Array($0[range]) }
        case .file(let reader):
            var planar: [[Float]] = []
            try reader.seek(toFrame: range.lowerBound)
            _ = try reader.read(into: &planar, upTo: range.count)
            return planar
        }
    }
}

/// Opens audio files, and keeps decoded short ones within a bound of memory.
final class AudioFiles: Sendable {
    private struct Kept {
        var files: [String: Recording.Decoded] = [:]
        var bytes = 0
    }

    private let kept = Mutex(Kept())
    private let limit: Int

    /// Keeps at most `cacheBytes` bytes of samples; files above an eighth of it are never decoded whole.
    init(cacheBytes: Int) { limit = cacheBytes }

    /// Bytes of samples that are kept.
    var keptBytes: Int { kept.withLock { $0.bytes } }

    /// Opens a file. Whether it is decoded whole depends on its size alone and not on what happens to be kept: lossy
    /// decoders give slightly other samples behind a jump, and a resumed run must get the same ones.
    func open(_ path: String) throws(AudioError) -> Recording {
        if let decoded = kept.withLock({ $0.files[path] }) { return Recording(decoded) }
        guard Self.isFile(path) else { throw AudioError(.cannotOpen, "\(path): no such file, or not a plain file") }
        let reader = try AudioReader(path: path)
        guard let frames = reader.frameCount else {
            throw AudioError(.unsupported, "\(path): a file of unknown length; convert it to WAV or FLAC")
        }
        guard frames <= limit / 8 / (4 * reader.format.channels) else { return Recording(reader, frames: frames) }
        var planar: [[Float]] = []
        _ = try reader.read(into: &planar, upTo: frames)
        let decoded = Recording.Decoded(samples: planar, format: reader.format)
        keep(decoded, path: path)
        return Recording(decoded)
    }

    private func keep(_ decoded: Recording.Decoded, path: String) {
        kept.withLock { kept in
            guard kept.bytes + decoded.bytes <= limit, kept.files[path] == nil else { return }
            kept.files[path] = decoded
            kept.bytes += decoded.bytes
        }
    }

    /// Pipes and devices are left alone: opening them could wait for ever.
    private static func isFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }
}
