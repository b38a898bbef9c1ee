import CVRVQKernels

/// A matrix product by its numbers: inputs, the definition in double precision, and the call of a kernel.
struct Product: CustomStringConvertible {
    var rows, columns, taps, depth: Int
    var inStride, tapStride, outStride: Int
    var input: [Float]
    /// [tap][depth][column]
    var weights: [Float]
    var bias: [Float]?

    var description: String {
        "rows \(rows), columns \(columns), taps \(taps), depth \(depth), strides \(inStride) \(tapStride) \(outStride)"
    }

    /// Random strides, rows that overlap among them; integers make every sum exact.
    init(rows: Int, columns: Int, taps: Int, depth: Int, exact: Bool, using numbers: inout SeededNumbers) {
        self.rows = rows
        self.columns = columns
        self.taps = taps
        self.depth = depth
        inStride = numbers.int(1...(depth + 3))
        tapStride = numbers.int(0...(2 * depth))
        outStride = columns + numbers.int(0...5)
        let span = rows == 0 ? 0 : (rows - 1) * inStride + (taps - 1) * tapStride + depth
        func values(_ count: Int) -> [Float] { exact ? numbers.integers(count) : numbers.floats(count) }
        input = values(span)
        weights = values(taps * depth * columns)
        bias = Bool.random(using: &numbers) ? values(columns) : nil
    }

    var outSpan: Int { rows == 0 ? 0 : (rows - 1) * outStride + columns }

    /// The value of one element and the sum of its terms' magnitudes.
    func definition(row: Int, column: Int) -> (value: Double, size: Double) {
        var value = Double(bias?[column] ?? 0)
        var size = value.magnitude
        for t in 0..<taps {
            for k in 0..<depth {
                let x = Double(input[row * inStride + t * tapStride + k])
                let term = x * Double(weights[(t * depth + k) * columns + column])
                value += term
                size += term.magnitude
            }
        }
        return (value, size)
    }

    func packed(for kernels: KernelSet, side: GuardedMemory<Float>.Side) -> GuardedMemory<Float> {
        let packed = GuardedMemory<Float>(
            count: vrvq_packed_count(kernels.address, columns, taps, depth), side: side)
        vrvq_pack(kernels.address, packed.address, weights, columns, taps, depth, 1, depth * columns, columns)
        return packed
    }

    /// Rows `range` of the product between guards; also whether nothing else was written.
    func run(
        on kernels: KernelSet, rows range: Range<Int>, side: GuardedMemory<Float>.Side
    ) -> (out: [Float], intact: Bool) {
        let memory = GuardedMemory(input, side: side)
        let packed = packed(for: kernels, side: side)
        let offsets = GuardedMemory(bias ?? [], side: side)
        let out = GuardedMemory<Float>(
            count: range.isEmpty ? 0 : (range.count - 1) * outStride + columns, side: side)
        var call = vrvq_product(
            out: out.address, out_stride: outStride, in: memory.address + range.lowerBound * inStride,
            in_stride: inStride, weights: packed.address, bias: bias == nil ? nil : UnsafePointer(offsets.address),
            rows: range.count, columns: columns, taps: taps, depth: depth, tap_stride: tapStride)
        kernels.table.multiply(&call)
        let gaps = out.elements.indices.filter { $0 % outStride >= columns }
        let untouched = gaps.allSatisfy { out.elements[$0].bitPattern == 0xffff_ffff }
        let elements = range.indices.flatMap { row in
            (0..<columns).map { out.elements[(row - range.lowerBound) * outStride + $0] }
        }
        return (elements, untouched && out.isIntact && memory.isIntact && packed.isIntact)
    }
}
