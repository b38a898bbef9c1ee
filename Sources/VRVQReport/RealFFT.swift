import CKissFFT

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Powers of the bins of a real Fourier transform, by kissfft.
final class RealFFT {
    /// Samples per transform; even.
    let size: Int
    private let plan: kiss_fftr_cfg
    private var bins: [kiss_fft_cpx]

    init(size: Int) {
        precondition(size > 0 && size % 2 == 0)
        guard let plan = kiss_fftr_alloc(Int32(size), 0, nil, nil) else { fatalError("out of memory") }
        self.size = size
        self.plan = plan
        bins = Array(repeating: kiss_fft_cpx(), count: size / 2 + 1)
    }

    deinit { free(UnsafeMutableRawPointer(plan)) }

    /// |X[k]|^2 for k in `0 ... size / 2`.
    func powers(of samples: [Float]) -> [Float] {
        precondition(samples.count == size)
        samples.withUnsafeBufferPointer { input in
            bins.withUnsafeMutableBufferPointer { kiss_fftr(plan, input.baseAddress, $0.baseAddress) }
        }
        return bins.map { $0.r * $0.r + $0.i * $0.i }
    }
}
