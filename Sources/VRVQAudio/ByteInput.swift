/// Bytes from a descriptor in order, with a look ahead. Memory is the look-ahead asked for plus one block.
final class ByteInput {
    /// How the input is called in messages.
    let name: String
    private let descriptor: Int32?
    private var buffer: [UInt8]
    private var start = 0
    private var ended = false
    /// Bytes taken or skipped so far.
    private(set) var position = 0

    private static let block = 1 << 16

    /// Input from an open descriptor, which stays the caller's to close.
    init(descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
        buffer = []
    }

    /// Input from memory.
    init(bytes: [UInt8], name: String) {
        descriptor = nil
        self.name = name
        buffer = bytes
    }

    /// The next `count` bytes without taking them; fewer at the end of the input.
    func peek(_ count: Int) throws(AudioError) -> ArraySlice<UInt8> {
        while buffer.count - start < count, try fill() {}
        return buffer[start..<min(start + count, buffer.count)]
    }

    /// Takes bytes until `target` is full or the input ends; returns how many were taken.
    func take(into target: UnsafeMutableRawBufferPointer) throws(AudioError) -> Int {
        var done = 0
        while done < target.count {
            if start == buffer.count, try !fill() { break }
            let count = min(buffer.count - start, target.count - done)
            let part = UnsafeMutableRawBufferPointer(rebasing: target[done..<done + count])
            buffer.withUnsafeBytes { part.copyMemory(from: .init(rebasing: $0[start..<start + count])) }
            start += count
            position += count
            done += count
        }
        return done
    }

    /// Passes over bytes; returns how many there were.
    @discardableResult
    func skip(_ count: Int) throws(AudioError) -> Int {
        var done = 0
        while done < count {
            if start == buffer.count, try !fill() { break }
            let step = min(buffer.count - start, count - done)
            start += step
            position += step
            done += step
        }
        return done
    }

    /// Appends one block; false at the end of the input.
    private func fill() throws(AudioError) -> Bool {
        guard let descriptor, !ended else { return false }
        if start > 0 {
            buffer.removeSubrange(..<start)
            start = 0
        }
        let held = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: Self.block))
        let name = name
        let count = try buffer.withMutableBytes { (bytes) throws(AudioError) in
            try System.readSome(descriptor, UnsafeMutableRawBufferPointer(rebasing: bytes[held...]), name)
        }
        buffer.removeLast(Self.block - count)
        ended = count == 0
        return !ended
    }
}
