import Synchronization
import VRVQAudio

/// An audio file of which stretches are read: from memory where it was decoded whole, else by seeking.
struct Recording {
    private enum Content {
        case whole([[Float]])
        case file(AudioReader)
    }

    private let content: Content
    /// Rate and channels of the file.
    let format: AudioFormat
    /// Frames in all; for a file, as its header claims.
    let frames: Int

    fileprivate init(whole samples: [[Float]], format: AudioFormat) {
        content = .whole(samples)
        self.format = format
        frames = samples.first?.count ?? 0
    }

    fileprivate init(_ reader: AudioReader, frames: Int) {
        content = .file(reader)
        format = reader.format
        self.frames = frames
    }

    /// A stretch within `0 ..< frames`, `[channel][frame]`; shorter where the file ends before its header says.
    func read(_ range: Range<Int>) throws(AudioError) -> [[Float]] {
        switch content {
        case .whole(let samples): return samples.map { Array($0[range]) }
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
        var recordings: [String: Recording] = [:]
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
        if let recording = kept.withLock({ $0.recordings[path] }) { return recording }
        let reader = try AudioReader(path: path)
        guard let frames = reader.frameCount else {
            throw AudioError(.unsupported, "\(path): a file of unknown length; convert it to WAV or FLAC")
        }
        guard frames <= limit / 8 / (4 * reader.format.channels) else { return Recording(reader, frames: frames) }
        var planar: [[Float]] = []
        _ = try reader.read(into: &planar, upTo: frames)
        let recording = Recording(whole: planar, format: reader.format)
        keep(recording, path: path, bytes: recording.frames * 4 * reader.format.channels)
        return recording
    }

    private func keep(_ recording: Recording, path: String, bytes: Int) {
        kept.withLock { kept in
            guard kept.bytes + bytes <= limit, kept.recordings[path] == nil else { return }
            kept.recordings[path] = recording
            kept.bytes += bytes
        }
    }
}

/// Kept recordings are samples in memory only, never an open reader, and do not change.
extension Recording: @unchecked Sendable {}
