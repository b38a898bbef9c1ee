/// One row of steps: the depth of one channel, or the mean of several, over time.
struct DepthPanel {
    /// Depths in drawing order: one per frame, or per column where there are more frames than columns.
    var steps: [Step]
    /// What the panel shows, in lines.
    var notes: [String]

    /// A stretch of equal depth.
    struct Step: Equatable {
        /// Start and end, in frames.
        var frames: Range<Int>
        /// Stages in use; a fraction where frames were averaged.
        var depth: Double
    }

    /// `columns` bounds the steps: longer sequences are averaged over as many frames as needed.
    init(_ name: [String], depths: [Double], columns: Int) {
        let group = max(1, (depths.count + columns - 1) / columns)
        notes = name + (group > 1 ? ["mean of", "\(group) frames"] : [])
        steps = []
        for start in stride(from: 0, to: depths.count, by: group) {
            let frames = start..<min(depths.count, start + group)
            let mean = depths[frames].reduce(0, +) / Double(frames.count)
            if let last = steps.last, last.depth == mean {
                steps[steps.count - 1].frames = last.frames.lowerBound..<frames.upperBound
            } else {
                steps.append(Step(frames: frames, depth: mean))
            }
        }
    }

    /// One panel per channel up to two, else one of the mean.
    static func panels(of map: DepthMap, columns: Int) -> [DepthPanel] {
        let channels = map.depths.map { $0.map { Double(min(Int($0), map.stages)) } }
        switch channels.count {
        case 0: return [DepthPanel([], depths: [], columns: columns)]
        case 1: return [DepthPanel([], depths: channels[0], columns: columns)]
        case 2:
            return zip(map.channelNames, channels).map { DepthPanel([$0], depths: $1, columns: columns) }
        default:
            let mean = (0..<channels.map(\.count).min()!).map { frame in
                channels.reduce(0) { $0 + $1[frame] } / Double(channels.count)
            }
            return [DepthPanel(["mean of", "\(channels.count) channels"], depths: mean, columns: columns)]
        }
    }

    /// The outline of all steps from left to right, as data of an SVG path: one `H` per step.
    func outline(in box: Box, stages: Int, frameWidth: Double) -> String {
        var data = "M\(fixed(box.x, 2)) \(fixed(box.bottom, 2))"
        for step in steps {
            let right = min(box.right, box.x + Double(step.frames.upperBound) * frameWidth)
            let top = box.bottom - box.height * step.depth / Double(stages)
            data += "V\(fixed(top, 2))H\(fixed(right, 2))"
        }
        return data + "V\(fixed(box.bottom, 2))Z"
    }

    /// The colour of a stage. The lightest yellows are left out: they would vanish on white.
    static func color(_ stage: Int, of stages: Int) -> String {
        ColorMap.hex(stages == 1 ? 0.5 : 0.05 + 0.85 * Double(stage) / Double(stages - 1))
    }

    /// A fill that gives every stage its own colour, as bands from the bottom of the box to its top.
    static func bands(_ id: String, in box: Box, stages: Int) -> String {
        let stops = (0..<stages).map { stage in
            let color = color(stage, of: stages)
            return [stage, stage + 1].map {
                "<stop offset=\"\(fixed(Double($0) / Double(stages), 5))\" stop-color=\"\(color)\"/>"
            }.joined()
        }.joined()
        return "<linearGradient id=\"\(id)\" gradientUnits=\"userSpaceOnUse\" x1=\"0\" x2=\"0\" "
            + "y1=\"\(fixed(box.bottom, 2))\" y2=\"\(fixed(box.y, 2))\">\(stops)</linearGradient>"
    }
}
