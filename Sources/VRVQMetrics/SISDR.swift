#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Scale-invariant signal-to-distortion ratio in decibels, without removal of the mean.
///
/// With reference x, estimate y and eps = 1.19e-7:
///
///     a = (sum xy + eps) / (sum x^2 + eps)
///     SI-SDR = 10 log10((sum (ax)^2 + eps) / (sum (ax - y)^2 + eps))
///
/// Source: Le Roux et al., "SDR - half-baked or well done?" (arXiv 1811.02508), with the eps of torchmetrics, so that
/// silence gives a number: 0 dB for silence against silence. Sums are taken in Double. Both arrays have one length; an
/// empty pair gives 0 dB. A sample that is not finite gives NaN.
public func scaleInvariantSDR(reference: [Float], estimate: [Float]) -> Double {
    precondition(reference.count == estimate.count, "reference and estimate differ in length")
    let eps = 1.19e-7
    let cross = sum(reference, estimate) { $0 * $1 }
    let energy = sum(reference, reference) { $0 * $1 }
    let scale = (cross + eps) / (energy + eps)
    let target = scale * scale * energy
    let distortion = sum(reference, estimate) { x, y in (scale * x - y) * (scale * x - y) }
    return 10 * log10((target + eps) / (distortion + eps))
}

@inline(__always)
private func sum(_ a: [Float], _ b: [Float], _ term: (Double, Double) -> Double) -> Double {
    var total = 0.0
    for index in a.indices { total += term(Double(a[index]), Double(b[index])) }
    return total
}
