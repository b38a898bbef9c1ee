import TestSupport
import Testing
import VRVQ

@Suite("Entropy: the range coder") struct RangeCoderTests {
    /// A symbol: its interval among a total.
    private struct Symbol {
        let start: Int
        let frequency: Int
        let total: Int
    }

    private func symbols(_ generator: inout SeededGenerator) -> [Symbol] {
        let totals = [1, 2, 3, 255, 1024, 65535, 65536]
        return (0..<Int.random(in: 0...400, using: &generator)).map { _ in
            let total = totals.randomElement(using: &generator)!
            let frequency = Bool.random(using: &generator) ? 1 : Int.random(in: 1...total, using: &generator)
            return Symbol(
                start: [0, total - frequency, Int.random(in: 0...total - frequency, using: &generator)]
                    .randomElement(using: &generator)!, frequency: frequency, total: total)
        }
    }

    private func encoded(_ symbols: [Symbol]) -> (bytes: [UInt8], positions: [Int]) {
        var encoder = RangeEncoder()
        var positions: [Int] = []
        for symbol in symbols {
            encoder.encode(start: symbol.start, frequency: symbol.frequency, total: symbol.total)
            positions.append(encoder.position)
        }
        return (encoder.finish(), positions)
    }

    @Test func bothSidesAgreeAtEverySymbol() throws {
        for seed in propertySeeds(400) {
            var generator = SeededGenerator(seed: seed)
            let symbols = symbols(&generator)
            let (bytes, positions) = encoded(symbols)
            var decoder = RangeDecoder(bytes[...])
            for (symbol, position) in zip(symbols, positions) {
                let target = decoder.target(total: symbol.total)
                #expect((symbol.start..<symbol.start + symbol.frequency).contains(target), "VRVQ_SEED=\(seed)")
                decoder.take(start: symbol.start, frequency: symbol.frequency)
                #expect(decoder.position == position, "VRVQ_SEED=\(seed)")
            }
            decoder.finish()
            #expect(decoder.fault == nil, "VRVQ_SEED=\(seed)")
        }
    }

    /// The bytes are the bits of the symbols' shares, but for less than two bytes and what rounding loses.
    @Test func theCostIsThatOfTheShares() {
        for seed in propertySeeds(100) {
            var generator = SeededGenerator(seed: seed)
            let symbols = symbols(&generator)
            let (bytes, positions) = encoded(symbols)
            let ideal = symbols.reduce(0) { $0 + log2Of($1.total) - log2Of($1.frequency) }
            let position = Double(positions.last ?? 0) / 256
            #expect(position >= ideal - 0.02, "VRVQ_SEED=\(seed)")
            #expect(position <= ideal + 0.02 + 0.006 * Double(symbols.count), "VRVQ_SEED=\(seed)")
            #expect(abs(Double(bytes.count * 8) - position - 4) <= 12, "VRVQ_SEED=\(seed)")
        }
    }

    private func log2Of(_ value: Int) -> Double { Double(RangeMeasure.logarithm(UInt32(value))) / 256 }

    /// Carries through long runs of ones: symbols at the very top of their intervals.
    @Test func carriesRunThrough() throws {
        for last in 0..<4 {
            let symbols =
                Array(repeating: Symbol(start: 65535, frequency: 1, total: 65536), count: 50)
                + Array(repeating: Symbol(start: last, frequency: 1, total: 4), count: 20)
            let bytes = encoded(symbols).bytes
            var decoder = RangeDecoder(bytes[...])
            for symbol in symbols {
                #expect(decoder.target(total: symbol.total) == symbol.start)
                decoder.take(start: symbol.start, frequency: symbol.frequency)
            }
            decoder.finish()
            #expect(decoder.fault == nil)
        }
    }

    private func decode(_ symbols: [Symbol], _ bytes: [UInt8]) throws(RangeFault) {
        var decoder = RangeDecoder(bytes[...])
        for symbol in symbols {
            let target = decoder.target(total: symbol.total)
            guard (symbol.start..<symbol.start + symbol.frequency).contains(target) else { throw .value }
            decoder.take(start: symbol.start, frequency: symbol.frequency)
        }
        decoder.finish()
        if let fault = decoder.fault { throw fault }
    }

    @Test func underrunAndOverrunAreErrors() {
        for seed in propertySeeds(50) {
            var generator = SeededGenerator(seed: seed)
            let symbols = symbols(&generator)
            let bytes = encoded(symbols).bytes
            #expect(throws: Never.self, "VRVQ_SEED=\(seed)") { try decode(symbols, bytes) }
            for length in 0..<bytes.count {
                #expect(throws: RangeFault.self, "VRVQ_SEED=\(seed)") { try decode(symbols, Array(bytes[..<length])) }
            }
            for more: UInt8 in [0, 1, 255] {
                #expect(throws: RangeFault.self, "VRVQ_SEED=\(seed)") { try decode(symbols, bytes + [more]) }
            }
        }
    }

    /// One form for one sequence: any other last byte is refused.
    @Test func theLastByteIsTheOnlyOne() {
        for seed in propertySeeds(20) {
            var generator = SeededGenerator(seed: seed)
            let symbols = symbols(&generator)
            let bytes = encoded(symbols).bytes
            for other in UInt8.min...UInt8.max where other != bytes.last {
                #expect(throws: RangeFault.self, "VRVQ_SEED=\(seed)") {
                    try decode(symbols, bytes.dropLast() + [other])
                }
            }
        }
    }

    @Test func logarithms() {
        #expect(RangeMeasure.logarithm(1) == 0 && RangeMeasure.logarithm(.max) == 32 * 256 - 1)
        for power in 0..<32 { #expect(RangeMeasure.logarithm(1 << UInt32(power)) == 256 * power) }
        // log2 3 = 1.58496...
        #expect(RangeMeasure.logarithm(3) == 405)
    }
}
