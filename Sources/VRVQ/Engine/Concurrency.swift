import Dispatch

/// Runs `body` once per index, on as many threads as there are indices.
func concurrently(_ count: Int, _ body: @Sendable (Int) -> Void) {
    if count == 1 { return body(0) }
    DispatchQueue.concurrentPerform(iterations: count, execute: body)
}

/// `body` of every element, in order, on as many threads as there are states. A state belongs to one thread; what
/// `body` returns must not depend on what it was used for before.
func concurrently<Element: Sendable, State, Result>(
    _ elements: [Element], _ states: inout [State], _ body: @Sendable (Element, inout State) -> Result
) -> [Result] {
    let threads = min(states.count, elements.count)
    guard threads > 1 else { return elements.map { body($0, &states[0]) } }
    var results = [Result?](repeating: nil, count: elements.count)
    states.withUnsafeMutableBufferPointer { states in
        results.withUnsafeMutableBufferPointer { results in
            let (states, results) = (Workers(values: states), Workers(values: results))
            concurrently(threads) { thread in
                for index in stride(from: thread, to: elements.count, by: threads) {
                    results.values[index] = body(elements[index], &states.values[thread])
                }
            }
        }
    }
    return results.map { $0! }
}

/// Cuts `range` into `parts` runs of nearly equal length.
func shares(of range: Range<Int>, parts: Int) -> [Range<Int>] {
    (0..<parts).map { part in
        let low = range.lowerBound + range.count * part / parts
        return low..<range.lowerBound + range.count * (part + 1) / parts
    }
}

/// One value per worker; each worker touches only its own.
struct Workers<Value>: @unchecked Sendable {
    // @unchecked: no two workers read or write the same element, and the elements are disjoint memory.
    let values: UnsafeMutableBufferPointer<Value>
}
