import CVRVQKernels
import Testing

/// Which tables there are, and how they are called.
@Suite struct TableTests {
    @Test func setsAreOrderedAndNamed() {
        let sets = [VRVQ_SCALAR, VRVQ_NEON, VRVQ_AVX2, VRVQ_AVX512]
        #expect(sets.map(\.rawValue) == [0, 1, 2, 3])
        let names = ["scalar", "neon", "avx2", "avx512"]
        for kernels in KernelSet.available {
            #expect(kernels.table.set == kernels.set)
            #expect(kernels.testDescription == names[Int(kernels.set.rawValue)])
        }
    }

    @Test func bestIsTheLastAvailable() {
        #expect(vrvq_kernels_best() == KernelSet.available.last?.address)
        #expect(vrvq_kernels_for(VRVQ_SCALAR) != nil)
        #expect(vrvq_kernels_for(vrvq_instruction_set(rawValue: 17)) == nil)
        #expect((vrvq_kernels_for(VRVQ_NEON) == nil) || (vrvq_kernels_for(VRVQ_AVX2) == nil))
    }

    #if arch(arm64)
        @Test func arm64HasNEON() { #expect(vrvq_kernels_for(VRVQ_NEON) != nil) }
    #endif

    @Test(arguments: KernelSet.available) func countsPackedFloats(kernels: KernelSet) {
        let panel = kernels.panel
        #expect(vrvq_packed_count(kernels.address, 0, 7, 5) == 0)
        #expect(vrvq_packed_count(kernels.address, 1, 7, 5) == 35)
        #expect(vrvq_packed_count(kernels.address, 4, 7, 5) == 140)
        #expect(vrvq_packed_count(kernels.address, 5, 7, 5) == 35 * (panel > 5 ? panel : 2 * panel))
        #expect(vrvq_packed_count(kernels.address, panel + 1, 2, 3) == 12 * panel)
    }
}
