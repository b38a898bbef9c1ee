import CVRVQKernels
import Testing

/// Normalisation and argmax: functions of whole rows.
@Suite struct RowTests {
    private func normalized(_ kernels: KernelSet, _ x: [Float], width: Int) -> [Float] {
        let input = GuardedMemory(x, side: .after), out = GuardedMemory<Float>(count: x.count, side: .after)
        kernels.table.normalize(out.address, input.address, width == 0 ? 3 : x.count / width, width)
        #expect(out.isIntact)
        return out.values
    }

    @Test(arguments: KernelSet.available) func normalizesRows(kernels: KernelSet) {
        let seed = SeededNumbers.seed(30)
        var numbers = SeededNumbers(seed: seed)
        for width in [0, 1, 2, 7, 8, 9, 17, 64] {
            let x = numbers.floats(width * 5, -3...3)
            let out = normalized(kernels, x, width: width)
            for i in x.indices {
                let row = x[(i / width * width)...].prefix(width)
                let length = row.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
                let error = unitsInLastPlace(out[i], Double(x[i]) / max(length, 1e-12))
                if !(error <= 2) { Issue.record("width \(width), element \(i): \(error) ulp, seed \(seed)") }
            }
        }
    }

    @Test(arguments: KernelSet.available) func normalizesExtremes(kernels: KernelSet) {
        #expect(normalized(kernels, [0, 0, 3e38, 3e38], width: 2) == [0, 0, 0.70710677, 0.70710677])
        #expect(normalized(kernels, [0x1p-45, 0, 0x1p-110, 0], width: 2) == [0x1p-45 * 1e12, 0, 0x1p-110 * 1e12, 0])
        #expect(normalized(kernels, [.nan, 1], width: 2).allSatisfy { $0.isNaN })
    }

    private func definition(_ row: some Sequence<Float>) -> UInt16 {
        var best: (position: Int, score: Float)?
        for (position, score) in row.enumerated() where !score.isNaN && (best.map { score > $0.score } ?? true) {
            best = (position, score)
        }
        return UInt16(best?.position ?? 0)
    }

    private func positions(_ kernels: KernelSet, _ scores: [Float], columns: Int, stride: Int) -> [UInt16] {
        let rows = (scores.count + stride - columns) / stride
        let input = GuardedMemory(scores, side: .after), out = GuardedMemory<UInt16>(count: rows, side: .after)
        kernels.table.argmax(out.address, input.address, stride, rows, columns)
        #expect(out.isIntact)
        return out.values
    }

    private func expectPositions(_ kernels: KernelSet, _ scores: [Float], columns: Int, stride: Int, _ what: String) {
        let got = positions(kernels, scores, columns: columns, stride: stride)
        let want = got.indices.map { definition(scores[($0 * stride)...].prefix(columns)) }
        #expect(got == want, "columns \(columns), stride \(stride), \(what)")
    }

    @Test(arguments: KernelSet.available) func argmaxTakesTheFirstOfEquals(kernels: KernelSet) {
        let seed = SeededNumbers.seed(31)
        var numbers = SeededNumbers(seed: seed)
        for columns in Array(1...70) + [127, 128, 129, 1024] {
            let stride = columns + numbers.int(0...3)
            let scores = numbers.integers(3 * stride + columns)
            expectPositions(kernels, scores, columns: columns, stride: stride, "seed \(seed)")
            let floats = numbers.floats(3 * stride + columns)
            expectPositions(kernels, floats, columns: columns, stride: stride, "seed \(seed)")
        }
    }

    @Test(arguments: KernelSet.available) func argmaxPassesOverNaN(kernels: KernelSet) {
        let seed = SeededNumbers.seed(32)
        var numbers = SeededNumbers(seed: seed)
        let odd: [Float] = [.nan, -.infinity, .infinity, 0, -0.0, 1, -.nan]
        for columns in 1...70 {
            let few = (0..<(5 * columns)).map { _ in odd.randomElement(using: &numbers)! }
            expectPositions(kernels, few, columns: columns, stride: columns, "seed \(seed)")
            let low = (0..<(5 * columns)).map { _ in Bool.random(using: &numbers) ? Float.nan : -.infinity }
            expectPositions(kernels, low, columns: columns, stride: columns, "seed \(seed)")
            let none = [Float](repeating: .nan, count: columns)
            #expect(positions(kernels, none, columns: columns, stride: columns) == [0])
        }
    }

    @Test(arguments: KernelSet.available) func argmaxReachesTheLastOf65536(kernels: KernelSet) {
        var scores = [Float](repeating: -1, count: 65536)
        scores[65535] = 1
        #expect(positions(kernels, scores, columns: 65536, stride: 65536) == [65535])
        #expect(positions(kernels, [], columns: 3, stride: 3) == [])
    }
}
