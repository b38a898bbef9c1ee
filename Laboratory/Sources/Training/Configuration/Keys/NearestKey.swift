/// Letters to insert, delete, replace or swap with a neighbour to make one text the other (optimal string alignment).
func editDistance(_ a: String, _ b: String) -> Int {
    let a = Array(a.unicodeScalars), b = Array(b.unicodeScalars)
    var before: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
        var row = [i + 1]
        for j in b.indices {
            var best = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, before[j - 1] + 1) }
            row.append(best)
        }
        (before, last) = (last, row)
    }
    return last[b.count]
}

/// The candidate with the least distance, the first of equals.
func nearest(to text: String, among candidates: [String]) -> String? {
    // Foreign text may be long; beyond this length no key is near anyway.
    let text = String(text.prefix(100))
    return candidates.map { ($0, editDistance(text, $0)) }.min { $0.1 < $1.1 }?.0
}

/// The nearest key to a mistyped path. A right last name in the wrong group counts as near, because that is how keys are
/// mistaken most often after misspelling.
func nearestKey(to path: String, among paths: [String]) -> String? {
    let path = String(path.prefix(100))
    let name = lastName(path)
    let ranked = paths.map { candidate in
        (candidate, min(editDistance(path, candidate), 2 * editDistance(name, lastName(candidate)) + 2))
    }
    return ranked.min { $0.1 < $1.1 }?.0
}

private func lastName(_ path: String) -> String {
    path.split(separator: ".").last.map(String.init) ?? path
}
