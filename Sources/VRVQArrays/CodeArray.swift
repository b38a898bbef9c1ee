import VRVQ

/// Codes as language models take them: `[stages, frames]`, or `[channels, stages, frames]` of several channels, with
/// -1 for stages that a frame does not use.
enum CodeArray {
    /// int16, or int32 where codebooks have more than 32768 entries.
    static func bytes(_ grids: [CodeGrid]) -> [UInt8] {
        let (stages, frames, entries) = (grids[0].stages, grids[0].frames, grids[0].entries)
        let width = entries > 1 << 15 ? 4 : 2
        let shape = (grids.count == 1 ? [] : [grids.count]) + [stages, frames]
        var bytes = NPYHeader(type: "<i\(width)", shape: shape).bytes
        bytes.reserveCapacity(bytes.count + grids.count * stages * frames * width)
        for grid in grids {
            for stage in 0..<stages {
                for frame in 0..<frames {
                    let code = stage < Int(grid.depth[frame]) ? Int(grid.codes[frame * stages + stage]) : -1
                    bytes.append(little: UInt64(bitPattern: Int64(code)), width)
                }
            }
        }
        return bytes
    }

    /// Depths, `[frames]` or `[channels, frames]`, uint8.
    static func depthBytes(_ grids: [CodeGrid]) -> [UInt8] {
        let shape = (grids.count == 1 ? [] : [grids.count]) + [grids[0].frames]
        return NPYWriter.bytes(grids.flatMap(\.depth), shape: shape)
    }

    /// Channels, stages and frames of an array of codes.
    static func shape(_ array: NPYArray) throws(VRVQError) -> (channels: Int, stages: Int, frames: Int) {
        guard case .integer = array.element, (2...3).contains(array.shape.count) else {
            throw VRVQError(
                .malformed,
                "\(array.name) has \(array.shape.count) axes or is not of integers: codes are "
                    + "[stages, frames] or [channels, stages, frames]")
        }
        let shape = array.shape.suffix(3)
        let channels = shape.count == 3 ? shape.first! : 1
        guard (1...Limits.maximumChannels).contains(channels),
            (1...Limits.maximumStages).contains(shape.dropLast().last!)
        else {
            throw VRVQError(
                .malformed,
                "\(array.name) has the shape \(array.shape): codes are [stages, frames] or [channels, stages, frames]")
        }
        return (channels, shape.dropLast().last!, shape.last!)
    }

    /// One grid per channel, of the format's shape; their sample counts are those of whole frames.
    static func grids(_ array: NPYArray, _ format: StreamFormat) throws(VRVQError) -> [CodeGrid] {
        let (channels, stages, frames) = try shape(array)
        guard stages <= format.stages else {
            throw VRVQError(
                .malformed, "\(array.name) has \(stages) stages, the model \(format.modelName) \(format.stages)")
        }
        try TokenStream.checkSize(frames: frames, format)
        let steps = array.strides.suffix(2)
        let channelStep = array.strides.count == 3 ? array.strides[0] : 0
        var grids: [CodeGrid] = []
        for channel in 0..<channels {
            var grid = CodeGrid(stages: format.stages, entries: format.entries)
            grid.reserveCapacity(frames: frames)
            grid.sampleCount = frames * format.hop
            for frame in 0..<frames {
                let place = channel * channelStep + frame * steps.last!
                let codes = try column(array, place, steps.first!, stages, format.entries, (channel, frame))
                grid.append(depth: codes.count, codes: codes)
            }
            grids.append(grid)
        }
        return grids
    }

    /// The codes of one frame up to the first -1, behind which there must be no others.
    private static func column(
        _ array: NPYArray, _ place: Int, _ step: Int, _ stages: Int, _ entries: Int, _ at: (channel: Int, frame: Int)
    ) throws(VRVQError) -> [UInt16] {
        var codes: [UInt16] = []
        for stage in 0..<stages {
            let value = array.integer(at: place + stage * step) ?? -2
            if value == -1 { continue }
            let name = "channel \(at.channel), stage \(stage), frame \(at.frame)"
            guard (0..<entries).contains(value) else {
                throw VRVQError(
                    .malformed, "\(array.name): a code at \(name) is not -1 and not in 0 to \(entries - 1)")
            }
            guard codes.count == stage else {
                throw VRVQError(
                    .malformed, "\(array.name): \(name) is used, a stage below it is not (-1)")
            }
            codes.append(UInt16(value))
        }
        return codes
    }
}
