/// Codes in place of lost ones: the frames nearest to a gap repeat what is whole beside it, as in a mirror, for at most
/// `reach` frames on either side; what lies further away is silence (depth 0). A gap in front of the first chunk or behind
/// the last one is filled from its other side alone.
public struct Concealment: Sendable {
    /// Frames that are made up on one side of a gap at most: two tenths of a second at the usual rates.
    public static let reach = 16

    /// Frames at the start of the gap, one grid per coded channel.
    let front: [CodeGrid]
    /// Silent frames in its middle.
    let silentFrames: Int
    /// Frames at its end.
    let back: [CodeGrid]

    /// Fills a gap of so many frames.
    /// - Parameters:
    ///   - last: the chunk before it; empty where that is not there.
    ///   - next: the chunk behind it, likewise.
    init(frames: Int, after last: [CodeGrid], before next: [CodeGrid]) {
        let half = next.isEmpty ? frames : last.isEmpty ? 0 : (frames + 1) / 2
        let front = last.isEmpty ? 0 : min(half, Self.reach)
        let back = next.isEmpty ? 0 : min(frames - half, Self.reach)
        self.front = last.map { grid in
            Self.frames((0..<front).map { grid.frames - 1 - Self.reflected($0, grid.frames) }, of: grid)
        }
        self.back = next.map { grid in
            Self.frames((0..<back).reversed().map { Self.reflected($0, grid.frames) }, of: grid)
        }
        silentFrames = frames - front - back
    }

    /// A number of steps into some frames, to and fro between the first and the last one.
    private static func reflected(_ step: Int, _ frames: Int) -> Int {
        let place = step % max(1, 2 * frames - 2)
        return place < frames ? place : 2 * frames - 2 - place
    }

    private static func frames(_ places: [Int], of grid: CodeGrid) -> CodeGrid {
        var result = CodeGrid(stages: grid.stages, entries: grid.entries)
        for frame in places { result.append(depth: Int(grid.depth[frame]), codes: grid.codes(ofFrame: frame)) }
        return result
    }
}
