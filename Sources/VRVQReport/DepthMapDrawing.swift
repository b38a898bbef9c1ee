extension DepthMap {
    /// The picture as an SVG document of 1200 x 600 pixels: self-contained, without scripts, below 1 MB at any length.
    public func svg() -> String {
        var drawing = DepthMapDrawing(self)
        drawing.draw()
        return drawing.svg.document
    }
}

/// Where everything goes, and the drawing of it.
private struct DepthMapDrawing {
    var svg: SVG
    private let map: DepthMap
    private let axis: TimeAxis
    private let levels: ClosedRange<Double>

    private static let size = (width: 1200, height: 600)
    private let depthArea = Box(x: 78, y: 56, width: 1030, height: 208)
    private let soundArea = Box(x: 78, y: 290, width: 1030, height: 254)
    private let legend = Box(x: 1126, y: 290, width: 14, height: 254)

    init(_ map: DepthMap) {
        self.map = map
        axis = TimeAxis(seconds: map.seconds)
        svg = SVG(width: Self.size.width, height: Self.size.height, title: map.title)
        let loudest = Double(map.spectrogram.levels.max() ?? 0)
        // Silence has no level of its own to start from.
        let top = loudest < -150 ? 0 : min(40, max(-60, (loudest / 10).rounded(.up) * 10))
        levels = top - 90...top
    }

    mutating func draw() {
        svg.label(map.title, depthArea.x, 30, size: 16)
        drawDepths()
        drawSound()
        drawTimes()
        drawLegend()
    }

    private func x(_ time: Double) -> Double { depthArea.x + depthArea.width * time / axis.seconds }

    private mutating func drawDepths() {
        let panels = DepthPanel.panels(of: map, columns: Int(depthArea.width))
        let gap = 14.0
        let height = (depthArea.height - gap * Double(panels.count - 1)) / Double(panels.count)
        for (index, panel) in panels.enumerated() {
            var box = depthArea
            box.height = height
            box.y += Double(index) * (height + gap)
            draw(panel, box, "stages\(index)")
        }
        svg.label("codebooks in use", 22, depthArea.y + depthArea.height / 2, .middle, turned: true)
    }

    private mutating func draw(_ panel: DepthPanel, _ box: Box, _ fill: String) {
        svg.frame(box, fill: "#f6f6f6", stroke: "none")
        let marks = stageMarks(box.height)
        for stage in marks { svg.line(box.x, y(stage, box), box.right, y(stage, box), "#ddd") }
        let frameWidth = box.width * map.frameSeconds / axis.seconds
        let outline = panel.outline(in: box, stages: map.stages, frameWidth: frameWidth)
        svg.add(DepthPanel.bands(fill, in: box, stages: map.stages))
        svg.add("<path class=\"depth\" fill=\"url(#\(fill))\" d=\"\(outline)\"/>")
        svg.frame(box)
        for stage in marks {
            svg.line(box.x - 4, y(stage, box), box.x, y(stage, box))
            svg.label("\(stage)", box.x - 8, y(stage, box) + 4, .end)
        }
        for (index, note) in panel.notes.enumerated() {
            svg.label(note, box.right + 8, box.y + 12 + 15 * Double(index))
        }
    }

    private func y(_ stage: Int, _ box: Box) -> Double { box.bottom - box.height * Double(stage) / Double(map.stages) }

    /// Stages that are named on the axis: none, all, and as many round ones as fit between.
    private func stageMarks(_ height: Double) -> [Int] {
        let pitch = height / Double(map.stages)
        let step = [1, 2, 4, 8, 16, 32, 64].first { Double($0) * pitch >= 15 } ?? 128
        let round = stride(from: step, to: map.stages, by: step).filter { Double(map.stages - $0) * pitch >= 13 }
        return [0] + round + [map.stages]
    }

    private mutating func drawSound() {
        svg.frame(soundArea, fill: ColorMap.hex(0), stroke: "none")
        if map.spectrogram.columns > 0 { svg.add(image) }
        svg.frame(soundArea)
        for hertz in [0, 125, 250, 500] + (0..<9).map({ 1000 << $0 }) { markFrequency(Double(hertz)) }
        svg.label("frequency (Hz, mel scale)", 22, soundArea.y + soundArea.height / 2, .middle, turned: true)
    }

    private mutating func markFrequency(_ hertz: Double) {
        let axis = map.spectrogram.axis
        let pitch = soundArea.height * axis.position(of: hertz)
        // Low octaves crowd at the bottom.
        let below = soundArea.height * axis.position(of: hertz / 2)
        guard hertz <= axis.top, hertz == 0 || pitch - below >= 7 && pitch >= 14 else { return }
        let y = soundArea.bottom - pitch
        svg.line(soundArea.x - 4, y, soundArea.x, y)
        svg.label(hertz < 1000 ? fixed(hertz, 0) : "\(fixed(hertz / 1000, 0))k", soundArea.x - 8, y + 4, .end)
    }

    private var image: String {
        let spectrogram = map.spectrogram
        let (rows, columns) = (spectrogram.rows, spectrogram.columns)
        var pixels = [UInt8](repeating: 0, count: rows * columns)
        for column in 0..<columns {
            for row in 0..<rows {
                pixels[(rows - 1 - row) * columns + column] = shade(spectrogram.levels[column * rows + row])
            }
        }
        let palette = (0..<256).flatMap { index -> [UInt8] in
            let color = ColorMap.rgb(Double(index) / 255)
            return [color.red, color.green, color.blue]
        }
        let data = base64(PNG.encode(pixels: pixels, width: columns, palette: palette))
        let whole = Double(columns) * spectrogram.columnSeconds / axis.seconds
        var box = soundArea
        box.width *= whole
        return "<svg \(soundArea.attributes)><image x=\"0\" y=\"0\" width=\"\(fixed(box.width, 2))\" "
            + "height=\"\(fixed(box.height, 2))\" preserveAspectRatio=\"none\" "
            + "href=\"data:image/png;base64,\(data)\"/></svg>"
    }

    private func shade(_ level: Float) -> UInt8 {
        let part = (Double(level) - levels.lowerBound) / (levels.upperBound - levels.lowerBound)
        return UInt8((255 * min(1, max(0, part))).rounded())
    }

    private mutating func drawTimes() {
        for time in axis.marks {
            svg.line(x(time), soundArea.bottom, x(time), soundArea.bottom + 4)
            svg.line(x(time), depthArea.bottom, x(time), depthArea.bottom + 4)
            svg.label(axis.label(time), x(time), soundArea.bottom + 18, .middle)
        }
        svg.label("time (\(axis.unit))", soundArea.x + soundArea.width / 2, soundArea.bottom + 40, .middle)
    }

    private mutating func drawLegend() {
        let stops = (0...32).map { Double($0) / 32 }.map {
            "<stop offset=\"\(fixed($0, 5))\" stop-color=\"\(ColorMap.hex($0))\"/>"
        }
        svg.add("<linearGradient id=\"levels\" x1=\"0\" x2=\"0\" y1=\"1\" y2=\"0\">\(stops.joined())</linearGradient>")
        svg.add("<rect \(legend.attributes) fill=\"url(#levels)\"/>")
        svg.frame(legend)
        for level in stride(from: levels.lowerBound, through: levels.upperBound, by: 10) {
            let y = legend.bottom - legend.height * (level - levels.lowerBound) / 90
            svg.line(legend.right, y, legend.right + 4, y)
            svg.label(fixed(level, 0), legend.right + 36, y + 4, .end)
        }
        svg.label("dB re full scale", 1194, legend.y + legend.height / 2, .middle, turned: true)
    }
}
