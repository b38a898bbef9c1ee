import VRVQAudio

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Numbers and lines for people.
enum Text {
    /// A number with a fixed count of decimals; "-" for what is not finite.
    static func decimal(_ value: Double, _ places: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "-" }
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        let rounded = (abs(value) * scale).rounded()
        let whole = Int(rounded / scale)
        let sign = value < 0 && rounded > 0 ? "-" : ""
        guard places > 0 else { return "\(sign)\(whole)" }
        let fraction = String(Int(rounded - Double(whole) * scale))
        return "\(sign)\(whole)." + String(repeating: "0", count: max(0, places - fraction.count)) + fraction
    }

    /// A count of bytes in the unit that suits it.
    static func bytes(_ count: Int) -> String {
        switch count {
        case ..<10_000: "\(count) bytes"
        case ..<10_000_000: "\(decimal(Double(count) / 1000, 1)) kB"
        default: "\(decimal(Double(count) / 1_000_000, 1)) MB"
        }
    }

    /// Minutes and seconds.
    static func duration(_ seconds: Double) -> String {
        seconds < 60 || seconds >= 1e15
            ? "\(decimal(seconds, 2)) s"
            : "\(Int(seconds) / 60) min \(decimal(seconds - Double(Int(seconds) / 60 * 60), 1)) s"
    }

    /// Right-aligned in a column.
    static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// Left-aligned in a column.
    static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// Foreign text without control characters, so that it cannot steer a terminal.
    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.value < 32 || (127...159).contains($0.value) ? "?" : $0 }))
    }

    /// A line on standard output. Throws where it cannot be written: a full disk, a closed pipe.
    static func print(_ line: String) throws { try AtomicFile(path: "-").write(line + "\n") }

    /// Lines on standard output, in one piece.
    static func print(_ lines: [String]) throws {
        if !lines.isEmpty { try print(lines.joined(separator: "\n")) }
    }

    /// A line on standard error.
    static func printError(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        bytes.withUnsafeBytes { _ = write(2, $0.baseAddress, $0.count) }
    }

    /// True when that descriptor is a terminal.
    static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }
}

extension Text {
    /// Bytes on standard error as they are.
    static func printErrorRaw(_ text: String) {
        Array(text.utf8).withUnsafeBytes { _ = write(2, $0.baseAddress, $0.count) }
    }
}
