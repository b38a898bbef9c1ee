import CVRVQKernels
import Testing

/// The matrix product against its definition, at every edge of tiles, panels and chunks.
@Suite struct MultiplyTests {
    /// Column counts around the edges of the narrow layout, half panels and panels.
    private func edgeColumns(_ panel: Int) -> [Int] {
        [1, 2, 3, 4, 5, panel / 2, panel / 2 + 1, panel - 1, panel, panel + 1, 2 * panel + panel / 2 + 3]
    }

    private func expectExact(
        _ product: Product, on kernels: KernelSet, side: GuardedMemory<Float>.Side, seed: UInt64
    ) {
        let (out, intact) = product.run(on: kernels, rows: 0..<product.rows, side: side)
        #expect(intact, "wrote outside: \(product), seed \(seed)")
        let wrong = out.indices.first {
            Double(out[$0]) != product.definition(row: $0 / product.columns, column: $0 % product.columns).value
        }
        #expect(wrong == nil, "element \(wrong ?? 0): \(product), seed \(seed)")
    }

    @Test(arguments: KernelSet.available, GuardedMemory<Float>.Side.allCases)
    func rowsAndColumnsAtEveryEdge(kernels: KernelSet, side: GuardedMemory<Float>.Side) {
        let seed = SeededNumbers.seed(1)
        var numbers = SeededNumbers(seed: seed)
        for rows in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 25] {
            for columns in edgeColumns(kernels.panel) {
                let product = Product(
                    rows: rows, columns: columns, taps: numbers.int(1...3), depth: numbers.int(1...5), exact: true,
                    using: &numbers)
                expectExact(product, on: kernels, side: side, seed: seed)
            }
        }
    }

    @Test(arguments: KernelSet.available, GuardedMemory<Float>.Side.allCases)
    func tapsAndDepthsAtEveryEdge(kernels: KernelSet, side: GuardedMemory<Float>.Side) {
        let seed = SeededNumbers.seed(2)
        var numbers = SeededNumbers(seed: seed)
        for depth in [1, 2, 7, 8, 15, 16, 17, 31, 33, 96, 127, 128, 129, 255, 256, 257, 513] {
            for taps in [1, 2, 7, 16] {
                let columns = Bool.random(using: &numbers) ? numbers.int(1...4) : numbers.int(5...9)
                let product = Product(
                    rows: numbers.int(1...2), columns: columns, taps: taps, depth: depth, exact: true, using: &numbers)
                expectExact(product, on: kernels, side: side, seed: seed)
            }
        }
    }

    @Test(arguments: KernelSet.available) func errorStaysSmall(kernels: KernelSet) {
        let seed = SeededNumbers.seed(3)
        var numbers = SeededNumbers(seed: seed)
        for _ in 0..<12 {
            let product = Product(
                rows: numbers.int(1...14), columns: numbers.int(1...10), taps: numbers.int(1...8),
                depth: numbers.int(1...400), exact: false, using: &numbers)
            let (out, _) = product.run(on: kernels, rows: 0..<product.rows, side: .after)
            for i in out.indices {
                let (value, size) = product.definition(row: i / product.columns, column: i % product.columns)
                let error = (Double(out[i]) - value).magnitude
                if !(error <= size * 0x1p-20) { Issue.record("error \(error) at \(i): \(product), seed \(seed)") }
            }
        }
    }

    /// Every row has the same bits whatever rows are asked for with it.
    @Test(arguments: KernelSet.available) func rowsDoNotDependOnTheirCompany(kernels: KernelSet) {
        let seed = SeededNumbers.seed(4)
        var numbers = SeededNumbers(seed: seed)
        for columns in [1, 4, 5, kernels.panel, kernels.panel + 3] {
            let product = Product(
                rows: 31, columns: columns, taps: 3, depth: numbers.int(90...300), exact: false, using: &numbers)
            let whole = product.run(on: kernels, rows: 0..<31, side: .after).out
            for count in 1...31 {
                let start = numbers.int(0...(31 - count))
                let part = product.run(on: kernels, rows: start..<(start + count), side: .before).out
                let expected = Array(whole[(start * columns)..<((start + count) * columns)])
                #expect(firstDifference(part, expected) == nil, "rows \(start)+\(count): \(product), seed \(seed)")
            }
        }
    }

    /// Columns have the same bits whatever columns stand beside them, as long as they are more than four.
    @Test(arguments: KernelSet.available) func columnsDoNotDependOnTheirCompany(kernels: KernelSet) {
        let seed = SeededNumbers.seed(5)
        var numbers = SeededNumbers(seed: seed)
        let wide = Product(
            rows: 5, columns: 2 * kernels.panel, taps: 2, depth: 150, exact: false, using: &numbers)
        let whole = wide.run(on: kernels, rows: 0..<5, side: .after).out
        for columns in [5, kernels.panel / 2 + 1, kernels.panel, kernels.panel + 1] {
            var part = wide
            part.columns = columns
            part.weights = (0..<(2 * 150)).flatMap { wide.weights[($0 * wide.columns)...].prefix(columns) }
            let out = part.run(on: kernels, rows: 0..<5, side: .after).out
            let expected = (0..<5).flatMap { whole[($0 * wide.columns)...].prefix(columns) }
            #expect(firstDifference(out, expected) == nil, "\(part), seed \(seed)")
        }
    }

    private func constantProduct(_ kernels: KernelSet, taps: Int, depth: Int, weights: [Float], bias: Float) -> Float {
        var numbers = SeededNumbers(seed: 0)
        var product = Product(rows: 1, columns: 5, taps: taps, depth: depth, exact: true, using: &numbers)
        product.input = product.input.map { _ in 1 }
        product.weights = weights.flatMap { Array(repeating: $0, count: 5) }
        product.bias = Array(repeating: bias, count: 5)
        return product.run(on: kernels, rows: 0..<1, side: .after).out[4]
    }

    /// 2^24 swallows single ones that follow it, but not the 256 of the next chunk.
    @Test(arguments: KernelSet.available) func sumsInChunksOf256(kernels: KernelSet) {
        let large: Float = 0x1p24
        let weights = [large] + Array(repeating: Float(1), count: 511)
        #expect(constantProduct(kernels, taps: 1, depth: 512, weights: weights, bias: 0) == large + 256)
        #expect(constantProduct(kernels, taps: 8, depth: 64, weights: weights, bias: 0) == large + 256)
        // Two taps of 100 fit a chunk, a third does not.
        let three = [large] + Array(repeating: Float(1), count: 299)
        #expect(constantProduct(kernels, taps: 3, depth: 100, weights: three, bias: 0) == large + 100)
    }

    /// Chunk sums of 1 vanish one by one in a bias of 2^24; together they would not.
    @Test(arguments: KernelSet.available) func addsToTheBiasChunkByChunk(kernels: KernelSet) {
        let one = [1] + Array(repeating: Float(0), count: 255)
        #expect(constantProduct(kernels, taps: 2, depth: 256, weights: one + one, bias: 0x1p24) == 0x1p24)
    }

    /// [panel][tap][depth][column of the panel], zeros beyond the last column; [column][tap][depth] up to four.
    @Test(arguments: KernelSet.available) func packsInTheDocumentedOrder(kernels: KernelSet) {
        var numbers = SeededNumbers(seed: 7)
        for columns in [1, 4, 5, kernels.panel + 1] {
            let product = Product(rows: 1, columns: columns, taps: 2, depth: 40, exact: true, using: &numbers)
            let packed = product.packed(for: kernels, side: .after).values
            let width = columns <= 4 ? 1 : kernels.panel
            let expected = packed.indices.map { i -> Float in
                let column = i / (2 * 40 * width) * width + i % width
                return column < columns ? product.weights[i / width % (2 * 40) * columns + column] : 0
            }
            #expect(packed == expected, "columns \(columns)")
        }
    }

    /// Weights with taps innermost, as convolution weights are stored: [column][depth][tap].
    @Test(arguments: KernelSet.available) func packsAnyOrder(kernels: KernelSet) {
        var numbers = SeededNumbers(seed: 6)
        for columns in [1, 3, 5, kernels.panel + 1] {
            let product = Product(rows: 1, columns: columns, taps: 3, depth: 70, exact: true, using: &numbers)
            let expected = product.packed(for: kernels, side: .after)
            var source = [Float](repeating: 0, count: columns * 70 * 3)
            for n in 0..<columns {
                for k in 0..<70 {
                    for t in 0..<3 { source[(n * 70 + k) * 3 + t] = product.weights[(t * 70 + k) * columns + n] }
                }
            }
            let packed = GuardedMemory<Float>(count: expected.elements.count, side: .before)
            vrvq_pack(kernels.address, packed.address, source, columns, 3, 70, 210, 1, 3)
            #expect(packed.isIntact)
            #expect(firstDifference(packed.values, expected.values) == nil)
        }
    }
}
