/// A small chart of lines over steps.
struct LineChart {
    struct Point: Equatable {
        var x: Double
        var y: Double
    }

    var title: String
    var series: [[Point]]
    /// Of the series, shown behind their last points.
    var labels: [String] = []

    private static let colors = [
        "#1f5fa8", "#c2502a", "#2f8f4e", "#7a4fa3", "#b08a1c", "#2a8c9e", "#a83a6a", "#5b6670",
    ]
    /// More points than pixels only make the file large.
    private static let mostPoints = 600

    func svg(width: Int, height: Int) -> String {
        let box = (
            left: 56.0, top: 26.0, right: Double(width) - (labels.isEmpty ? 14 : 60), bottom: Double(height) - 28
        )
        let points = series.joined()
        guard let first = points.first else { return "" }
        var (x, y) = (first.x...first.x, first.y...first.y)
        for point in points {
            x = min(x.lowerBound, point.x)...max(x.upperBound, point.x)
            y = min(y.lowerBound, point.y)...max(y.upperBound, point.y)
        }
        func across(_ value: Double) -> Double { Self.position(value, x, box.left, box.right) }
        func down(_ value: Double) -> Double { Self.position(value, y, box.bottom, box.top) }
        var text = "<text x=\"\(decimal(box.left, 0))\" y=\"16\" font-weight=\"bold\">\(Self.escaped(title))</text>\n"
        text += "<rect x=\"\(box.left)\" y=\"\(box.top)\" width=\"\(decimal(box.right - box.left, 1))\" "
        text += "height=\"\(decimal(box.bottom - box.top, 1))\" fill=\"none\" stroke=\"#bbb\"/>\n"
        for share in [0.0, 0.5, 1] {
            let value = y.lowerBound + share * (y.upperBound - y.lowerBound)
            text += "<text x=\"\(box.left - 5)\" y=\"\(decimal(down(value) + 4, 1))\" text-anchor=\"end\">"
            text += "\(figures(value))</text>\n"
        }
        let ends =
            x.lowerBound == x.upperBound
            ? [(x.lowerBound, "middle")] : [(x.lowerBound, "start"), (x.upperBound, "end")]
        for (value, anchor) in ends {
            text += "<text x=\"\(decimal(across(value), 1))\" y=\"\(decimal(box.bottom + 15, 1))\" "
            text += "text-anchor=\"\(anchor)\">\(decimal(value, 0))</text>\n"
        }
        for (index, line) in series.enumerated() {
            let color = Self.colors[index % Self.colors.count]
            let path = Self.thinned(line).map { "\(decimal(across($0.x), 1)),\(decimal(down($0.y), 1))" }
            text += "<polyline points=\"\(path.joined(separator: " "))\" fill=\"none\" stroke=\"\(color)\"/>\n"
            if line.count == 1 {
                text +=
                    "<circle cx=\"\(decimal(across(line[0].x), 1))\" cy=\"\(decimal(down(line[0].y), 1))\" r=\"2.5\" "
                text += "fill=\"\(color)\"/>\n"
            }
            guard index < labels.count, let last = line.last else { continue }
            text += "<text x=\"\(decimal(box.right + 4, 1))\" y=\"\(decimal(down(last.y) + 4, 1))\" fill=\"\(color)\">"
            text += "\(Self.escaped(labels[index]))</text>\n"
        }
        return text
    }

    private static func position(_ value: Double, _ range: ClosedRange<Double>, _ low: Double, _ high: Double) -> Double
    {
        let width = range.upperBound - range.lowerBound
        return low + (high - low) * (width > 0 ? (value - range.lowerBound) / width : 0.5)
    }

    /// Means of neighbours where there are too many points.
    private static func thinned(_ points: [Point]) -> [Point] {
        let every = (points.count + mostPoints - 1) / mostPoints
        guard every > 1 else { return points }
        return stride(from: 0, to: points.count, by: every).map { start in
            let part = points[start..<min(start + every, points.count)]
            return Point(
                x: part.reduce(0) { $0 + $1.x } / Double(part.count),
                y: part.reduce(0) { $0 + $1.y } / Double(part.count))
        }
    }

    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
