#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Memory that cannot be overrun unseen: one end touches a page without access, and the room left at the other end
/// of the pages holds a known pattern. As floats the pattern is NaN, so that a stray read spoils the result.
final class GuardedMemory<Element: BitwiseCopyable> {
    enum Side: CaseIterable, Sendable { case before, after }

    let elements: UnsafeMutableBufferPointer<Element>
    private let pages: UnsafeMutableRawPointer
    private let length: Int
    private let content: UnsafeMutableRawBufferPointer
    private let pattern: UInt8 = 0xff

    /// `count` elements, all of them filled with the pattern; the page without access lies on `side`.
    init(count: Int, side: Side) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let bytes = count * MemoryLayout<Element>.stride
        let room = (bytes + page - 1) / page * page
        length = room + 2 * page
        pages = mmap(nil, length, PROT_NONE, MAP_PRIVATE | MAP_ANON, -1, 0)!
        precondition(pages != UnsafeMutableRawPointer(bitPattern: -1), "no memory for the test")
        content = UnsafeMutableRawBufferPointer(start: pages + page, count: room)
        if room > 0 { precondition(mprotect(pages + page, room, PROT_READ | PROT_WRITE) == 0) }
        if room > 0 { memset(content.baseAddress!, Int32(pattern), room) }
        let start = pages + page + (side == .before ? 0 : room - bytes)
        elements = UnsafeMutableBufferPointer(
            start: start.assumingMemoryBound(to: Element.self), count: count)
    }

    convenience init(_ values: [Element], side: Side) {
        self.init(count: values.count, side: side)
        for i in values.indices { elements[i] = values[i] }
    }

    deinit { munmap(pages, length) }

    var address: UnsafeMutablePointer<Element> { elements.baseAddress! }
    var values: [Element] { Array(elements) }

    /// Whether the room around the elements still holds the pattern.
    var isIntact: Bool {
        let start = content.baseAddress!
        let first = UnsafeMutableRawPointer(address) - start
        let end = first + elements.count * MemoryLayout<Element>.stride
        return holdsPattern(start, first) && holdsPattern(start + end, content.count - end)
    }

    /// All bytes are the pattern: the first is, and each equals the next.
    private func holdsPattern(_ bytes: UnsafeMutableRawPointer, _ count: Int) -> Bool {
        count == 0 || bytes.load(as: UInt8.self) == pattern && memcmp(bytes, bytes + 1, count - 1) == 0
    }
}

/// The position of the first difference in bits, or nil.
func firstDifference(_ a: [Float], _ b: [Float]) -> Int? {
    precondition(a.count == b.count)
    return a.indices.first { a[$0].bitPattern != b[$0].bitPattern }
}

/// |got - want| in units of the last place of `want`; 0 for two NaN, infinity for one.
func unitsInLastPlace(_ got: Float, _ want: Double) -> Double {
    if want.isNaN || got.isNaN { return want.isNaN && got.isNaN ? 0 : .infinity }
    if Double(got) == want { return 0 }
    return (Double(got) - want).magnitude / Double(Float(want).ulp)
}
