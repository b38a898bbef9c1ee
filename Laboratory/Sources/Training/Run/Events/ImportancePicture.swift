@_spi(Laboratory) import VRVQReport

/// The importance of a clip's frames as a strip of colour, and under it for each rate the stages that they use, drawn
/// as the mask is: a row for each stage, the first at the bottom.
package struct ImportancePicture {
    private let importance: [Float]
    private let depths: [[UInt8]]
    private let stages: Int

    private static let (cell, strip, gap) = (4, 24, 6)
    /// Short clips are drawn wider.
    private static let least = 480

    /// - Parameters:
    ///   - importance: p of every frame; may be empty.
    ///   - depths: for each rate the depth of every frame.
    package init(importance: [Float], depths: [[UInt8]], stages: Int) {
        precondition(depths.allSatisfy { importance.isEmpty || $0.count == importance.count })
        (self.importance, self.depths, self.stages) = (importance, depths, stages)
    }

    private var frames: Int { max(1, importance.count, depths.first?.count ?? 0) }
    private var frameWidth: Int { max(1, (Self.least + frames - 1) / frames) }
    package var width: Int { frames * frameWidth }
    package var height: Int { rows.count }

    /// A PNG file.
    package var png: [UInt8] {
        PNG.encode(pixels: rows.flatMap { $0 }, width: width, palette: Self.palette)
    }

    /// Index 0 is the gap, 1 an unused stage, the rest colours of values.
    private static let palette: [UInt8] =
        [255, 255, 255, 236, 236, 236]
        + (0..<254).flatMap { index in
            let color = ColorMap.rgb(Double(index) / 253)
            return [color.red, color.green, color.blue]
        }

    private static func color(_ value: Double) -> UInt8 { UInt8(2 + min(253, max(0, (value * 253).rounded()))) }

    private func row(_ color: (Int) -> UInt8) -> [UInt8] {
        (0..<frames).flatMap { Array(repeating: color($0), count: frameWidth) }
    }

    /// All lines from the top.
    private var rows: [[UInt8]] {
        let gap = Array(repeating: row { _ in 0 }, count: Self.gap)
        let strip = row { $0 < importance.count ? Self.color(Double(importance[$0])) : 1 }
        return depths.reduce(Array(repeating: strip, count: Self.strip)) { $0 + gap + block($1) }
    }

    private func block(_ depth: [UInt8]) -> [[UInt8]] {
        (0..<stages).reversed().flatMap { stage in
            let used = Self.color(Double(stage + 1) / Double(stages))
            let line = row { $0 < depth.count && Int(depth[$0]) > stage ? used : 1 }
            return Array(repeating: line, count: Self.cell)
        }
    }
}
