import Dispatch
import Synchronization
import VRVQAudio

/// Sound that is read in a thread of its own, so that nobody waits longer for it than they want to.
///
/// @unchecked: the reader and what it counts belong to that thread until it has told of the end; everything else is
/// behind the lock.
final class LiveInput: @unchecked Sendable {
    /// What came.
    enum Event {
        case sound([[Float]])
        /// Nothing, in the time that was given.
        case nothing
        case end
    }

    private let reader: AudioReader
    private let blockFrames: Int
    private let queue = Mutex<(blocks: [[[Float]]], error: (any Error)?)>(([], nil))
    private let filled = DispatchSemaphore(value: 0)
    /// Blocks that may be read ahead.
    private let free = DispatchSemaphore(value: 64)

    /// Starts reading, a two-hundredth of a second at a time.
    init(_ reader: AudioReader) {
        self.reader = reader
        blockFrames = max(1, reader.format.sampleRate / 200)
        DispatchQueue(label: "live input").async { self.work() }
    }

    /// Samples per channel that were read; only after the end.
    var frames: Int { reader.position }
    /// Whether it ended too early; only after the end.
    var truncated: Bool { reader.truncated }

    private func work() {
        do {
            var block: [[Float]] = []
            while try reader.readFinite(into: &block, upTo: blockFrames) > 0 {
                free.wait()
                queue.withLock { $0.blocks.append(block) }
                filled.signal()
            }
        } catch { queue.withLock { $0.error = error } }
        filled.signal()
    }

    /// The next sound, or nothing after so many seconds.
    func next(within seconds: Double?) throws -> Event {
        let deadline = seconds.map { DispatchTime.now() + max(0, $0) } ?? .distantFuture
        guard filled.wait(timeout: deadline) == .success else { return .nothing }
        let (block, error) = queue.withLock { queue in
            (queue.blocks.isEmpty ? nil : queue.blocks.removeFirst(), queue.error)
        }
        if let block {
            free.signal()
            return .sound(block)
        }
        if let error { throw error }
        return .end
    }
}
