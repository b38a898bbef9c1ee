import CVRVQKernels
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Snake against x + sin(alpha x)^2 * inverse in double precision.
@Suite struct SnakeTests {
    private func definition(_ x: Float, _ alpha: Float, _ inverse: Float) -> Double {
        let sine = sin(Double(alpha) * Double(x))
        return Double(x) + sine * sine * Double(inverse)
    }

    private func run(
        _ kernels: KernelSet, _ x: [Float], _ alpha: [Float], _ inverse: [Float],
        side: GuardedMemory<Float>.Side = .after
    ) -> [Float] {
        let input = GuardedMemory(x, side: side), out = GuardedMemory<Float>(count: x.count, side: side)
        let a = GuardedMemory(alpha, side: side), b = GuardedMemory(inverse, side: side)
        let rows = alpha.isEmpty ? 0 : x.count / alpha.count
        kernels.table.snake(out.address, input.address, a.address, b.address, rows, alpha.count)
        #expect(out.isIntact && input.isIntact)
        return out.values
    }

    /// The worst error in units of the last place of max(|x|, inverse).
    private func worstError(_ out: [Float], _ x: [Float], _ alpha: [Float], _ inverse: [Float]) -> Double {
        out.indices.map { i in
            let c = i % alpha.count
            let unit = Double(max(x[i].magnitude, inverse[c].magnitude).ulp)
            let error = (Double(out[i]) - definition(x[i], alpha[c], inverse[c])).magnitude / unit
            return error.isNaN ? .infinity : error
        }.max() ?? 0
    }

    @Test(arguments: KernelSet.available, [Float(3), 30, 1e3, 3e5])
    func isAccurate(kernels: KernelSet, size: Float) {
        let seed = SeededNumbers.seed(10)
        var numbers = SeededNumbers(seed: seed)
        let alpha = numbers.floats(37, -5...5) + [1e-6, 50]
        let inverse = alpha.map { 1 / ($0 + 1e-9) }
        let x = numbers.floats(39 * 40, -size...size)
        let worst = worstError(run(kernels, x, alpha, inverse), x, alpha, inverse)
        #expect(worst <= 4, "seed \(seed)")
    }

    @Test(arguments: KernelSet.available) func isRightForEveryAngle(kernels: KernelSet) {
        let alpha: [Float] = [1, 1, 1, 1e10, 1e30, 2, 1e-30, 0.5]
        let x: [Float] = [99_999.9, 100_000, 1e30, 1e30, 1e30, -3e38, 1e-30, -1e9]
        let inverse = alpha.map { 1 / $0 }
        #expect(worstError(run(kernels, x, alpha, inverse), x, alpha, inverse) <= 4)
    }

    @Test(arguments: KernelSet.available) func zeroAlphaIsIdentity(kernels: KernelSet) {
        let x: [Float] = [0, 1, -2.5, 1e30, -0x1p-140, .greatestFiniteMagnitude]
        for value in x { #expect(run(kernels, [value], [0], [1e9]) == [value]) }
    }

    @Test(arguments: KernelSet.available) func specialValuesStayInTheirLane(kernels: KernelSet) {
        var x = [Float](repeating: 0.5, count: 40)
        x[3] = .nan
        x[7] = .infinity
        x[11] = -.infinity
        x[13] = 1e20
        let alpha = [Float](repeating: 2, count: 40), inverse = [Float](repeating: 0.5, count: 40)
        let out = run(kernels, x, alpha, inverse)
        #expect(out.indices.filter { out[$0].isNaN } == [3, 7, 11])
        let plain = run(kernels, [0.5], [2], [0.5])[0]
        #expect(out.indices.filter { out[$0] == plain }.count == 36)
    }

    @Test(arguments: KernelSet.available, GuardedMemory<Float>.Side.allCases)
    func elementsDoNotDependOnTheirPlace(kernels: KernelSet, side: GuardedMemory<Float>.Side) {
        let seed = SeededNumbers.seed(11)
        var numbers = SeededNumbers(seed: seed)
        for channels in [0, 1, 3, 4, 7, 8, 9, 15, 16, 17, 33] {
            let alpha = numbers.floats(channels, 0.1...4), inverse = alpha.map { 1 / $0 }
            let x = numbers.floats(channels * 3, -9...9)
            let out = run(kernels, x, alpha, inverse, side: side)
            let single = x.indices.flatMap { i in
                run(kernels, [x[i]], [alpha[i % channels]], [inverse[i % channels]])
            }
            #expect(firstDifference(out, single) == nil, "channels \(channels), seed \(seed)")
        }
    }

    @Test(arguments: KernelSet.available) func worksInPlace(kernels: KernelSet) {
        var numbers = SeededNumbers(seed: 12)
        let alpha = numbers.floats(21, 0.1...4), inverse = alpha.map { 1 / $0 }
        var x = numbers.floats(63)
        let expected = run(kernels, x, alpha, inverse)
        x.withUnsafeMutableBufferPointer {
            kernels.table.snake($0.baseAddress!, $0.baseAddress!, alpha, inverse, 3, 21)
        }
        #expect(firstDifference(x, expected) == nil)
    }
}
