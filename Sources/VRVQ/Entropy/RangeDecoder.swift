/// What can be wrong with range-coded bytes.
package enum RangeFault: Error, Equatable {
    /// They end before their symbols do.
    case ended
    /// They do not end where their symbols end, or not as a writer ends them.
    case surplus
    /// A value that no symbol has.
    case value
    /// They stand for more codes than they may.
    case density
}

/// Reads symbols that a `RangeEncoder` wrote. Bytes that no encoder writes are refused: every sequence of symbols has
/// one form. The first fault is kept; what is read after it is in range and means nothing.
package struct RangeDecoder {
    private let bytes: ArraySlice<UInt8>
    private var next: Int
    /// The number, from the start of the interval, and the size of the interval.
    private var offset: UInt32 = 0
    private var range: UInt32 = .max
    private var unit: UInt32 = 0
    private var shifts = 0
    /// What is wrong with the bytes, as far as they were read.
    package private(set) var fault: RangeFault?
    /// Zeros behind the last byte that an encoder leaves out.
    private static let impliedZeros = 3

    /// Starts at the first byte.
    package init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        next = bytes.startIndex
        for _ in 0..<4 { offset = offset << 8 | UInt32(byte()) }
        if offset == range { fail(.value) }
    }

    /// Bits spent so far, in 256ths.
    package var position: Int { RangeMeasure.position(shifts: shifts, range: range) }

    /// Where in 0 ..< `total` the next symbol lies; to be followed by `take` with the same total.
    package mutating func target(total: Int) -> Int {
        precondition((1...RangeEncoder.maximumTotal).contains(total))
        unit = range / UInt32(total)
        let target = Int(offset / unit)
        if target >= total { fail(.value) }
        return min(target, total - 1)
    }

    /// Steps over the symbol that the target belongs to.
    package mutating func take(start: Int, frequency: Int) {
        offset &-= unit * UInt32(start)
        range = unit * UInt32(frequency)
        while range < RangeEncoder.leastRange {
            range <<= 8
            offset = offset << 8 | UInt32(byte())
            shifts += 1
        }
    }

    /// To be called after the last symbol: a fault unless the bytes end here as an encoder ends them.
    package mutating func finish() {
        if next != bytes.endIndex + Self.impliedZeros || offset >= RangeEncoder.leastRange { fail(.surplus) }
    }

    mutating func fail(_ fault: RangeFault) { self.fault = self.fault ?? fault }

    private mutating func byte() -> UInt8 {
        defer { next += 1 }
        if next < bytes.endIndex { return bytes[next] }
        if next >= bytes.endIndex + Self.impliedZeros || bytes.isEmpty { fail(.ended) }
        return 0
    }
}
