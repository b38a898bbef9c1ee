import CSndfile
import Synchronization

/// libsndfile keeps the reason of a failed opening in one variable for all threads.
private let opening = Mutex(())

/// A seekable descriptor as libsndfile sees it through its virtual input and output.
///
/// Handing libsndfile the descriptor itself has two faults: version 1.2.0 closes it when opening fails, although told
/// not to, and it looks for resource forks under odd names in the current folder. Our own functions also notice a full
/// disk in bytes that an encoder holds back until the end.
final class VirtualFile {
    let name: String
    /// The first failure of the system, kept because the callbacks can only say "no bytes".
    private(set) var failure: AudioError?
    private let descriptor: Descriptor
    private let base: Int

    /// The file from the descriptor's present position on.
    init(_ descriptor: Descriptor, name: String) {
        self.descriptor = descriptor
        self.name = name
        base = System.position(of: descriptor.number)
    }

    /// Why libsndfile refused a file.
    struct Refusal: Error {
        var code: Int
        var words: String
    }

    /// Opens for `SFM_READ` or `SFM_WRITE`. This object must outlive the handle.
    func open(_ mode: Int, _ info: inout SF_INFO) throws(Refusal) -> OpaquePointer {
        let context = Unmanaged.passUnretained(self).toOpaque()
        var handle: OpaquePointer?
        // The handle leaves by a variable: a lock's result must be free to cross threads, and a handle is not.
        let refusal: Refusal? = opening.withLock { _ in
            var calls = Self.calls
            handle = sf_open_virtual(&calls, Int32(mode), &info, context)
            if handle != nil { return nil }
            return Refusal(code: Int(sf_error(nil)), words: Self.plain(String(cString: sf_strerror(nil))))
        }
        guard let handle else { throw refusal ?? Refusal(code: 0, words: "no reason given") }
        return handle
    }

    /// libsndfile's words, some of which start with "Error : " and end with a point, to fit into a sentence.
    static func plain(_ words: String) -> String {
        var words = words.hasPrefix("Error : ") ? String(words.dropFirst(8)) : words
        while words.last == "." || words.last == "\n" { words.removeLast() }
        return words
    }

    private static var calls: SF_VIRTUAL_IO {
        SF_VIRTUAL_IO(
            get_filelen: { with($0) { $0.length } },
            seek: { offset, origin, context in with(context) { $0.seek(Int(offset), origin) } },
            read: { target, count, context in
                with(context) { $0.read(UnsafeMutableRawBufferPointer(start: target, count: Int(count))) }
            },
            write: { source, count, context in
                with(context) { $0.write(UnsafeRawBufferPointer(start: source, count: Int(count))) }
            },
            tell: { with($0) { System.position(of: $0.descriptor.number) - $0.base } })
    }

    private var length: Int { (System.status(of: descriptor.number)?.size ?? 0) - base }

    private func seek(_ offset: Int, _ origin: Int32) -> Int {
        let shift = origin == Int32(SF_SEEK_SET) ? base : 0
        return System.move(descriptor.number, to: offset + shift, from: origin) - base
    }

    /// Fills `target` as far as the file reaches: the system may give less at a time.
    private func read(_ target: UnsafeMutableRawBufferPointer) -> Int {
        var done = 0
        while done < target.count && failure == nil {
            let rest = UnsafeMutableRawBufferPointer(rebasing: target[done...])
            let count = attempt { () throws(AudioError) in try System.readSome(descriptor.number, rest, name) }
            if count == 0 { break }
            done += count
        }
        return done
    }

    private func write(_ source: UnsafeRawBufferPointer) -> Int {
        if failure != nil { return 0 }
        return attempt { () throws(AudioError) in
            try System.writeAll(descriptor.number, source, name)
            return source.count
        }
    }

    private func attempt(_ body: () throws(AudioError) -> Int) -> Int {
        do throws(AudioError) { return try body() } catch {
            failure = error
            return 0
        }
    }
}

private func with(_ context: UnsafeMutableRawPointer?, _ body: (VirtualFile) -> Int) -> sf_count_t {
    sf_count_t(body(Unmanaged<VirtualFile>.fromOpaque(context!).takeUnretainedValue()))
}
