import Torch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Change of sample rate by windowed sinc interpolation with a gradient: 24 zero crossings on either side under a squared
/// cosine, cut-off at 0.945 of the lower rate's half, ends replicated. The published discriminators are trained on it.
struct Decimator: Sendable {
    private static let crossings = 24.0, rolloff = 0.945

    /// Both rates without their common divisor.
    private let from: Int, to: Int
    private let reach: Int
    /// A kernel for each phase, [to, 1, width]; nil where nothing changes.
    private let kernels: Tensor?

    init(from: Int, to: Int, like sample: Tensor) throws(TorchError) {
        precondition(from > 0 && to > 0, "sample rates \(from), \(to)")
        let divisor = Self.commonDivisor(from, to)
        (self.from, self.to) = (from / divisor, to / divisor)
        let cutoff = Double(min(self.from, self.to)) * Self.rolloff
        reach = Int((Self.crossings * Double(self.from) / cutoff).rounded(.up))
        guard self.from != self.to else {
            kernels = nil
            return
        }
        var values: [Double] = []
        for phase in 0..<self.to { values += Self.kernel(phase, self.from, self.to, cutoff, reach) }
        let width = values.count / self.to
        kernels = try Tensor(values, [self.to, 1, width]).to(sample.dtype).to(sample.device)
    }

    private static func kernel(_ phase: Int, _ from: Int, _ to: Int, _ cutoff: Double, _ reach: Int) -> [Double] {
        let values = (-reach..<reach + from).map { index in
            let time = (Double(index) / Double(from) - Double(phase) / Double(to)) * cutoff
            let angle = .pi * min(max(time, -crossings), crossings)
            let taper = cos(angle / crossings / 2)
            return (angle == 0 ? 1 : sin(angle) / angle) * taper * taper
        }
        let sum = values.reduce(0, +)
        return values.map { $0 / sum }
    }

    /// [batch, 1, samples] to [batch, 1, floor(samples * to / from)].
    func callAsFunction(_ audio: Tensor) throws(TorchError) -> Tensor {
        guard let kernels else { return audio }
        let padded = try audio.pad([reach, reach + from], .replicate)
        let phases = try padded.conv1d(kernels, stride: from)
        return try phases.transpose(1, 2).reshape([audio.size(0), 1, -1]).narrow(2, 0, audio.size(2) * to / from)
    }

    private static func commonDivisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : commonDivisor(b, a % b) }
}
