/// A number with so many decimals.
package func decimal(_ value: Double, _ places: Int) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let digits = String(Int((abs(value) * scale).rounded()))
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    let sign = value < 0 && padded.contains { $0 != "0" } ? "-" : ""
    return sign + (places == 0 ? padded : "\(padded.dropLast(places)).\(padded.suffix(places))")
}

/// Three figures of a value of any size.
package func figures(_ value: Double) -> String {
    let size = abs(value)
    if size != 0 && size < 0.001 {
        var (mantissa, exponent) = (value, 0)
        while abs(mantissa) < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
        return "\(decimal(mantissa, 1))e\(exponent)"
    }
    return decimal(value, size < 1 ? 4 : size < 10 ? 3 : size < 100 ? 2 : size < 1000 ? 1 : 0)
}

/// A time for people: `45 s`, `12 min`, `3 h 20 min`.
package func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "unknown" }
    let whole = Int(seconds.rounded())
    if whole < 90 { return "\(whole) s" }
    let minutes = (whole + 30) / 60
    return minutes < 60 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
}
