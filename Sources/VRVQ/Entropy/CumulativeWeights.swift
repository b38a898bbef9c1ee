/// A growing list of positive weights with their running sums, every operation in logarithmic time (a binary indexed
/// tree).
package struct CumulativeWeights: Sendable {
    private var weights: [Int32] = []
    /// Element i - 1 is the sum of the weights from i less its lowest bit to i - 1.
    private var tree: [Int32] = []
    package private(set) var total = 0

    package init() {}

    package var count: Int { weights.count }

    package subscript(index: Int) -> Int { Int(weights[index]) }

    package mutating func append(_ weight: Int) {
        weights.append(Int32(weight))
        total += weight
        let end = weights.count
        var sum = Int32(weight)
        var child = end - 1
        while child > end - (end & -end) {
            sum += tree[child - 1]
            child -= child & -child
        }
        tree.append(sum)
    }

    package mutating func add(_ weight: Int, at index: Int) {
        weights[index] += Int32(weight)
        total += weight
        var node = index + 1
        while node <= tree.count {
            tree[node - 1] += Int32(weight)
            node += node & -node
        }
    }

    /// Sum of the weights before an index.
    package func sum(below index: Int) -> Int {
        var sum = 0
        var node = index
        while node > 0 {
            sum += Int(tree[node - 1])
            node -= node & -node
        }
        return sum
    }

    /// The index whose weights cover `target`, which is below `total`.
    package func index(holding target: Int) -> Int {
        var rest = target
        var node = 0
        var step = 1 << (Int.bitWidth - 1 - tree.count.leadingZeroBitCount)
        while step > 0 {
            if node + step <= tree.count, Int(tree[node + step - 1]) <= rest {
                node += step
                rest -= Int(tree[node - 1])
            }
            step >>= 1
        }
        return node
    }

    /// Halves every weight, rounding up.
    package mutating func halve() {
        let old = weights
        removeAll()
        for weight in old { append(Int(weight + 1) / 2) }
    }

    package mutating func removeAll() {
        weights.removeAll(keepingCapacity: true)
        tree.removeAll(keepingCapacity: true)
        total = 0
    }
}
