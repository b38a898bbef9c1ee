/// Which codes of one stage have occurred in a chunk, and how often (FORMAT.md, section 6.4.4).
///
/// `order` lists all codes, those that have not occurred in front. A code that occurs changes places with the last of
/// these, so that the ones that have occurred stand at the end, the first one last.
package struct CodeHistory: Sendable {
    /// Codes that are remembered; those that first occur later stay among the unseen. It bounds the time of `halve`.
    package static let mostSeen = 1 << 13
    private static let firstWeight = 2
    private static let moreWeight = 3

    /// Which code stands where and which place a code has, each less its index (modulo 2^16): zeros to begin with.
    private var order: [UInt16]
    private var place: [UInt16]
    /// Of the codes that have occurred, by the order in which they did.
    package private(set) var weights = CumulativeWeights()

    package init(entries: Int) {
        order = Array(repeating: 0, count: entries)
        place = order
    }

    package var seen: Int { weights.count }
    package var unseen: Int { order.count - seen }

    /// Place among the unseen; `unseen` or more for a code that has occurred.
    package func place(of code: Int) -> Int { Int(UInt16(code) &+ place[code]) }
    /// The unseen code at a place.
    package func code(at place: Int) -> Int { Int(UInt16(place) &+ order[place]) }
    package func isSeen(_ code: Int) -> Bool { place(of: code) >= unseen }
    /// Index into `weights` of a code that has occurred.
    package func index(of code: Int) -> Int { order.count - 1 - place(of: code) }
    /// The code of an index into `weights`.
    package func code(ofIndex index: Int) -> Int { code(at: order.count - 1 - index) }

    /// Counts an occurrence.
    package mutating func note(_ code: Int) {
        if isSeen(code) {
            weights.add(Self.moreWeight, at: index(of: code))
        } else if seen < Self.mostSeen {
            exchange(place(of: code), unseen - 1)
            weights.append(Self.firstWeight)
        }
        while weights.total > RangeEncoder.maximumTotal { weights.halve() }
    }

    /// Forgets all, in time proportional to what there is to forget.
    package mutating func reset() {
        let codes = (0..<seen).map { code(ofIndex: $0) }
        for home in codes + (unseen..<order.count) {
            order[home] = 0
            place[home] = 0
        }
        weights.removeAll()
    }

    private mutating func exchange(_ first: Int, _ second: Int) {
        let codes = (code(at: first), code(at: second))
        put(codes.0, at: second)
        put(codes.1, at: first)
    }

    private mutating func put(_ code: Int, at home: Int) {
        order[home] = UInt16(code) &- UInt16(home)
        place[code] = UInt16(home) &- UInt16(code)
    }
}
