import CVRVQKernels

/// The instruction sets that the kernels are built for, worst first.
public enum InstructionSet: String, CaseIterable, Comparable, Sendable {
    /// Plain C.
    case scalar
    /// 128-bit vectors of aarch64.
    case neon
    /// 256-bit vectors with fused multiply-add.
    case avx2
    /// 512-bit vectors.
    case avx512

    /// Those that this machine runs, worst first.
    public static var available: [InstructionSet] { allCases.filter { $0.kernels != nil } }

    /// The best that this machine runs.
    public static var best: InstructionSet { available.last ?? .scalar }

    /// By capability.
    public static func < (a: InstructionSet, b: InstructionSet) -> Bool { a.cValue.rawValue < b.cValue.rawValue }

    var cValue: vrvq_instruction_set {
        switch self {
        case .scalar: VRVQ_SCALAR
        case .neon: VRVQ_NEON
        case .avx2: VRVQ_AVX2
        case .avx512: VRVQ_AVX512
        }
    }

    /// The kernels, or nil where this machine lacks the instructions.
    var kernels: UnsafePointer<vrvq_kernels>? { vrvq_kernels_for(cValue) }
}
