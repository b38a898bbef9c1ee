import CVRVQKernels
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Sums, differences, tanh, sigmoid and widening: functions of single elements.
@Suite struct ElementwiseTests {
    private typealias Unary = (UnsafeMutablePointer<Float>, UnsafePointer<Float>, Int) -> Void
    private let sizes = Array(0...40) + [1000]

    private func apply(_ function: Unary, _ x: [Float], side: GuardedMemory<Float>.Side = .after) -> [Float] {
        let input = GuardedMemory(x, side: side), out = GuardedMemory<Float>(count: x.count, side: side)
        function(out.address, input.address, x.count)
        #expect(out.isIntact && input.isIntact)
        return out.values
    }

    private let special: [Float] = [
        0, -0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, 1e-38, 0.1732, 0.1734, -0.3466, 0.52, 9.99, 10, 10.01,
        -88, 88, -104, 104, 110, -110,
        1e10, -1e10, .infinity, -.infinity, .nan, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
    ]

    private func expectAccurate(_ function: Unary, _ definition: (Double) -> Double, seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        let x = special + numbers.patterns(4000) + numbers.floats(4000, -1...1) + numbers.floats(8000, -110...110)
        let out = apply(function, x)
        let worst = x.indices.max { a, b in
            unitsInLastPlace(out[a], definition(Double(x[a]))) < unitsInLastPlace(out[b], definition(Double(x[b])))
        }!
        let error = unitsInLastPlace(out[worst], definition(Double(x[worst])))
        #expect(error <= 4, "at \(x[worst]) gives \(out[worst]), seed \(seed)")
    }

    private func expectIndependentOfPlace(_ function: Unary, seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        for size in sizes {
            let x = numbers.floats(size, -20...20)
            for side in GuardedMemory<Float>.Side.allCases {
                let single = x.flatMap { apply(function, [$0]) }
                #expect(firstDifference(apply(function, x, side: side), single) == nil, "size \(size), seed \(seed)")
            }
        }
    }

    @Test(arguments: KernelSet.available) func tanhMatchesItsDefinition(kernels: KernelSet) {
        let seed = SeededNumbers.seed(20)
        expectAccurate(kernels.table.tanh, { tanh($0) }, seed: seed)
        expectIndependentOfPlace(kernels.table.tanh, seed: seed)
        #expect(apply(kernels.table.tanh, [-0.0])[0].sign == .minus)
    }

    @Test(arguments: KernelSet.available) func sigmoidMatchesItsDefinition(kernels: KernelSet) {
        let seed = SeededNumbers.seed(21)
        let definition: (Double) -> Double = { $0 < 0 ? exp($0) / (1 + exp($0)) : 1 / (1 + exp(-$0)) }
        expectAccurate(kernels.table.sigmoid, definition, seed: seed)
        expectIndependentOfPlace(kernels.table.sigmoid, seed: seed)
    }

    @Test(arguments: KernelSet.available) func addsAndSubtracts(kernels: KernelSet) {
        let seed = SeededNumbers.seed(22)
        var numbers = SeededNumbers(seed: seed)
        for size in sizes {
            let a = numbers.floats(size), b = numbers.floats(size)
            let left = GuardedMemory(a, side: .after), right = GuardedMemory(b, side: .after)
            let out = GuardedMemory<Float>(count: size, side: .after)
            kernels.table.add(out.address, left.address, right.address, size)
            #expect(out.values == zip(a, b).map { $0 + $1 } && out.isIntact, "size \(size), seed \(seed)")
            kernels.table.subtract(left.address, left.address, right.address, size)
            #expect(left.values == zip(a, b).map { $0 - $1 } && left.isIntact, "size \(size), seed \(seed)")
            kernels.table.add(right.address, left.address, right.address, size)
            #expect(right.values == zip(left.values, b).map { $0 + $1 }, "size \(size), seed \(seed)")
        }
    }

    /// IEEE 754 binary16, by its definition.
    private func value(ofHalf bits: UInt16) -> Float {
        let exponent = Int(bits >> 10 & 31), fraction = Float(bits & 0x3ff) / 1024
        let sign: Float = bits >> 15 == 0 ? 1 : -1
        if exponent == 31 { return fraction == 0 ? sign * .infinity : .nan }
        let size =
            exponent == 0
            ? fraction * 0x1p-14 : (1 + fraction) * Float(sign: .plus, exponent: exponent - 15, significand: 1)
        return sign * size
    }

    @Test(arguments: KernelSet.available) func widensEveryHalf(kernels: KernelSet) {
        let halves = (0...UInt16.max).map { $0 }
        let out = GuardedMemory<Float>(count: halves.count, side: .after)
        kernels.table.widen(out.address, halves, halves.count)
        let wrong = halves.filter { half in
            let got = out.elements[Int(half)], want = value(ofHalf: half)
            return want.isNaN ? !got.isNaN : got.bitPattern != want.bitPattern
        }
        #expect(wrong.isEmpty)
    }

    @Test(arguments: KernelSet.available, GuardedMemory<Float>.Side.allCases)
    func widensAnyCount(kernels: KernelSet, side: GuardedMemory<Float>.Side) {
        for count in sizes {
            let halves = (0..<count).map { UInt16($0 &* 977 & 0xffff) }
            let input = GuardedMemory(halves, side: side == .after ? .after : .before)
            let out = GuardedMemory<Float>(count: count, side: side)
            kernels.table.widen(out.address, input.address, count)
            #expect(out.isIntact && input.isIntact)
            let single = halves.map { half in
                var element: Float = 0
                kernels.table.widen(&element, [half], 1)
                return element
            }
            #expect(firstDifference(out.values, single) == nil, "count \(count)")
        }
    }
}
