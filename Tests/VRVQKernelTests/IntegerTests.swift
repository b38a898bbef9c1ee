import CVRVQKernels
import Testing

/// The integers of the entropy coder: every table gives exactly what the formulas say.
@Suite struct IntegerTests {
    @Test(arguments: KernelSet.available) func accumulatesExactly(kernels: KernelSet) {
        let seed = SeededNumbers.seed(40)
        var numbers = SeededNumbers(seed: seed)
        for rows in [0, 1, 7, 8, 9, 16, 31, 33, 64, 192, 257] {
            for columns in [0, 1, 3, 17, 64, 97] {
                let weights = (0..<rows * columns).map { _ in Int16(numbers.int(-2048...2047)) }
                let inputs = (0..<rows).map { _ in Int16(max(-3000, numbers.int(-4095...4095))) }
                let start = (0..<columns).map { _ in Int32(numbers.int(-1000...1000)) }
                let sums = GuardedMemory(start, side: .after)
                let (memory, values) = (GuardedMemory(weights, side: .after), GuardedMemory(inputs, side: .after))
                kernels.table.accumulate(sums.address, memory.address, values.address, rows, columns)
                let want = (0..<columns).map { column in
                    (0..<rows).reduce(start[column]) {
                        $0 + Int32(weights[$1 * columns + column]) * Int32(inputs[$1])
                    }
                }
                #expect(sums.isIntact && sums.values == want, "\(rows) x \(columns), seed \(seed)")
            }
        }
    }

    @Test(arguments: KernelSet.available) func scoresExactly(kernels: KernelSet) {
        let seed = SeededNumbers.seed(41)
        var numbers = SeededNumbers(seed: seed)
        for rows in [1, 5, 8, 16, 33, 64, 256] {
            for (columns, shift) in [(1, 0), (5, 3), (64, 7), (1024, 9), (333, 30)] {
                let weights = (0..<rows * columns).map { _ in Int8(numbers.int(-128...127)) }
                let inputs = (0..<rows).map { _ in Int16(max(0, numbers.int(-4095...4095))) }
                let bias = (0..<columns).map { _ in Int16(numbers.int(-32768...32767)) }
                let out = GuardedMemory<Int32>(count: columns, side: .after)
                let memory = GuardedMemory(weights, side: .after)
                kernels.table.scores(out.address, memory.address, inputs, bias, Int32(shift), rows, columns)
                let want = (0..<columns).map { column in
                    let sum = (0..<rows).reduce(Int32(0)) {
                        $0 + Int32(weights[$1 * columns + column]) * Int32(inputs[$1])
                    }
                    return (sum >> Int32(shift)) + Int32(bias[column])
                }
                #expect(out.isIntact && out.values == want, "\(rows) x \(columns), seed \(seed)")
            }
        }
    }

    private func exponential(_ distance: Int) -> UInt32 {
        let x = distance & 255
        return UInt32((8_388_608 - 22006 * x + 22 * x * x) >> 8) >> UInt32(min(distance >> 8, 31))
    }

    @Test(arguments: KernelSet.available) func exponentialsExactly(kernels: KernelSet) {
        let distances = Array(0..<5000) + [8191, 8192, 1 << 20, 1 << 28, Int(Int32.max) - 40]
        let scores = distances.map { Int32(40 - $0) }
        let out = GuardedMemory<UInt32>(count: scores.count, side: .after)
        kernels.table.exponentials(out.address, scores, 40, scores.count)
        #expect(out.isIntact && out.values == distances.map(exponential))
        #expect(exponential(0) == 1 << 15 && exponential(256) == 1 << 14 && exponential(16 << 8) == 0)
        for distance in 1..<4096 { #expect(exponential(distance) <= exponential(distance - 1), "\(distance)") }
    }

    @Test(arguments: KernelSet.available) func frequenciesFillTheirBudget(kernels: KernelSet) {
        let seed = SeededNumbers.seed(42)
        var numbers = SeededNumbers(seed: seed)
        for count in [1, 2, 3, 8, 31, 600, 1024, 4096] {
            for spread in [0, 1, 300, 3000, 100_000_000] {
                let scores = (0..<count).map { _ in Int32(numbers.int(-spread...spread)) }
                let (least, budget) = (max(1, 1024 / count), 65536 - max(1024, count))
                let out = GuardedMemory<UInt32>(count: count, side: .after)
                let total = kernels.table.frequencies(out.address, scores, UInt32(least), UInt32(budget), count)
                let values = scores.map { exponential(Int(scores.max()! - $0)) }
                let factor = (budget << 15) / values.reduce(0) { $0 + Int($1) }
                let want = values.map { UInt32(least + (Int($0) * factor) >> 15) }
                #expect(out.isIntact && out.values == want, "\(count), \(spread), seed \(seed)")
                #expect(total == want.reduce(0, +) && total <= 65536, "\(count), \(spread), seed \(seed)")
            }
        }
    }
}
