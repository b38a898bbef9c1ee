/// Float memory, aligned to cache lines, that one owner frees.
final class AlignedFloats {
    let base: UnsafeMutablePointer<Float>
    let capacity: Int

    /// Uninitialised memory for `capacity` floats.
    init(capacity: Int) {
        self.capacity = max(capacity, 16)
        let raw = UnsafeMutableRawPointer.allocate(byteCount: self.capacity * 4, alignment: 64)
        base = raw.bindMemory(to: Float.self, capacity: self.capacity)
    }

    deinit { base.deallocate() }
}

/// Recycles the memory of short-lived blocks, so that a running stream settles on a few buffers which stay in the
/// cache. One pool belongs to one stream and is used by one thread at a time.
final class BufferPool {
    private var free: [AlignedFloats] = []

    /// A buffer of at least `count` floats: the most recently returned one that fits.
    func take(_ count: Int) -> Buffer {
        if let index = free.lastIndex(where: { $0.capacity >= count }) {
            return Buffer(free.remove(at: index), pool: self)
        }
        // Sizes settle after the first blocks; what has become too small is dropped so that memory stays bounded.
        if !free.isEmpty { free.removeFirst() }
        return Buffer(AlignedFloats(capacity: count), pool: self)
    }

    /// Floats of the buffers that wait for use.
    var capacity: Int { free.reduce(0) { $0 + $1.capacity } }

    fileprivate func give(_ memory: AlignedFloats) { free.append(memory) }
}

/// A piece of pool memory; goes back to the pool with its last reference.
final class Buffer {
    private let memory: AlignedFloats
    private let pool: BufferPool

    fileprivate init(_ memory: AlignedFloats, pool: BufferPool) {
        self.memory = memory
        self.pool = pool
    }

    var base: UnsafeMutablePointer<Float> { memory.base }

    deinit { pool.give(memory) }
}

/// Rows that a layer still needs: a queue in contiguous memory, because a convolution reads its taps as one span.
final class RowQueue {
    private var memory: AlignedFloats
    private var start = 0
    private(set) var count = 0
    let channels: Int
    /// True once the zeros before the first row are in.
    var isPrimed = false
    /// Rows ever appended that came from input, zeros of the padding not counted.
    var inputRows = 0

    init(channels: Int) {
        self.channels = channels
        memory = AlignedFloats(capacity: 0)
    }

    /// First row in the queue.
    var base: UnsafeMutablePointer<Float> { memory.base + start * channels }

    /// Room for `rows` more rows behind the last one; they count as appended and must be written.
    func extend(_ rows: Int) -> UnsafeMutablePointer<Float> {
        if (start + count + rows) * channels > memory.capacity { makeRoom(rows) }
        let tail = memory.base + (start + count) * channels
        count += rows
        return tail
    }

    /// Appends copies of rows.
    func append(_ rows: UnsafePointer<Float>, count rowCount: Int) {
        extend(rowCount).update(from: rows, count: rowCount * channels)
    }

    /// Appends rows of zeros.
    func appendZeros(_ rows: Int) {
        guard rows > 0 else { return }
        extend(rows).update(repeating: 0, count: rows * channels)
    }

    /// Drops the first rows.
    func removeFirst(_ rows: Int) {
        start += rows
        count -= rows
        if count == 0 { start = 0 }
    }

    /// Floats that it has room for.
    var capacity: Int { memory.capacity }

    /// Forgets everything.
    func reset() {
        start = 0
        count = 0
        inputRows = 0
        isPrimed = false
    }

    private func makeRoom(_ rows: Int) {
        let needed = (count + rows) * channels
        let old = memory
        // Moving to the front is worth it only while that is rarer than filling the space behind.
        if needed * 2 > memory.capacity { memory = AlignedFloats(capacity: needed * 2 + channels) }
        memory.base.update(from: old.base + start * channels, count: count * channels)
        start = 0
    }
}
