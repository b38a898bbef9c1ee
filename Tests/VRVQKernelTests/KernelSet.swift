import CVRVQKernels
import Testing

/// An instruction set that this machine runs, as a test argument.
struct KernelSet: Sendable, CustomTestStringConvertible {
    let set: vrvq_instruction_set

    static let available = [VRVQ_SCALAR, VRVQ_NEON, VRVQ_AVX2, VRVQ_AVX512]
        .filter { vrvq_kernels_for($0) != nil }
        .map(KernelSet.init)

    /// The table at its place: the packing functions take its address.
    var address: UnsafePointer<vrvq_kernels> { vrvq_kernels_for(set)! }
    var table: vrvq_kernels { address.pointee }
    var panel: Int { table.panel }
    var testDescription: String { String(cString: table.name) }
}
