/// Pieces of SVG, appended to text.
struct SVG {
    private(set) var text: String

    enum Anchor: String { case start, middle, end }

    init(width: Int, height: Int, title: String) {
        text = """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
            viewBox="0 0 \(width) \(height)" font-family="Helvetica, Arial, sans-serif" font-size="12" fill="#333">
            <title>\(Self.escaped(title))</title>
            <rect width="100%" height="100%" fill="#fff"/>

            """
    }

    mutating func add(_ element: String) { text += element + "\n" }

    mutating func label(
        _ label: String, _ x: Double, _ y: Double, _ anchor: Anchor = .start, size: Int = 12, turned: Bool = false
    ) {
        let (x, y) = (fixed(x, 1), fixed(y, 1))
        let turn = turned ? " transform=\"rotate(-90 \(x) \(y))\"" : ""
        add(
            "<text x=\"\(x)\" y=\"\(y)\" text-anchor=\"\(anchor.rawValue)\" font-size=\"\(size)\"\(turn)>"
                + "\(Self.escaped(label))</text>")
    }

    mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ color: String = "#333") {
        add(
            "<line x1=\"\(fixed(x1, 1))\" y1=\"\(fixed(y1, 1))\" x2=\"\(fixed(x2, 1))\" y2=\"\(fixed(y2, 1))\" "
                + "stroke=\"\(color)\" stroke-width=\"1\"/>")
    }

    mutating func frame(_ box: Box, fill: String = "none", stroke: String = "#333") {
        add("<rect \(box.attributes) fill=\"\(fill)\" stroke=\"\(stroke)\"/>")
    }

    /// The whole document.
    var document: String { text + "</svg>\n" }

    /// Text that is safe between tags and in attributes; characters that XML 1.0 forbids become U+FFFD.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

/// A rectangle in pixels.
struct Box: Equatable {
    var x: Double
    var y: Double
    var width: Double
    var height: Double

    var right: Double { x + width }
    var bottom: Double { y + height }

    var attributes: String {
        "x=\"\(fixed(x, 1))\" y=\"\(fixed(y, 1))\" width=\"\(fixed(width, 1))\" height=\"\(fixed(height, 1))\""
    }
}

/// A number with at most so many decimals, trailing zeros left off; `keep` leaves them on.
package func fixed(_ value: Double, _ decimals: Int, keep: Bool = false) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
    var power = 1
    for _ in 0..<decimals { power *= 10 }
    let scaled = Int((value * Double(power)).rounded())
    let sign = scaled < 0 ? "-" : ""
    var digits = String(scaled.magnitude % UInt(power) + UInt(power)).dropFirst()
    if !keep { while digits.last == "0" { digits.removeLast() } }
    return sign + String(scaled.magnitude / UInt(power)) + (digits.isEmpty ? "" : "." + digits)
}
