/// Makes a damaged stream a valid one that keeps its time line: what is whole stays, what is lost is concealed.
///
/// A lost stretch repeats the codes of the last frame before it for `fadeFrames` frames, with one codebook less every
/// other frame down to one; the rest of it is silence (depth 0). In a stream of constant depth, where frames cannot
/// have fewer codebooks, they keep all of them. Frames of a part that was cut off are not made up.
extension StreamInspection {
    /// Frames in which a lost stretch fades out: about a tenth of a second at the usual rates.
    public static let fadeFrames = 8

    /// The repaired stream.
    /// - Throws: `unsupported` for a damaged stream with segments, whose time lines cannot be told from what is left;
    ///   `limitExceeded` where the trailer claims more lost frames than silence may stand for.
    public func repaired() throws(VRVQError) -> [UInt8] {
        guard !faults.isEmpty else { return bytes }
        guard !hasSegments else {
            throw VRVQError(.unsupported, "a damaged stream that was cut or joined cannot be repaired")
        }
        var models = models
        var writer = try StreamWriter(format, entropy: models.coding)
        var result = writer.header()
        if !tags.isEmpty { result += try writer.tags(tags) }
        var last: [CodeGrid] = []
        for run in runs {
            if let grids = try grids(of: run, &models) {
                result += writer.chunk(grids)
                last = grids
            } else {
                result += try conceal(run, after: last, &writer)
                last = []
            }
        }
        let sampleCount = self.sampleCount
        try writer.silence(frames: max(0, format.frameCount(sourceSamples: sampleCount) - frames))
        return result + (try writer.trailer(sampleCount: sampleCount))
    }

    /// Source samples: the trailer's where it agrees with the frames or tells of more, else those of whole frames.
    private var sampleCount: Int {
        if let totals, format.frameCount(sourceSamples: totals.sampleCount) >= frames { return totals.sampleCount }
        return frames * format.hop * format.sourceRate / format.modelRate
    }

    /// The codes of a whole chunk; nil for silence and for what is lost.
    private func grids(of run: Run, _ models: inout ChunkModels) throws(VRVQError) -> [CodeGrid]? {
        guard run.kind == .chunk else { return nil }
        var cursor = ByteCursor(bytes[run.payload], context: "a chunk", offset: run.payload.lowerBound)
        guard case .grids(let grids, _) = try ChunkCoding.content(&cursor, format: format, &models) else { return nil }
        return grids
    }

    private func conceal(
        _ run: Run, after last: [CodeGrid], _ writer: inout StreamWriter
    ) throws(VRVQError) -> [UInt8] {
        let faded = run.kind == .lost && !last.isEmpty ? min(Self.fadeFrames, run.frames, format.framesPerChunk) : 0
        var result: [UInt8] = []
        if faded > 0 { result = writer.chunk(last.map { fading($0, frames: faded) }) }
        try writer.silence(frames: run.frames - faded)
        return result
    }

    /// The last frame again and again, from fewer and fewer codebooks.
    private func fading(_ grid: CodeGrid, frames: Int) -> CodeGrid {
        var result = CodeGrid(stages: grid.stages, entries: grid.entries)
        let codes = grid.codes(ofFrame: grid.frames - 1)
        for frame in 0..<frames {
            let depth = codes.isEmpty || format.constantDepth != nil ? codes.count : max(1, codes.count - frame / 2)
            result.append(depth: depth, codes: codes)
        }
        return result
    }
}
